"""What became of a transaction."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.model.message import HaltReason, Log, Status
from evm_wasm.model.transaction import TransactionType
from evm_wasm.primitives.types import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class GasReport:
    """Where the gas of a transaction went; all in particles except where a name says gas.

    `intrinsic + eei + deposit + instructions + burned` is what was taken before the refund.

    Attributes:
        scale: Particles in one gas.
        intrinsic: The price of the transaction itself.
        eei: Charged by EEI methods, in all frames, also those that were undone; less the stipends
            of calls with value, which are part of their price.
        deposit: Charged for deployed code and for compiling.
        instructions: Charged by metered instructions, pages and bulk operations.
        burned: What failed frames had left when they failed.
        refund_gas: Given back at the end, in gas.
        used_gas: What the sender paid for, after rounding up and after the refund.
    """

    scale: int
    intrinsic: int
    eei: int
    deposit: int
    instructions: int
    burned: int
    refund_gas: int
    used_gas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The result of an applied transaction.

    Attributes:
        status: How the outermost frame ended.
        output: Bytes given to `finish` or `revert`.
        created: The new account of a successful creation.
        logs: In order of emission, only those of frames that were kept.
        gas: Where the gas went.
        halt: Why the outermost frame failed.
        detail: One line for people about that.
    """

    status: Status
    output: bytes
    created: Address | None
    logs: tuple[Log, ...]
    gas: GasReport
    halt: HaltReason | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockReceipt:
    """What a chain keeps of a transaction of a block.

    The receipts root covers type, status, cumulative gas, bloom and logs (yellow paper, section
    4.3.1; EIP-658, EIP-2718). The rest saves running the transaction again.

    Attributes:
        type: Of the transaction.
        status: How the outermost frame ended.
        cumulative_gas_used: By the block up to and with this transaction.
        gas_used: By this transaction, after the refund.
        effective_gas_price: In wei for one gas, base fee included.
        logs: In order of emission.
        first_log: How many logs the block has before these.
        bloom: 256 bytes over the logs.
        sender: Of the transaction.
        to: Of the transaction; None for a creation.
        contract_address: The new account of a creation, also where it failed; None for a call.
        output: Bytes given to `finish` or `revert`.
        halt: Why the outermost frame failed.
        detail: One line for people about that.
        gas: Where the gas went.
    """

    type: TransactionType
    status: Status
    cumulative_gas_used: int
    gas_used: int
    effective_gas_price: int
    logs: tuple[Log, ...]
    first_log: int
    bloom: bytes
    sender: Address
    to: Address | None
    contract_address: Address | None
    output: bytes
    halt: HaltReason | None
    detail: str
    gas: GasReport
