"""A chain of blocks over a history of states: everything is written in whole blocks or not at all.

One thread at a time may use a chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from evm_wasm.chain.building import BlockBuilder, BlockTemplate, BuiltBlock
from evm_wasm.chain.genesis import Genesis
from evm_wasm.chain.history import StateHistory
from evm_wasm.model.block import Block, Header
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.rules.forks import DEVNET, Rules
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World
from evm_wasm.vm.vm import Vm

DEFAULT_CHAIN_ID: Final = 31_337
"""Of Anvil and Hardhat, so that their users need not change anything."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What an operator did to one account between two blocks, outside of any transaction.

    Attributes:
        address: Of the account.
        change: What became of it; None removes it.
    """

    address: Address
    change: AccountChange | None


@dataclass(frozen=True, slots=True)
class TransactionPlace:
    """Where a transaction is.

    Attributes:
        number: Of its block.
        index: In the block, from 0.
    """

    number: int
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainConfig:
    """What makes a chain the chain it is.

    Attributes:
        chain_id: What signatures name.
        rules: Of all its blocks.
        schedule: Name of the prices of instructions.
        genesis: Block 0.
    """

    chain_id: int = DEFAULT_CHAIN_ID
    rules: Rules = DEVNET
    schedule: str = "particles"
    genesis: Genesis = field(default_factory=Genesis)


class Chain:
    """Blocks, receipts and states by number and hash.

    Attributes:
        config: As given.
    """

    def __init__(self, history: StateHistory, config: ChainConfig) -> None:
        """Opens the chain in a history, or begins one at its genesis.

        Args:
            history: Belongs to the chain from now on.
            config: Of the chain. Where the history holds a chain already, its genesis is not
                looked at.

        Raises:
            StoreError: The history holds a chain of another id, other rules or prices, or a newer
                format; both are named.
            StateError: What it holds is damaged.
        """
        self.config = config
        self._history = history
        raise NotImplementedError

    # The newest block

    @property
    def head(self) -> int:
        """Number of the newest block."""
        raise NotImplementedError

    @property
    def head_block(self) -> Block:
        """The newest block."""
        raise NotImplementedError

    @property
    def world(self) -> World:
        """The state now: after the newest block and the edits since then."""
        raise NotImplementedError

    # Looking up; None where there is no such thing

    def block(self, number: int) -> Block | None:
        """The block with a number."""
        raise NotImplementedError

    def header(self, number: int) -> Header | None:
        """The header of a block."""
        raise NotImplementedError

    def block_hash(self, number: int) -> Hash32 | None:
        """The hash of a block, without reading all of it."""
        raise NotImplementedError

    def logs_bloom(self, number: int) -> bytes | None:
        """The bloom of a block's logs, 256 bytes, without reading all of it."""
        raise NotImplementedError

    def number_of(self, block_hash: Hash32) -> int | None:
        """The number of the block with a hash."""
        raise NotImplementedError

    def receipts(self, number: int) -> tuple[BlockReceipt, ...] | None:
        """The receipts of a block, one for each transaction."""
        raise NotImplementedError

    def place(self, transaction_hash: Hash32) -> TransactionPlace | None:
        """Where a transaction is."""
        raise NotImplementedError

    # States

    @property
    def oldest_state(self) -> int:
        """Number of the oldest block whose state is kept."""
        raise NotImplementedError

    def world_at(self, number: int) -> World:
        """The state right after a block, without later edits; valid until the next `rewind`.

        Raises:
            StateError: It is not kept.
        """
        raise NotImplementedError

    # Edits

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What was edited since the newest block, in order."""
        raise NotImplementedError

    def edits_before(self, number: int) -> tuple[Edit, ...]:
        """What was edited between a block and the one before it."""
        raise NotImplementedError

    def edit(self, changes: Mapping[Address, AccountChange | None]) -> None:
        """Change accounts outside of any transaction; durable at once, seen in `world` at once.

        The next block is built on it and remembers it, so that a replay can do the same.
        """
        raise NotImplementedError

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
        mix_hash: Hash32 | None = None,
    ) -> BlockTemplate:
        """The beginning of the next block.

        Args:
            timestamp: In seconds.
            coinbase: Who gets the fees.
            gas_limit: In gas; that of the newest block by default.
            base_fee: In wei for one gas; what follows from the newest block by default.
            difficulty: Of the header.
            extra_data: Of the header, at most 32 bytes.
            mix_hash: Of the header; zero by default.
        """
        raise NotImplementedError

    def builder(self, vm: Vm, template: BlockTemplate) -> BlockBuilder:
        """The next block in the making, on the state now; the chain is not changed by it."""
        raise NotImplementedError

    def append(self, built: BuiltBlock) -> None:
        """Make a block the newest one, in one atomic batch; durable when it returns.

        Raises:
            StateError: It does not follow from the newest block and its edits.
            StoreError: It cannot be written; the chain is as before.
        """
        raise NotImplementedError

    def rewind(self, number: int, edits: tuple[Edit, ...] = ()) -> None:
        """Make an older block the newest one; all after it are forgotten.

        Args:
            number: Of the block.
            edits: What was edited since that block: `edits` of that moment.

        Raises:
            StateError: There is no such block, or its state is no longer kept.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the history."""
        raise NotImplementedError
