"""The devnet: one object, used by one thread at a time, that does what a node does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from evm_wasm.chain.chain import Chain
from evm_wasm.devnet.accounts import DevAccount
from evm_wasm.devnet.config import DevnetConfig
from evm_wasm.devnet.edits import Edits
from evm_wasm.devnet.events import Events
from evm_wasm.devnet.fees import Fees
from evm_wasm.devnet.filters import Filters
from evm_wasm.devnet.logs import Logs
from evm_wasm.devnet.mempool import Mempool
from evm_wasm.devnet.requests import (
    LATEST,
    BlockId,
    BlockOverrides,
    CallRequest,
    StateOverrides,
)
from evm_wasm.devnet.results import (
    AccessListResult,
    CallResult,
    FoundReceipt,
    FoundTransaction,
    NodeInfo,
)
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.signers import Signers
from evm_wasm.devnet.timekeeping import Timekeeper
from evm_wasm.devnet.tracing import Traces
from evm_wasm.errors import EvmWasmError
from evm_wasm.model.block import Block
from evm_wasm.model.transaction import UnsignedTransaction
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.state.account_proof import AccountProof

STANDING_CLOCK: Final = 1_767_225_600
"""Seconds, 1 January 2026: what a devnet without a clock thinks the time is, so that everything it
makes is the same in every run. Its blocks are a second apart."""


class Devnet:
    """A chain, its pool, and all the controls of a development node.

    All methods run on the calling thread, except that contracts run on the deep thread of
    `evm_wasm.vm`. Nothing is locked: one caller at a time.

    Attributes:
        config: How it was started.
        accounts: Those with keys and ether.
        chain: Blocks and states; change it through this class only.
        pool: Transactions that wait.
        time: What the next block's timestamp will be.
        settings: Automine, block time, gas limit, coinbase, prices: may be changed at any time.
        signers: Keys and impersonated accounts; signs.
        edit: Changes of balances, nonces, code and storage without transactions.
        fees: Suggestions and history.
        logs: Queries of logs.
        filters: Queries that remember what they have told.
        traces: What happened inside of transactions and calls.
        events: Who wants to be told of new blocks, logs and transactions.
    """

    config: DevnetConfig
    accounts: tuple[DevAccount, ...]
    chain: Chain
    pool: Mempool
    time: Timekeeper
    settings: Settings
    signers: Signers
    edit: Edits
    fees: Fees
    logs: Logs
    filters: Filters
    traces: Traces
    events: Events

    def __init__(
        self, config: DevnetConfig | None = None, *, clock: Callable[[], int] | None = None
    ) -> None:
        """Starts a devnet, or goes on with the one that `config.state` keeps.

        Args:
            config: Defaults to `DevnetConfig()`.
            clock: Seconds since 1970; defaults to a clock that stands still.

        Raises:
            InputError: The mnemonic, the genesis or the store's address is wrong.
            StoreError: The store cannot be used, or is of another consensus version.
            StateError: The store is damaged.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Lets go of the store."""
        raise NotImplementedError

    # Sending

    def send_raw(self, raw: bytes) -> Hash32:
        """Takes a signed transaction; under automine its block is there when this returns.

        Raises:
            InputError: Not a transaction; it names the field.
            InvalidTransaction: No block can take it.
            PoolRefused: The pool does not take it.
        """
        raise NotImplementedError

    def send_raw_batch(self, raws: Iterable[bytes]) -> list[Hash32 | EvmWasmError]:
        """Takes several transactions in order; under automine they share blocks.

        Returns:
            For each its hash, or the error that `send_raw` would have raised.
        """
        raise NotImplementedError

    def send(self, request: CallRequest) -> Hash32:
        """Fills in, signs and takes a transaction of an own or impersonated account.

        Raises:
            NoSigner: The devnet cannot sign for the sender.
            InvalidTransaction: No block can take it.
            PoolRefused: The pool does not take it.
            ExecutionReverted: No gas was given and the estimate was reverted.
            ExecutionFailed: No gas was given and the estimate failed.
        """
        raise NotImplementedError

    def fill(self, request: CallRequest) -> UnsignedTransaction:
        """What `send` would sign; errors as of `send`."""
        raise NotImplementedError

    def transact(
        self,
        to: Address | None,
        data: bytes = b"",
        *,
        value: int = 0,
        sender: Address | None = None,
        gas: int | None = None,
    ) -> FoundReceipt:
        """Sends a transaction, mines it if automine does not, and gives its receipt.

        A transaction whose execution fails has a receipt as well; errors as of `send`.
        """
        raise NotImplementedError

    def deploy(
        self,
        init_code: bytes,
        arguments: bytes = b"",
        *,
        value: int = 0,
        sender: Address | None = None,
    ) -> Address:
        """Deploys a contract and gives its address.

        Args:
            init_code: The module whose `main` returns the contract.
            arguments: What the constructor finds behind its own code, ABI-encoded by convention.
            value: In wei.
            sender: The first account unless another is named.

        Raises:
            ExecutionReverted: By the constructor.
            ExecutionFailed: The constructor or the contract it gave is no good.
        """
        raise NotImplementedError

    # Blocks

    def mine(self, count: int = 1, interval: int | None = None) -> list[Hash32]:
        """Makes blocks; the first ones take what waits in the pool.

        Args:
            count: How many.
            interval: Seconds between their timestamps; None as the clock has it.

        Raises:
            InputError: More than `Bounds.mine_blocks`, or a timestamp that does not fit.
        """
        raise NotImplementedError

    def snapshot(self) -> int:
        """Remembers everything and gives an id for `revert`: 0, 1, 2 and so on."""
        raise NotImplementedError

    def revert(self, snapshot: int) -> bool:
        """Goes back to a snapshot, which is then used up together with all later ones.

        Returns:
            Whether there was such a snapshot.

        Raises:
            StateNotKept: The state of its block is not kept any more; nothing has changed.
        """
        raise NotImplementedError

    def rollback(self, depth: int = 1) -> None:
        """Takes blocks away, the newest first; their transactions are gone.

        Raises:
            InputError: Not so many blocks.
            StateNotKept: The state of the new head is not kept.
        """
        raise NotImplementedError

    def reset(self) -> None:
        """Starts anew: the genesis block, an empty pool, all settings as at the start."""
        raise NotImplementedError

    def dump(self) -> bytes:
        """The whole chain, its settings, pool and clock as one compressed text (`dump.py`)."""
        raise NotImplementedError

    def load(self, data: bytes) -> None:
        """Puts a dump in the place of everything; all or nothing.

        Raises:
            InputError: No dump, damaged, of an unknown version, or of another consensus version
                or chain id; both are named.
        """
        raise NotImplementedError

    # Reading the chain

    def block(self, block: BlockId = LATEST) -> Block | None:
        """A block, None where there is none. `PENDING` gives what a block made now would be."""
        raise NotImplementedError

    def block_number(self, block: BlockId = LATEST) -> int:
        """The number of a block; of `PENDING` the next one.

        Raises:
            UnknownBlock: There is none.
        """
        raise NotImplementedError

    def transaction(self, transaction_hash: Hash32) -> FoundTransaction | None:
        """A transaction of a block or of the pool."""
        raise NotImplementedError

    def transaction_in(self, block: BlockId, index: int) -> FoundTransaction | None:
        """A transaction by its place in a block."""
        raise NotImplementedError

    def receipt(self, transaction_hash: Hash32) -> FoundReceipt | None:
        """The receipt of a transaction that is in a block."""
        raise NotImplementedError

    def block_receipts(self, block: BlockId = LATEST) -> tuple[FoundReceipt, ...] | None:
        """The receipts of a block in order; None where there is no such block."""
        raise NotImplementedError

    def info(self) -> NodeInfo:
        """What this devnet is and where it stands."""
        raise NotImplementedError

    # Reading the state

    def balance(self, address: Address, block: BlockId = LATEST) -> int:
        """In wei.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
        """
        raise NotImplementedError

    def nonce(self, address: Address, block: BlockId = LATEST) -> int:
        """The next nonce; with `PENDING` behind all that waits in the pool. Errors as above."""
        raise NotImplementedError

    def code(self, address: Address, block: BlockId = LATEST) -> bytes:
        """The code as it was deployed; errors as above."""
        raise NotImplementedError

    def storage(self, address: Address, key: Word, block: BlockId = LATEST) -> Word:
        """A slot; errors as above."""
        raise NotImplementedError

    def proof(
        self, address: Address, keys: Iterable[Word], block: BlockId = LATEST
    ) -> AccountProof:
        """Proof of an account and some slots against the block's state root; errors as above."""
        raise NotImplementedError

    # Calls

    def call(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> bytes:
        """Runs a call on the state after a block and gives its output; nothing is kept.

        Raises:
            ExecutionReverted: With the output.
            ExecutionFailed: With the reason.
            InvalidTransaction: The sender cannot pay, if a gas price was given.
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
        """
        raise NotImplementedError

    def simulate(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> CallResult:
        """As `call`, but a revert or failure is a result and not an error."""
        raise NotImplementedError

    def estimate_gas(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> int:
        """The least gas limit with which a transaction succeeds; errors as of `call`."""
        raise NotImplementedError

    def access_list(self, request: CallRequest, block: BlockId = LATEST) -> AccessListResult:
        """Accounts and slots that a transaction uses; errors as of `call` but for failures."""
        raise NotImplementedError
