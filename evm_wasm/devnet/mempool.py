"""Transactions that wait for a block, of each sender in the order of nonces.

The pool knows nothing of prices of gas or of code: `admission` decides what may come in.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evm_wasm.devnet.config import Bounds, Order
from evm_wasm.devnet.errors import PoolRefused, Refusal
from evm_wasm.devnet.results import PoolStatus
from evm_wasm.model.transaction import RecoveredTransaction, UnsignedTransaction
from evm_wasm.primitives.types import Address, Hash32

REPLACEMENT_PERCENT = 10
"""By so much both prices of a transaction must be above those of the one it replaces (as geth)."""


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """A transaction that waits.

    Attributes:
        transaction: With its hash, sender and bytes.
        order: Grows with each that comes in.
    """

    transaction: RecoveredTransaction
    order: int

    @property
    def nonce(self) -> int:
        """Of the transaction."""
        return self.transaction.unsigned.nonce


class Mempool:
    """All transactions that wait.

    Attributes:
        version: Grows with every change.
    """

    def __init__(self, bounds: Bounds, nonce_of: Callable[[Address], int]) -> None:
        """Begins empty.

        Args:
            bounds: How much it holds.
            nonce_of: The next nonce of an account by the newest state.
        """
        self.version = 0
        self._bounds = bounds
        self._nonce_of = nonce_of
        self._by_hash: dict[Hash32, PoolEntry] = {}
        self._by_sender: dict[Address, dict[int, PoolEntry]] = {}
        # By sender (base, end): nonces from the one to the other wait, or have been used. It saves
        # going through all that one account has sent for each that it sends.
        self._runs: dict[Address, tuple[int, int]] = {}
        self._bytes = 0
        self._order = 0
        self._entries: tuple[PoolEntry, ...] | None = None

    def __len__(self) -> int:
        return len(self._by_hash)

    def get(self, transaction_hash: Hash32) -> RecoveredTransaction | None:
        """A waiting transaction."""
        entry = self._by_hash.get(transaction_hash)
        return entry.transaction if entry is not None else None

    def add(self, transaction: RecoveredTransaction) -> None:
        """Takes a transaction, in the place of one with the same nonce if it pays enough more.

        Raises:
            PoolRefused: It is here already, pays too little to replace another, or the pool is
                full.
        """
        if transaction.hash in self._by_hash:
            raise PoolRefused(Refusal.ALREADY_KNOWN)
        nonce = transaction.unsigned.nonce
        replaced = self._by_sender.get(transaction.sender, {}).get(nonce)
        if replaced is not None:
            _check_replacement(transaction.unsigned, replaced.transaction.unsigned)
        self._check_room(transaction, replaced)
        if replaced is not None:
            self._remove(replaced)
        self._insert(PoolEntry(transaction, self._order))
        self._order += 1

    def check_new(self, transaction_hash: Hash32) -> None:
        """Raises `PoolRefused` if a transaction waits here already."""
        if transaction_hash in self._by_hash:
            raise PoolRefused(Refusal.ALREADY_KNOWN)

    def drop(self, transaction_hash: Hash32) -> bool:
        """Forgets a transaction; gives whether it was there."""
        entry = self._by_hash.get(transaction_hash)
        if entry is not None:
            self._remove(entry)
        return entry is not None

    def drop_sender(self, sender: Address) -> int:
        """Forgets all transactions of an account; gives how many."""
        entries = tuple(self._by_sender.get(sender, {}).values())
        for entry in entries:
            self._remove(entry)
        return len(entries)

    def drop_used(self, senders: Iterable[Address]) -> None:
        """Forgets transactions whose nonce some of these accounts have used."""
        for sender in senders:
            next_nonce = self._nonce_of(sender)
            for entry in tuple(self._by_sender.get(sender, {}).values()):
                if entry.nonce < next_nonce:
                    self._remove(entry)

    def clear(self) -> None:
        """Forgets everything (`anvil_dropAllTransactions`)."""
        self.restore(())

    def senders(self) -> tuple[Address, ...]:
        """Accounts of which something waits."""
        return tuple(self._by_sender)

    def entries(self) -> tuple[PoolEntry, ...]:
        """Everything, for `restore`; the same object as long as nothing changes."""
        if self._entries is None:
            self._entries = tuple(self._by_hash.values())
        return self._entries

    def restore(self, entries: Iterable[PoolEntry]) -> None:
        """Holds just these entries from now on."""
        self._changed()
        self._by_hash.clear()
        self._by_sender.clear()
        self._runs.clear()
        self._bytes = 0
        for entry in entries:
            self._insert(entry)

    def next_nonce(self, sender: Address) -> int:
        """The nonce behind all that an account has sent without a gap."""
        nonce = self._nonce_of(sender)
        entries = self._by_sender.get(sender)
        if entries is None:
            return nonce
        base, end = self._runs.get(sender, (nonce, nonce))
        end = max(end, nonce) if base <= nonce else nonce
        while end in entries:
            end += 1
        self._runs[sender] = nonce, end
        return end

    def waiting(self, sender: Address, nonce: int) -> RecoveredTransaction | None:
        """What an account has sent with a nonce."""
        entry = self._by_sender.get(sender, {}).get(nonce)
        return entry.transaction if entry is not None else None

    def status(self) -> PoolStatus:
        """How many wait."""
        pending = sum(len(entries) for entries in self.pending().values())
        return PoolStatus(pending, len(self) - pending)

    def pending(self) -> Mapping[Address, Sequence[RecoveredTransaction]]:
        """What could go into a block, by sender in the order of nonces."""
        return self._split(wants_ready=True)

    def queued(self) -> Mapping[Address, Sequence[RecoveredTransaction]]:
        """What waits for a nonce before it, by sender in the order of nonces."""
        return self._split(wants_ready=False)

    def candidates(self, base_fee: int, order: Order) -> Candidates:
        """What could go into a block with this base fee, the best first."""
        heads = []
        for sender, entries in self._by_sender.items():
            head = entries.get(self._nonce_of(sender))
            if head is not None:
                heads.append(head)
        return Candidates(heads, self._by_sender, base_fee, order)

    def _split(self, *, wants_ready: bool) -> dict[Address, list[RecoveredTransaction]]:
        result: dict[Address, list[RecoveredTransaction]] = {}
        for sender, entries in self._by_sender.items():
            end = self.next_nonce(sender)
            chosen = [
                entries[nonce].transaction
                for nonce in sorted(entries)
                if (nonce < end) is wants_ready
            ]
            if chosen:
                result[sender] = chosen
        return result

    def _check_room(self, transaction: RecoveredTransaction, replaced: PoolEntry | None) -> None:
        size = self._bytes + len(transaction.raw)
        count = len(self._by_hash) + 1
        if replaced is not None:
            size -= len(replaced.transaction.raw)
            count -= 1
        if count > self._bounds.pool_transactions:
            raise PoolRefused(Refusal.POOL_FULL, f"{count - 1} transactions wait")
        if size > self._bounds.pool_bytes:
            raise PoolRefused(Refusal.POOL_FULL, f"{self._bytes} bytes of transactions wait")

    def _changed(self) -> None:
        self.version += 1
        self._entries = None

    def _insert(self, entry: PoolEntry) -> None:
        transaction = entry.transaction
        self._changed()
        self._bytes += len(transaction.raw)
        self._by_hash[transaction.hash] = entry
        self._by_sender.setdefault(transaction.sender, {})[entry.nonce] = entry

    def _remove(self, entry: PoolEntry) -> None:
        transaction = entry.transaction
        self._changed()
        self._bytes -= len(transaction.raw)
        del self._by_hash[transaction.hash]
        entries = self._by_sender[transaction.sender]
        del entries[entry.nonce]
        base, end = self._runs.get(transaction.sender, (0, 0))
        if not entries:
            del self._by_sender[transaction.sender]
            self._runs.pop(transaction.sender, None)
        elif end > entry.nonce:
            self._runs[transaction.sender] = base, max(entry.nonce, base)


class Candidates:
    """The transactions of a pool in the order in which a block should try them.

    Iterating gives one; `accept` says that it went into the block, so that its sender's next one
    is tried as well. One that is not accepted keeps its sender out of this block.
    """

    def __init__(
        self,
        heads: Iterable[PoolEntry],
        by_sender: Mapping[Address, Mapping[int, PoolEntry]],
        base_fee: int,
        order: Order,
    ) -> None:
        self._by_sender = by_sender
        self._base_fee = base_fee
        self._order = order
        self._heap = [self._ranked(entry) for entry in heads]
        heapq.heapify(self._heap)

    def __iter__(self) -> Iterator[RecoveredTransaction]:
        while self._heap:
            _, _, entry = heapq.heappop(self._heap)
            if entry.transaction.unsigned.max_fee_per_gas >= self._base_fee:
                yield entry.transaction

    def accept(self, transaction: RecoveredTransaction) -> None:
        """The transaction is in the block."""
        entries = self._by_sender[transaction.sender]
        following = entries.get(transaction.unsigned.nonce + 1)
        if following is not None:
            heapq.heappush(self._heap, self._ranked(following))

    def _ranked(self, entry: PoolEntry) -> tuple[int, int, PoolEntry]:
        """Never compares entries: no two have the same order."""
        unsigned = entry.transaction.unsigned
        fee = min(unsigned.max_priority_fee_per_gas, unsigned.max_fee_per_gas - self._base_fee)
        return (-fee if self._order is Order.FEES else 0, entry.order, entry)


def _check_replacement(new: UnsignedTransaction, old: UnsignedTransaction) -> None:
    for name in ("max_fee_per_gas", "max_priority_fee_per_gas"):
        offered, before = getattr(new, name), getattr(old, name)
        needed = before + -(-before * REPLACEMENT_PERCENT // 100)
        if offered < needed:
            raise PoolRefused(
                Refusal.REPLACEMENT_UNDERPRICED, f"{name} is {offered} wei, {needed} needed"
            )
