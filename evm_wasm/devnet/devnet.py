"""The devnet: one object, used by one thread at a time, that does what a node does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from evm_wasm.chain.chain import Chain
from evm_wasm.devnet.accounts import DevAccount
from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.calls import Calls, raise_unless_success
from evm_wasm.devnet.config import DevnetConfig
from evm_wasm.devnet.edits import Edits
from evm_wasm.devnet.errors import ExecutionFailed, ExecutionReverted, PoolRefused, Refusal
from evm_wasm.devnet.events import Events
from evm_wasm.devnet.fees import Fees
from evm_wasm.devnet.filling import Filler
from evm_wasm.devnet.filters import Filters
from evm_wasm.devnet.keeping import Keeper
from evm_wasm.devnet.logs import Logs
from evm_wasm.devnet.mempool import Mempool
from evm_wasm.devnet.mining import Miner
from evm_wasm.devnet.node import Node, open_node
from evm_wasm.devnet.reading import Reading
from evm_wasm.devnet.recorder import Recorder
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
    NodeInfo,
)
from evm_wasm.devnet.reverting import reason_of
from evm_wasm.devnet.scenes import Scenes
from evm_wasm.devnet.sending import Sender
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.signers import Signers
from evm_wasm.devnet.snapshots import Snapshots
from evm_wasm.devnet.timekeeping import Timekeeper
from evm_wasm.devnet.tracing import Traces
from evm_wasm.engine import NativeCache
from evm_wasm.errors import EvmWasmError, InputError
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.model.transaction import UnsignedTransaction
from evm_wasm.primitives.types import Address, Hash32


class Devnet(Reading):
    """A chain, its pool, and all the controls of a development node.

    Everything runs on the calling thread, except that contracts run on the deep thread of
    `evm_wasm.vm`. Nothing is locked: one caller at a time.

    Attributes:
        config: How it was started.
        accounts: Those with keys and ether.
        pool: Transactions that wait.
        time: What the next block's timestamp will be.
        settings: Automine, block time, gas limit, coinbase, prices: may be changed at any time.
        signers: Keys and impersonated accounts; signs.
        edit: Changes of balances, nonces, code and storage without transactions.
        fees: Suggestions and history.
        logs: Queries of logs.
        filters: Queries that remember what they have told.
        traces: What happened inside of transactions and calls.
        events: Who wants to be told of new blocks and transactions.
    """

    def __init__(
        self,
        config: DevnetConfig | None = None,
        *,
        clock: Callable[[], int] | None = None,
        native: NativeCache | None = None,
    ) -> None:
        """Starts a devnet, or goes on with the one that `config.state` keeps.

        Args:
            config: Defaults to `DevnetConfig()`.
            clock: Seconds since 1970. Without one the time stands still but for a second from
                block to block, so that whatever is made is the same in every run.
            native: Where compiled contracts outlive the process; without one they do not.

        Raises:
            InputError: The mnemonic, the genesis, the store's address or the file is wrong.
            InjectorError: There is no such schedule.
            StoreError: The store cannot be used, or is of another consensus version.
            StateError: The store is damaged.
        """
        self.config = config or DevnetConfig()
        self._node: Node = open_node(self.config, clock, native)
        node = self._node
        self.accounts: tuple[DevAccount, ...] = node.accounts
        self.pool: Mempool = node.pool
        self.time: Timekeeper = node.time
        self.settings: Settings = node.settings
        self.signers: Signers = node.signers
        self.events: Events = node.events
        self._miner = Miner(node)
        super().__init__(Blocks(node, self._miner), node.pool)
        self._scenes = Scenes(node, self._blocks)
        self._sender = Sender(node, self._miner)
        self._snapshots = Snapshots(node, self._blocks)
        recorder = Recorder(node.vm, self.config.bounds.trace_events)
        self._calls = Calls(node, recorder)
        self.edit = Edits(node)
        self.fees = Fees(node, self._blocks, self._miner)
        self.logs = Logs(node, self._blocks)
        self.filters = Filters(node, self.logs, clock or self.time.now)
        self.traces = Traces(node, self._blocks, self._scenes, self._calls, recorder)
        self._keeper = Keeper(node, self._snapshots)
        self._keeper.open_file()
        self._filler = Filler(node, self._calls, self._scenes, self.fees)

    @property
    def chain_id(self) -> int:
        """What signatures name."""
        return self._node.chain.config.chain_id

    def snapshots(self) -> tuple[int, ...]:
        """The ids that `revert` knows."""
        return self._snapshots.ids()

    def close(self) -> None:
        """Saves the file of the configuration, if there is one, or lets go of its store.

        Raises:
            StoreError: The file cannot be written.
        """
        try:
            self._keeper.save()
        finally:
            self._node.chain.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def chain(self) -> Chain:
        """Blocks and states; to be changed through this class only."""
        return self._node.chain

    # Sending

    def send_raw(self, raw: bytes) -> Hash32:
        """Takes a signed transaction; under automine its block is there when this returns.

        Raises:
            InputError: Not a transaction; it names the field.
            InvalidTransaction: No block can take it.
            PoolRefused: The pool does not take it.
        """
        return self._sender.take_raw(raw)

    def send_raw_batch(self, raws: Iterable[bytes]) -> list[Hash32 | EvmWasmError]:
        """Takes several transactions in order; under automine they share blocks.

        Returns:
            For each its hash, or the error that `send_raw` would have raised.
        """
        return self._sender.take_batch(raws)

    def send(self, request: CallRequest) -> Hash32:
        """Fills in, signs and takes a transaction of an own or impersonated account.

        Raises:
            NoSigner: The devnet cannot sign for the sender.
            InvalidTransaction: No block can take it.
            PoolRefused: The pool does not take it.
            ExecutionReverted: No gas was given and the estimate was reverted.
            ExecutionFailed: No gas was given and the estimate failed.
        """
        sender, unsigned = self._filler.fill(request)
        return self._sender.take(self.signers.sign_transaction(sender, unsigned))

    def fill(self, request: CallRequest) -> UnsignedTransaction:
        """What `send` would sign; errors as of `send`."""
        return self._filler.fill(request)[1]

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
        transaction_hash = self.send(
            CallRequest(sender=sender, to=to, data=data, value=value, gas=gas)
        )
        while (receipt := self.receipt(transaction_hash)) is None:
            if not self._miner.mine().block.transactions:
                raise PoolRefused(Refusal.UNDERPRICED, "it waits: no block takes it as things are")
        return receipt

    def deploy(
        self,
        init_code: bytes,
        *,
        value: int = 0,
        sender: Address | None = None,
        gas: int | None = None,
    ) -> Address:
        """Deploys a contract and gives its address.

        Args:
            init_code: The module whose `main` returns the contract. `project.deployer` makes one
                of a contract, and gives one the arguments of its constructor.
            value: In wei.
            sender: The first account unless another is named.
            gas: In gas; estimated unless given.

        Raises:
            ExecutionReverted: By the constructor.
            ExecutionFailed: The constructor or the contract it gave is no good.
        """
        found = self.transact(None, init_code, value=value, sender=sender, gas=gas)
        receipt = found.receipt
        if receipt.status is Status.REVERT:
            raise ExecutionReverted(receipt.output, reason_of(receipt.output))
        if receipt.status is Status.FAILURE or receipt.contract_address is None:
            raise ExecutionFailed(receipt.halt or HaltReason.TRAP, receipt.detail)
        return receipt.contract_address

    def info(self) -> NodeInfo:
        """What this devnet is and where it stands."""
        head = self._node.head.header
        settings = self.settings
        return NodeInfo(
            block_number=head.number,
            block_hash=self._node.head.hash,
            timestamp=head.timestamp,
            fork=self._node.vm.rules.name,
            chain_id=self.chain_id,
            coinbase=settings.coinbase,
            base_fee=self.fees.next_base_fee(),
            gas_limit=settings.gas_limit,
            gas_price=self.fees.gas_price(),
            order=self.config.order.value,
            is_automining=settings.automine,
            block_time=settings.block_time,
            consensus=self._node.consensus,
        )

    # Blocks

    def mine(self, count: int = 1, interval: int | None = None) -> list[Hash32]:
        """Makes blocks; the first ones take what waits in the pool.

        Args:
            count: How many.
            interval: Seconds between their timestamps; None as the clock has it.

        Raises:
            InputError: More than `Bounds.mine_blocks`, or a timestamp that does not fit.
        """
        most = self.config.bounds.mine_blocks
        if not 0 <= count <= most:
            raise InputError(f"{count} blocks to mine; at most {most} at once")
        hashes = []
        for _ in range(count):
            if interval is not None:
                self.time.increase(interval)
            hashes.append(self._miner.mine().block.hash)
        return hashes

    def snapshot(self) -> int:
        """Remembers everything and gives an id for `revert`: 0, 1, 2 and so on."""
        return self._snapshots.take()

    def revert(self, snapshot: int) -> bool:
        """Goes back to a snapshot, which is then used up together with all later ones.

        Returns:
            Whether there was such a snapshot.

        Raises:
            StateNotKept: The state of its block is not kept any more; nothing has changed.
        """
        return self._snapshots.revert(snapshot)

    def rollback(self, depth: int = 1) -> None:
        """Takes blocks away, the newest first; their transactions are gone.

        Raises:
            InputError: Not so many blocks.
            StateNotKept: The state of the new head is not kept.
        """
        self._snapshots.rollback(depth)

    def reset(self) -> None:
        """Starts anew: the genesis block, an empty pool, all settings as at the start."""
        self._snapshots.reset()

    def dump(self) -> bytes:
        """The whole chain, its settings, pool and clock as one compressed text (`dump.py`)."""
        return self._keeper.dump()

    def load(self, data: bytes) -> None:
        """Puts a dump in the place of everything; all or nothing.

        Raises:
            InputError: No dump, damaged, of an unknown version, or of another consensus version
                or chain id; both are named.
        """
        self._keeper.load(data)

    def save(self, path: Path | None = None) -> None:
        """Writes a dump into a file, atomically; into `config.state` where no file is named.

        Without such a file, because a store or nothing keeps the chain, it does nothing.

        Raises:
            StoreError: It cannot be written; it is as it was.
        """
        self._keeper.save(path)

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
        return raise_unless_success(self.simulate(request, block, state=state, overrides=overrides))

    def simulate(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> CallResult:
        """As `call`, but a revert or failure is a result and not an error."""
        return self._calls.simulate(request, self._scenes.after(block, state, overrides))

    def estimate_gas(
        self,
        request: CallRequest,
        block: BlockId = LATEST,
        *,
        state: StateOverrides | None = None,
        overrides: BlockOverrides | None = None,
    ) -> int:
        """The least gas limit with which a transaction succeeds; errors as of `call`."""
        return self._calls.estimate(request, self._scenes.after(block, state, overrides))

    def access_list(self, request: CallRequest, block: BlockId = LATEST) -> AccessListResult:
        """Accounts and slots that a transaction uses; errors as of `call` but for failures."""
        return self._calls.access_list(request, self._scenes.after(block))
