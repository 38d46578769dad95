"""A chain of blocks over a history of states: everything is written in whole blocks or not at all.

One thread at a time may use a chain.
"""

from __future__ import annotations

from collections.abc import Mapping

from evm_wasm.chain.base_fee import next_base_fee
from evm_wasm.chain.block_store import CHAIN_KEY, BlockStore, Records, TransactionPlace
from evm_wasm.chain.building import BlockBuilder, BlockTemplate, BuiltBlock
from evm_wasm.chain.chain_record import (
    DEFAULT_CHAIN_ID,
    ChainConfig,
    check_chain,
    decode_chain,
    encode_chain,
)
from evm_wasm.chain.edits import Edit, apply_edits, edits_to
from evm_wasm.chain.genesis import build_genesis
from evm_wasm.chain.header_rlp import EXTRA_DATA_LENGTH
from evm_wasm.chain.history import StateHistory
from evm_wasm.errors import InputError, StateError, StoreError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.model.block import Block, Header
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.primitives.types import ZERO_HASH, Address, Hash32
from evm_wasm.rules.limits import MAX_GAS
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World
from evm_wasm.vm.vm import Vm

__all__ = ["DEFAULT_CHAIN_ID", "Chain", "ChainConfig", "Edit", "TransactionPlace"]


class Chain:
    """Blocks, receipts and states by number and hash.

    Attributes:
        config: As given.
    """

    def __init__(self, history: StateHistory, config: ChainConfig) -> None:
        """Opens the chain in a history, or begins one at its genesis.

        A history that holds a state at block 0 and no chain, because a dump was loaded into it,
        begins with that state; the genesis must then be without accounts.

        Args:
            history: Belongs to the chain from now on, unless this raises.
            config: Of the chain. Where the history holds a chain already, its genesis is not
                looked at.

        Raises:
            InputError: Both the history and the genesis have accounts.
            StoreError: The history holds a chain of another id, other rules or prices, or another
                format; both are named.
            StateError: What it holds is damaged.
        """
        self.config = config
        self._history = history
        self._store = BlockStore(history)
        record = history.data(CHAIN_KEY)
        if record is None:
            self._begin()
        else:
            check_chain(record, config)
        self._head_block = self._checked_head()
        self._edits = self._store.new_edits()
        self._world = apply_edits(history.world_at(history.head), self._edits)

    @classmethod
    def stored(cls, history: StateHistory) -> Chain:
        """The chain in a history, whichever it is; its config has no genesis.

        Raises:
            StoreError: There is none, or one that this program cannot go on with.
            StateError: What it holds is damaged.
        """
        record = history.data(CHAIN_KEY)
        if record is None:
            raise StoreError("the store holds no chain")
        return cls(history, decode_chain(record))

    # The newest block

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return self._history.head

    @property
    def head_block(self) -> Block:
        """The newest block."""
        return self._head_block

    @property
    def world(self) -> World:
        """The state now: after the newest block and the edits since then."""
        return self._world

    # Looking up; None where there is no such thing

    def block(self, number: int) -> Block | None:
        """The block with a number."""
        return self._store.block(number)

    def header(self, number: int) -> Header | None:
        """The header of a block."""
        block = self._store.block(number)
        return None if block is None else block.header

    def block_hash(self, number: int) -> Hash32 | None:
        """The hash of a block, without reading all of it."""
        return self._store.block_hash(number)

    def logs_bloom(self, number: int) -> bytes | None:
        """The bloom of a block's logs, 256 bytes, without reading all of it."""
        return self._store.logs_bloom(number)

    def number_of(self, block_hash: Hash32) -> int | None:
        """The number of the block with a hash."""
        return self._store.number_of(block_hash)

    def receipts(self, number: int) -> tuple[BlockReceipt, ...] | None:
        """The receipts of a block, one for each transaction."""
        return self._store.receipts(number)

    def place(self, transaction_hash: Hash32) -> TransactionPlace | None:
        """Where a transaction is."""
        return self._store.place(transaction_hash)

    # States

    @property
    def oldest_state(self) -> int:
        """Number of the oldest block whose state is kept."""
        return self._history.oldest

    def world_at(self, number: int) -> World:
        """The state right after a block, without later edits; valid until the next `rewind`.

        Raises:
            StateError: It is not kept.
        """
        return self._history.world_at(number)

    # Edits

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was edited since the newest block, in order."""
        return self._edits

    def edits_before(self, number: int) -> tuple[Edit, ...]:
        """What was edited between a block and the one before it; of block 0 all its accounts.

        There are none where block 0 was begun with a state that was in the history already.
        """
        return self._store.edits_before(number)

    def edit(self, changes: Mapping[Address, AccountChange | None]) -> None:
        """Change accounts outside of any transaction; durable at once, seen in `world` at once.

        The next block is built on it and remembers it, so that a replay can do the same.
        """
        edits = tuple(Edit(address, change) for address, change in changes.items())
        world = apply_edits(self._world, edits)
        self._history.put_data(self._store.records_of_edits(edits, start=len(self._edits)))
        self._edits += edits
        self._world = world

    # Changing

    def template(
        self,
        *,
        timestamp: int,
        coinbase: Address,
        gas_limit: int | None = None,
        base_fee: int | None = None,
        difficulty: int = 0,
        extra_data: bytes = b"",
        mix_hash: Hash32 = ZERO_HASH,
    ) -> BlockTemplate:
        """The beginning of the next block.

        Args:
            timestamp: In seconds; not before that of the newest block.
            coinbase: Who gets the fees.
            gas_limit: In gas; that of the newest block by default.
            base_fee: In wei for one gas; what follows from the newest block by default. Of no
                meaning under rules without one.
            difficulty: Of the header.
            extra_data: Of the header, at most 32 bytes.
            mix_hash: Of the header.

        Raises:
            InputError: The time is before that of the newest block, the extra data are too long,
                or the gas limit is more than fits into a frame.
        """
        parent = self._head_block.header
        gas_limit = parent.gas_limit if gas_limit is None else gas_limit
        if timestamp < parent.timestamp:
            raise InputError(
                f"timestamp {timestamp} is before that of the newest block, {parent.timestamp}"
            )
        if len(extra_data) > EXTRA_DATA_LENGTH:
            raise InputError(f"extra data of {len(extra_data)} bytes; at most {EXTRA_DATA_LENGTH}")
        if gas_limit > MAX_GAS:
            raise InputError(f"block gas limit {gas_limit}: at most {MAX_GAS} fits into a frame")
        return BlockTemplate(
            parent_hash=self._head_block.hash,
            number=parent.number + 1,
            timestamp=timestamp,
            coinbase=coinbase,
            gas_limit=gas_limit,
            base_fee=self._base_fee(base_fee),
            difficulty=difficulty,
            extra_data=extra_data,
            mix_hash=mix_hash,
        )

    def builder(self, vm: Vm, template: BlockTemplate) -> BlockBuilder:
        """The next block in the making, on the state now; the chain is not changed by it."""
        return BlockBuilder(
            vm,
            self._world,
            template,
            chain_id=self.config.chain_id,
            block_hash=self._store.block_hash,
        )

    def append(self, built: BuiltBlock) -> None:
        """Make a block the newest one, in one atomic batch; durable when it returns.

        Raises:
            StateError: It does not follow from the newest block and its edits.
            StoreError: It cannot be written; the chain is as before.
        """
        header = built.block.header
        if header.parent_hash != self._head_block.hash or built.before is not self._world:
            raise StateError(
                f"block {header.number} does not follow from block {self.head} and the edits since"
            )
        records = self._store.records_of_block(built, self._edits)
        records.update(self._store.no_edits(len(self._edits)))
        self._world = self._history.commit(built.world, records)
        self._store.remember(built)
        self._head_block = built.block
        self._edits = ()

    def rewind(self, number: int, edits: tuple[Edit, ...] = ()) -> None:
        """Make an older block the newest one; all after it are forgotten.

        Args:
            number: Of the block.
            edits: What was edited since that block: `edits` of that moment.

        Raises:
            StateError: There is no such block, or its state is no longer kept.
            StoreError: It cannot be written; the chain is as before.
        """
        records: Records = self._store.no_edits(len(self._edits), start=len(edits))
        records.update(self._store.records_of_edits(edits))
        records.update(self._store.no_blocks_above(number))
        world = self._history.rewind(number, records)
        self._store.forget(above=number)
        self._head_block = self._checked_head()
        self._edits = edits
        self._world = apply_edits(world, edits)

    def close(self) -> None:
        """Let go of the history."""
        self._history.close()

    def _begin(self) -> None:
        """Make the history hold block 0."""
        found = self._history.world_at(self._history.head)
        if self._history.head:
            raise StateError(
                f"the store holds a state at block {self._history.head} and no chain; a chain "
                "begins at block 0"
            )
        if EMPTY_TRIE_ROOT not in {found.root, self.config.genesis.world.root}:
            raise InputError("both the store and the genesis have accounts; one of them may")
        built = build_genesis(self.config.genesis, self.config.rules, found)
        # The accounts of the genesis are kept like edits, so that a replay can begin with them.
        records = self._store.records_of_block(built, edits_to(self.config.genesis.world))
        records[CHAIN_KEY] = encode_chain(self.config)
        self._history.begin(built.world, records)

    def _checked_head(self) -> Block:
        """The newest block.

        Raises:
            StateError: It is missing, or is not the one whose state is kept.
        """
        head = self._history.head
        block = self._store.block(head)
        if block is None:
            raise StateError(f"the store is damaged: block {head} is missing")
        if block.header.state_root != self._history.world_at(head).root:
            raise StateError(f"the store is damaged: block {head} has another state root")
        return block

    def _base_fee(self, wanted: int | None) -> int | None:
        rules = self.config.rules.base_fee
        if rules is None or wanted is not None:
            return None if rules is None else wanted
        return next_base_fee(self._head_block.header, rules)
