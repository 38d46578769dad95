"""What a devnet answers with: frozen records that say where in the chain a thing stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evm_wasm.model.block import Block
from evm_wasm.model.message import CallKind, HaltReason, Log, Status
from evm_wasm.model.profile import FrameGas
from evm_wasm.model.receipt import BlockReceipt, GasReport
from evm_wasm.model.trace import Event
from evm_wasm.model.transaction import AccessEntry, RecoveredTransaction
from evm_wasm.primitives.types import Address, Hash32, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTransaction:
    """A transaction and where it stands.

    Attributes:
        transaction: With its hash, sender and bytes.
        block: The block that has it; None while it waits in the pool.
        index: Its place in the block; None while it waits.
    """

    transaction: RecoveredTransaction
    block: Block | None
    index: int | None

    @property
    def effective_gas_price(self) -> int:
        """In wei for one gas: what it pays in its block; while it waits, the most it may pay."""
        unsigned = self.transaction.unsigned
        base_fee = self.block.header.base_fee_per_gas if self.block is not None else None
        if base_fee is None:
            return unsigned.max_fee_per_gas
        return min(unsigned.max_fee_per_gas, base_fee + unsigned.max_priority_fee_per_gas)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReceipt:
    """A receipt and where it stands.

    Attributes:
        receipt: Of the transaction.
        transaction: With its hash, sender and bytes.
        block: That has it.
        index: Of the transaction in the block.
    """

    receipt: BlockReceipt
    transaction: RecoveredTransaction
    block: Block
    index: int

    @property
    def is_success(self) -> bool:
        """Whether the transaction did what it should."""
        return self.receipt.status is Status.SUCCESS


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLog:
    """A log and where it stands.

    Attributes:
        log: Address, topics and data.
        block_number: Of its block.
        block_hash: Of its block.
        timestamp: Of its block, in seconds.
        transaction_hash: Of its transaction.
        transaction_index: In the block.
        log_index: In the block.
    """

    log: Log
    block_number: int
    block_hash: Hash32
    timestamp: int
    transaction_hash: Hash32
    transaction_index: int
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """How a call that makes no transaction ended.

    Attributes:
        status: Success, revert or failure.
        output: Bytes given to `finish` or `revert`.
        gas_used: In gas, as a transaction would pay, refund taken off.
        created: The new account of a creation.
        logs: Of frames that were kept.
        halt: Why it failed.
        detail: One line about that.
        backtrace: Wasm functions on the stack at a trap, innermost first.
        lost_logs: What frames had logged that were then undone.
    """

    status: Status
    output: bytes
    gas_used: int
    created: Address | None
    logs: tuple[Log, ...]
    halt: HaltReason | None
    detail: str
    backtrace: tuple[str, ...]
    lost_logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True)
class AccessListResult:
    """What `eth_createAccessList` answers: the list, and gas with it."""

    access_list: tuple[AccessEntry, ...]
    gas_used: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeHistory:
    """What blocks paid (`eth_feeHistory`).

    Attributes:
        oldest_block: Number of the first block.
        base_fees: In wei for one gas, of each block and of the one after the last.
        gas_used: (used, limit) in gas of each block; the caller makes the ratio.
        rewards: For each block the priority fees at the percentiles asked for; None if none were.
    """

    oldest_block: int
    base_fees: tuple[int, ...]
    gas_used: tuple[tuple[int, int], ...]
    rewards: tuple[tuple[int, ...], ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFrame:
    """A frame of `callTracer`.

    Attributes:
        kind: How the frame was started.
        sender: Who called.
        to: Whose code ran, or the account created.
        value: In wei.
        gas: In gas, handed to it.
        gas_used: In gas, rounded up.
        input: Call data or init code.
        output: Bytes given to `finish` or `revert`; the deployed code of a creation.
        error: Empty if it succeeded; `execution reverted` or the halt reason otherwise.
        detail: One line about a failure.
        reason: Text of an `Error(string)` in the output.
        calls: Frames that it started, in order.
        logs: Logs of this frame alone, if asked for and kept.
    """

    kind: CallKind
    sender: Address
    to: Address
    value: int
    gas: int
    gas_used: int
    input: bytes
    output: bytes
    error: str
    detail: str
    reason: str
    calls: tuple[CallFrame, ...]
    logs: tuple[Log, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """Some fields of an account in a `prestateTracer` answer; None where it is not part of it."""

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    storage: Mapping[Word, Word] | None = None


@dataclass(frozen=True, slots=True)
class PrestateTrace:
    """What `prestateTracer` answers.

    Attributes:
        pre: Accounts that were looked at, as they were before; with `diffMode` those that changed.
        post: With `diffMode` the changed fields as they are after; None without.
    """

    pre: Mapping[Address, AccountView]
    post: Mapping[Address, AccountView] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EeiTrace:
    """Each frame and each EEI call of a transaction, in the order of events.

    Attributes:
        scale: Particles in one gas; the gas in events is in particles.
        gas_used: In gas, what the sender paid for.
        status: How the outermost frame ended.
        output: Bytes given to `finish` or `revert`.
        events: Frame starts and ends, and EEI calls.
        is_cut: Whether there were more events than a trace may have.
    """

    scale: int
    gas_used: int
    status: Status
    output: bytes
    events: tuple[Event, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GasProfile:
    """What `gasTracer` gives.

    Attributes:
        status: How the outermost frame ended.
        gas: Where the gas of the transaction went.
        frames: In the order in which they began, with the gas of their functions in particles.
    """

    status: Status
    gas: GasReport
    frames: tuple[FrameGas, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeInfo:
    """What `anvil_nodeInfo` tells.

    Attributes:
        block_number: Of the newest block.
        block_hash: Of the newest block.
        timestamp: Of the newest block, in seconds.
        fork: Name of the rules.
        chain_id: Of the chain.
        coinbase: Who gets fees.
        base_fee: Of the next block, in wei for one gas.
        gas_limit: Of the next block, in gas.
        gas_price: Suggested, in wei for one gas.
        order: In which order blocks take transactions, "fees" or "fifo".
        is_automining: Whether each transaction gets a block at once.
        block_time: Seconds between blocks, None without a block time.
        consensus: The consensus version.
    """

    block_number: int
    block_hash: Hash32
    timestamp: int
    fork: str
    chain_id: int
    coinbase: Address
    base_fee: int
    gas_limit: int
    gas_price: int
    order: str
    is_automining: bool
    block_time: int | None
    consensus: str


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """How many transactions are ready for a block, and how many wait for one before them."""

    pending: int
    queued: int
