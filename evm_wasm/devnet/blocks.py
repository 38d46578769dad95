"""Finding blocks, transactions, receipts and states by whatever names a block."""

from __future__ import annotations

from evm_wasm.devnet.errors import StateNotKept, UnknownBlock, UnknownBlockHash
from evm_wasm.devnet.located import located_receipt
from evm_wasm.devnet.mining import Miner
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import BlockId, BlockTag
from evm_wasm.devnet.results import FoundReceipt, FoundTransaction
from evm_wasm.model.block import Block
from evm_wasm.primitives.types import Hash32
from evm_wasm.state.reader import World


class Blocks:
    """Reads the chain, and the pending block as if it were its next one."""

    def __init__(self, node: Node, miner: Miner) -> None:
        self._node = node
        self._miner = miner

    def number(self, block: BlockId) -> int:
        """The number of a block; of `PENDING` the next one.

        Raises:
            UnknownBlock: There is none.
        """
        chain = self._node.chain
        if isinstance(block, BlockTag):
            return _number_of_tag(block, chain.head)
        if isinstance(block, int):
            if not 0 <= block <= chain.head:
                raise UnknownBlock(
                    f"BlockOutOfRangeError: block height is {chain.head} but requested was {block}"
                )
            return block
        number = chain.number_of(block)
        if number is None:
            raise UnknownBlockHash(f"there is no block with the hash 0x{block.hex()}")
        return number

    def find(self, block: BlockId) -> Block | None:
        """A block, None where there is none."""
        if block is BlockTag.PENDING:
            return self._miner.pending().block
        try:
            return self._node.chain.block(self.number(block))
        except UnknownBlock:
            return None

    def require(self, block: BlockId) -> Block:
        """A block; `UnknownBlock` where there is none."""
        found = self.find(block)
        if found is None:
            self.number(block)
            raise UnknownBlock("the block is not there")
        return found

    def world(self, block: BlockId) -> World:
        """The state after a block; after the newest one with all edits since.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
        """
        chain = self._node.chain
        if block is BlockTag.PENDING:
            return self._miner.pending().world
        number = self.number(block)
        if number == chain.head:
            return chain.world
        self.check_kept(number)
        return chain.world_at(number)

    def check_kept(self, number: int) -> None:
        """Raises `StateNotKept` if the state of a block is not kept."""
        oldest = self._node.chain.oldest_state
        if number < oldest:
            raise StateNotKept(
                f"the state of block {number} is not kept; the oldest kept one is of {oldest}"
            )

    def transaction(self, transaction_hash: Hash32) -> FoundTransaction | None:
        """A transaction of a block or of the pool."""
        place = self._node.chain.place(transaction_hash)
        if place is not None:
            return self.transaction_in(place.number, place.index)
        waiting = self._node.pool.get(transaction_hash)
        if waiting is None:
            return None
        return FoundTransaction(transaction=waiting, block=None, index=None)

    def transaction_in(self, block: BlockId, index: int) -> FoundTransaction | None:
        """A transaction by its place in a block."""
        found = self.find(block)
        if found is None or not 0 <= index < len(found.transactions):
            return None
        return FoundTransaction(transaction=found.transactions[index], block=found, index=index)

    def receipt(self, transaction_hash: Hash32) -> FoundReceipt | None:
        """The receipt of a transaction that is in a block."""
        chain = self._node.chain
        place = chain.place(transaction_hash)
        if place is None:
            return None
        block, receipts = chain.block(place.number), chain.receipts(place.number)
        if block is None or receipts is None:
            return None
        return located_receipt(block, place.index, receipts[place.index])

    def receipts(self, block: BlockId) -> tuple[FoundReceipt, ...] | None:
        """The receipts of a block in order; None where there is no such block."""
        if block is BlockTag.PENDING:
            built = self._miner.pending()
            found, receipts = built.block, built.receipts
        else:
            stored = self.find(block)
            if stored is None:
                return None
            found, receipts = stored, self._node.chain.receipts(stored.header.number) or ()
        return tuple(
            located_receipt(found, index, receipt) for index, receipt in enumerate(receipts)
        )


def _number_of_tag(tag: BlockTag, head: int) -> int:
    if tag is BlockTag.EARLIEST:
        return 0
    return head + 1 if tag is BlockTag.PENDING else head
