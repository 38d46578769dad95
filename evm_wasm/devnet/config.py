"""Everything a devnet can be told at its start, with the defaults that Anvil's users know."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.types import ZERO_ADDRESS, Address

DEVELOPMENT_MNEMONIC: Final = "test test test test test test test test test test test junk"
"""Known to everybody since Hardhat: never for anything of value."""

DERIVATION_PATH: Final = "m/44'/60'/0'/0/"
"""Of the accounts, before the number of each (BIP-44, coin type 60)."""

GWEI: Final = 10**9
ETHER: Final = 10**18


class Order(Enum):
    """In which order a block takes transactions of different senders."""

    FEES = "fees"
    FIFO = "fifo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a devnet keeps of what others make it keep.

    Attributes:
        pool_transactions: Transactions that wait.
        pool_bytes: Of all of them together.
        transaction_bytes: Of one raw transaction.
        nonce_gap: How far a nonce may lie ahead of the account's.
        filters: Installed filters; the one that was used longest ago goes.
        filter_seconds: After this long without a question a filter is gone.
        filter_changes: Changes that wait in one filter; older ones go.
        log_results: Logs in one answer.
        snapshots: The oldest goes.
        mine_blocks: Blocks that one request makes.
        trace_events: Events or frames in one trace.
        trace_bytes: Inputs, outputs and logs in one trace.
        signers: Accounts that are impersonated at the same time.
    """

    pool_transactions: int = 20_000
    pool_bytes: int = 256 << 20
    transaction_bytes: int = 4 << 20
    nonce_gap: int = 10_000
    filters: int = 1_000
    filter_seconds: int = 300
    filter_changes: int = 10_000
    log_results: int = 100_000
    snapshots: int = 4_096
    mine_blocks: int = 100_000
    trace_events: int = 200_000
    trace_bytes: int = 64 << 20
    signers: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DevnetConfig:
    """A devnet's settings at its start.

    Attributes:
        chain_id: Of the chain; None for the genesis file's, or 31337.
        accounts: How many accounts are made from the mnemonic.
        balance_ether: What each of them has.
        mnemonic: Words that the accounts are derived from (BIP-39).
        derivation_path: Of the accounts, without the number of each.
        gas_limit: Of a block, in gas; None for the genesis file's, or the fork's.
        base_fee: Of the genesis block and the one after it, in wei for one gas; None for the
            genesis file's, or the fork's.
        min_gas_price: In wei for one gas: what the pool wants at least.
        block_time: Seconds between blocks; None where only transactions or requests make them.
        automine: Whether each transaction gets a block at once. With `block_time` it does not,
            unless `mixed_mining`.
        mixed_mining: Whether a block time and automine go together.
        order: In which order a block takes transactions.
        coinbase: Who gets the fees.
        timestamp: Of the genesis block; None for the genesis file's, or the time of the start.
        genesis: Text of a genesis file; the accounts are added to it. None for them alone.
        state: Where the chain is kept: the URL of a store (`store.opening`), which has every
            block as soon as it is made, or a file, which is loaded at the start if it is there
            and written by `save` and `close`. None keeps it in memory alone.
        keep: Blocks whose state stays available; None for all, in a store for the last 128
            (`state.database.BLOCKS_ON_DISK`).
        call_gas_cap: In gas, of calls that make no transaction.
        code_size_limit: Bytes of deployed code; None for the fork's.
        auto_impersonate: Whether any account can send without a key.
        schedule: Name or file of the prices of instructions.
        precompiles: Whether the genesis installs the precompile contracts (`chain.precompiles`).
        bounds: How much is kept.
    """

    chain_id: int | None = None
    accounts: int = 10
    balance_ether: int = 10_000
    mnemonic: str = DEVELOPMENT_MNEMONIC
    derivation_path: str = DERIVATION_PATH
    gas_limit: int | None = None
    base_fee: int | None = None
    min_gas_price: int = 0
    block_time: int | None = None
    automine: bool = True
    mixed_mining: bool = False
    order: Order = Order.FEES
    coinbase: Address = ZERO_ADDRESS
    timestamp: int | None = None
    genesis: str | None = None
    state: str | None = None
    keep: int | None = None
    call_gas_cap: int = 50_000_000
    code_size_limit: int | None = None
    auto_impersonate: bool = False
    schedule: str = "particles"
    precompiles: bool = False
    bounds: Bounds = field(default_factory=Bounds)

    def __post_init__(self) -> None:
        """Refuses numbers that make no chain.

        Raises:
            InputError: It names the setting and what it may be.
        """
        for name, least, most in _RANGES:
            value = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise InputError(f"{name} is {value}; it must lie between {least} and {most}")


_RANGES: Final = (
    ("chain_id", 1, 2**64 - 1),
    ("accounts", 0, 1_000),
    ("balance_ether", 0, 2**64 - 1),
    ("gas_limit", 21_000, (2**63 - 1) // 10_000),
    ("base_fee", 0, 2**128 - 1),
    ("min_gas_price", 0, 2**128 - 1),
    ("block_time", 1, 10**9),
    ("timestamp", 0, 2**63 - 1),
    ("keep", 1, 2**63 - 1),
    ("call_gas_cap", 21_000, (2**63 - 1) // 10_000),
    ("code_size_limit", 0, 2**31 - 1),
)
"""Setting, least and most value. Gas is bounded by the particles of a frame (`rules.limits`)."""
