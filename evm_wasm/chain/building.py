"""Making a block: transactions are added one by one, then it is sealed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evm_wasm.model.block import Block, BlockContext
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import ZERO_HASH, Address, Hash32
from evm_wasm.state.reader import World
from evm_wasm.state.state import State
from evm_wasm.vm.vm import Vm


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTemplate:
    """What is settled of a block before its first transaction; see `Header`.

    Attributes:
        parent_hash: Of the block before.
        number: One more than that of the block before.
        timestamp: In seconds.
        coinbase: Who gets the fees.
        gas_limit: In gas.
        base_fee: In wei for one gas; None under rules without one.
        difficulty: An unsigned 256-bit integer.
        extra_data: At most 32 bytes.
        mix_hash: 32 bytes of no meaning here.
        nonce: 8 bytes of no meaning here.
    """

    parent_hash: Hash32
    number: int
    timestamp: int
    coinbase: Address
    gas_limit: int
    base_fee: int | None
    difficulty: int = 0
    extra_data: bytes = b""
    mix_hash: Hash32 = ZERO_HASH
    nonce: bytes = bytes(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBlock:
    """A sealed block with what came of it.

    Attributes:
        block: With all roots.
        receipts: One for each transaction.
        world: The state after it.
    """

    block: Block
    receipts: tuple[BlockReceipt, ...]
    world: World


def context_of(template: BlockTemplate, block_hash: Callable[[int], Hash32 | None]) -> BlockContext:
    """What the transactions of a block can learn of it."""
    raise NotImplementedError


class BlockBuilder:
    """A block in the making; made by `Chain.builder`.

    Attributes:
        context: What its transactions can learn of it.
        receipts: Of the transactions so far.
    """

    def __init__(
        self,
        vm: Vm,
        world: World,
        template: BlockTemplate,
        *,
        chain_id: int,
        block_hash: Callable[[int], Hash32 | None],
    ) -> None:
        """Begins with a block without transactions.

        Args:
            vm: The machine; its rules hold.
            world: The state before the block.
            template: What is settled of the block.
            chain_id: Of the chain; transactions for another one are refused.
            block_hash: As of `BlockContext`.
        """
        self.context = context_of(template, block_hash)
        self.receipts: list[BlockReceipt] = []
        self._vm = vm
        self._chain_id = chain_id
        self._state = State(world)

    @property
    def gas_left(self) -> int:
        """What the block can still hold, in gas."""
        raise NotImplementedError

    @property
    def state(self) -> State:
        """After the transactions so far: what a pending block's queries read. Not to be changed."""
        raise NotImplementedError

    def add(self, transaction: RecoveredTransaction) -> BlockReceipt:
        """Run one more transaction.

        Raises:
            InvalidTransaction: It may not be in this block, which is as before.
            MachineError: The machine cannot go on; the block is as before.
        """
        raise NotImplementedError

    def seal(self) -> BuiltBlock:
        """The finished block; nothing can be added after that."""
        raise NotImplementedError
