"""Transactions that wait for a block, of each sender in the order of nonces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evm_wasm.devnet.results import PoolStatus
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import Address, Hash32


class Mempool:
    """All transactions that wait."""

    def get(self, transaction_hash: Hash32) -> RecoveredTransaction | None:
        """A waiting transaction."""
        raise NotImplementedError

    def drop(self, transaction_hash: Hash32) -> bool:
        """Forgets a transaction; gives whether it was there."""
        raise NotImplementedError

    def drop_sender(self, sender: Address) -> int:
        """Forgets all transactions of an account; gives how many."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forgets everything (`anvil_dropAllTransactions`)."""
        raise NotImplementedError

    def status(self) -> PoolStatus:
        """How many wait."""
        raise NotImplementedError

    def pending(self) -> Mapping[Address, Sequence[RecoveredTransaction]]:
        """What could go into a block, by sender in the order of nonces."""
        raise NotImplementedError

    def queued(self) -> Mapping[Address, Sequence[RecoveredTransaction]]:
        """What waits for a nonce before it, by sender in the order of nonces."""
        raise NotImplementedError
