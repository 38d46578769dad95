"""Which transactions the pool takes: those that a block could take as things stand, and no others.

What is refused here is refused with the figures, at once; what is taken is never lost, it waits
until it is mined, replaced or dropped.
"""

from __future__ import annotations

from dataclasses import replace

from evm_wasm.chain.building import to_run
from evm_wasm.chain.intrinsic import check_transaction, intrinsic_gas
from evm_wasm.chain.signing import recover_transaction
from evm_wasm.chain.validation import check_form
from evm_wasm.devnet.errors import PoolRefused, Refusal
from evm_wasm.devnet.mining import Miner
from evm_wasm.devnet.node import Node
from evm_wasm.errors import InvalidTransaction, TransactionFault
from evm_wasm.model.block import BlockContext
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.state.state import State


class Admission:
    """The door of the pool."""

    def __init__(self, node: Node, miner: Miner) -> None:
        self._node = node
        self._miner = miner

    def decode(self, raw: bytes) -> RecoveredTransaction:
        """A transaction from the bytes a user sends.

        Raises:
            InputError: Not a transaction; it names the field.
            InvalidTransaction: The signature is none of a key.
            PoolRefused: It is too large.
        """
        most = self._node.config.bounds.transaction_bytes
        if len(raw) > most:
            raise PoolRefused(Refusal.TOO_LARGE, f"{len(raw)} bytes, {most} allowed")
        return recover_transaction(raw)

    def admit(self, transaction: RecoveredTransaction) -> None:
        """Puts a transaction into the pool.

        Raises:
            InvalidTransaction: No block could take it.
            PoolRefused: The pool does not take it.
        """
        node = self._node
        node.pool.check_new(transaction.hash)
        self._check(transaction)
        unsigned = transaction.unsigned
        if unsigned.max_fee_per_gas < node.settings.min_gas_price:
            raise PoolRefused(
                Refusal.UNDERPRICED,
                f"it pays {unsigned.max_fee_per_gas} wei for one gas, "
                f"{node.settings.min_gas_price} wanted",
            )
        node.pool.add(transaction)

    def _check(self, transaction: RecoveredTransaction) -> None:
        """What a block would check, except that nonces may leave a gap."""
        node = self._node
        rules = node.vm.rules.transaction
        unsigned = transaction.unsigned
        check_form(unsigned, rules, chain_id=node.chain.config.chain_id)
        state = State(node.chain.world)
        nonce = state.nonce(transaction.sender)
        self._check_nonce(unsigned.nonce, nonce)
        context = self._context()
        check_transaction(
            replace(to_run(transaction, context.base_fee), nonce=nonce),
            state,
            context,
            rules,
            intrinsic=intrinsic_gas(
                rules,
                unsigned.data,
                creates=unsigned.to is None,
                access_list=unsigned.access_list,
            ),
            gas_left=context.gas_limit,
        )

    def _check_nonce(self, nonce: int, expected: int) -> None:
        if nonce < expected:
            raise InvalidTransaction(
                TransactionFault.NONCE_TOO_LOW,
                f"nonce too low: the transaction has {nonce}, the sender {expected}",
            )
        gap = self._node.config.bounds.nonce_gap
        if nonce > expected + gap:
            raise PoolRefused(Refusal.NONCE_GAP, f"it is {nonce}, the sender's next one {expected}")

    def _context(self) -> BlockContext:
        """As much of the next block as the checks look at."""
        node = self._node
        return BlockContext(
            number=node.chain.head + 1,
            timestamp=0,
            coinbase=node.settings.coinbase,
            difficulty=0,
            gas_limit=node.settings.gas_limit,
            block_hash=node.chain.block_hash,
            base_fee=self._miner.next_base_fee(),
        )
