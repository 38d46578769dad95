"""What can be read of a devnet: blocks, transactions, receipts, and the states after blocks."""

from __future__ import annotations

from collections.abc import Iterable

from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.mempool import Mempool
from evm_wasm.devnet.requests import LATEST, PENDING, BlockId
from evm_wasm.devnet.results import FoundReceipt, FoundTransaction
from evm_wasm.model.block import Block
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.state.account_proof import AccountProof, prove_account


class Reading:
    """The part of `Devnet` that changes nothing."""

    def __init__(self, blocks: Blocks, pool: Mempool) -> None:
        self._blocks = blocks
        self._pool = pool

    # Reading the chain

    def block(self, block: BlockId = LATEST) -> Block | None:
        """A block, None where there is none. `PENDING` gives what a block made now would be."""
        return self._blocks.find(block)

    def block_number(self, block: BlockId = LATEST) -> int:
        """The number of a block; of `PENDING` the next one.

        Raises:
            UnknownBlock: There is none.
        """
        return self._blocks.number(block)

    def transaction(self, transaction_hash: Hash32) -> FoundTransaction | None:
        """A transaction of a block or of the pool."""
        return self._blocks.transaction(transaction_hash)

    def transaction_in(self, block: BlockId, index: int) -> FoundTransaction | None:
        """A transaction by its place in a block."""
        return self._blocks.transaction_in(block, index)

    def receipt(self, transaction_hash: Hash32) -> FoundReceipt | None:
        """The receipt of a transaction that is in a block."""
        return self._blocks.receipt(transaction_hash)

    def block_receipts(self, block: BlockId = LATEST) -> tuple[FoundReceipt, ...] | None:
        """The receipts of a block in order; None where there is no such block."""
        return self._blocks.receipts(block)

    # Reading the state

    def balance(self, address: Address, block: BlockId = LATEST) -> int:
        """In wei.

        Raises:
            UnknownBlock: There is no such block.
            StateNotKept: Its state is not kept.
        """
        return self._blocks.world(block).account(address).balance

    def nonce(self, address: Address, block: BlockId = LATEST) -> int:
        """The next nonce; with `PENDING` behind all that waits in the pool. Errors as above."""
        if block is PENDING:
            return self._pool.next_nonce(address)
        return self._blocks.world(block).account(address).nonce

    def code(self, address: Address, block: BlockId = LATEST) -> bytes:
        """The code as it was deployed; errors as above."""
        world = self._blocks.world(block)
        return world.code(world.account(address).code_hash)

    def storage(self, address: Address, key: Word, block: BlockId = LATEST) -> Word:
        """A slot; errors as above."""
        return self._blocks.world(block).storage(address, key)

    def proof(
        self, address: Address, keys: Iterable[Word], block: BlockId = LATEST
    ) -> AccountProof:
        """Proof of an account and some slots against the block's state root; errors as above."""
        return prove_account(self._blocks.world(block), address, keys)
