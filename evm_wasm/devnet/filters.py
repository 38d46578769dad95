"""Queries that remember what they have told already.

A filter of logs or blocks keeps only how far it has told; what is new is looked up when it is
asked for. So a filter that nobody asks costs nothing.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from evm_wasm.devnet.config import Bounds
from evm_wasm.devnet.errors import UnknownFilter
from evm_wasm.devnet.events import DevnetEvent, Events, NewTransaction, Reverted
from evm_wasm.devnet.logs import Logs
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog
from evm_wasm.primitives.types import Hash32


@dataclass(slots=True)
class _LogFilter:
    """Logs of blocks from `next` on have not been told."""

    used: int
    query: LogQuery
    next: int


@dataclass(slots=True)
class _BlockFilter:
    """Blocks from `next` on have not been told."""

    used: int
    next: int


@dataclass(slots=True)
class _PendingFilter:
    """Hashes that have not been told."""

    used: int
    hashes: deque[Hash32] = field(default_factory=deque)


_Filter = _LogFilter | _BlockFilter | _PendingFilter


class Filters:
    """The installed filters, by id: 1, 2, 3 and so on, never used twice."""

    def __init__(self, node: Node, logs: Logs, clock: Callable[[], int]) -> None:
        """Begins without filters.

        Args:
            node: Of the devnet.
            logs: Of the devnet.
            clock: Seconds of real time, by which forgotten filters go.
        """
        self._node = node
        self._logs = logs
        self._clock = clock
        self._bounds: Bounds = node.config.bounds
        # The one that was used longest ago comes first.
        self._filters: OrderedDict[int, _Filter] = OrderedDict()
        self._last_id = 0
        self._listen(node.events)

    def __len__(self) -> int:
        return len(self._filters)

    def new_logs(self, query: LogQuery) -> int:
        """Installs a filter of logs."""
        return self._install(_LogFilter(self._clock(), query, self._node.chain.head + 1))

    def new_blocks(self) -> int:
        """Installs a filter of the hashes of new blocks."""
        return self._install(_BlockFilter(self._clock(), self._node.chain.head + 1))

    def new_pending(self) -> int:
        """Installs a filter of the hashes of transactions that the pool takes."""
        hashes: deque[Hash32] = deque(maxlen=self._bounds.filter_changes)
        return self._install(_PendingFilter(self._clock(), hashes))

    def changes(self, filter_id: int) -> list[FoundLog] | list[Hash32]:
        """What is new since the last question.

        Raises:
            UnknownFilter: It is not there.
            TooManyResults: More than `Bounds.log_results` logs at once; they stay untold.
        """
        found = self._use(filter_id)
        if isinstance(found, _PendingFilter):
            hashes = list(found.hashes)
            found.hashes.clear()
            return hashes
        head = self._node.chain.head
        first, last = found.next, head
        if isinstance(found, _BlockFilter):
            first = max(first, head + 1 - self._bounds.filter_changes)
            found.next = head + 1
            return self._hashes(first, last)
        changes = self._new_logs(found, first, last)
        found.next = head + 1
        return changes

    def logs(self, filter_id: int) -> list[FoundLog]:
        """All that a filter of logs asks for, told or not.

        Raises:
            UnknownFilter: It is not there, or no filter of logs.
            TooManyResults: More than `Bounds.log_results`.
        """
        found = self._use(filter_id)
        if not isinstance(found, _LogFilter):
            raise UnknownFilter("filter not found: it is not one of logs")
        return self._logs.find(found.query)

    def uninstall(self, filter_id: int) -> bool:
        """Takes a filter away; gives whether it was there."""
        return self._filters.pop(filter_id, None) is not None

    def clear(self) -> None:
        """Takes all filters away."""
        self._filters.clear()

    def _install(self, new: _Filter) -> int:
        self._expire()
        while len(self._filters) >= self._bounds.filters:
            self._filters.popitem(last=False)
        self._last_id += 1
        self._filters[self._last_id] = new
        return self._last_id

    def _use(self, filter_id: int) -> _Filter:
        self._expire()
        found = self._filters.get(filter_id)
        if found is None:
            raise UnknownFilter("filter not found")
        found.used = self._clock()
        self._filters.move_to_end(filter_id)
        return found

    def _expire(self) -> None:
        limit = self._clock() - self._bounds.filter_seconds
        while self._filters:
            filter_id, oldest = next(iter(self._filters.items()))
            if oldest.used >= limit:
                return
            del self._filters[filter_id]

    def _new_logs(self, found: _LogFilter, first: int, last: int) -> list[FoundLog]:
        query = found.query
        if query.block_hash is not None:
            return []
        if isinstance(query.first, int):
            first = max(first, query.first)
        if isinstance(query.last, int):
            last = min(last, query.last)
        return self._logs.find_between(query, first, last)

    def _hashes(self, first: int, last: int) -> list[Hash32]:
        hashes = (self._node.chain.block_hash(number) for number in range(first, last + 1))
        return [block_hash for block_hash in hashes if block_hash is not None]

    def _listen(self, events: Events) -> None:
        events.subscribe(self._told)

    def _told(self, event: DevnetEvent) -> None:
        if isinstance(event, NewTransaction):
            for each in self._filters.values():
                if isinstance(each, _PendingFilter):
                    each.hashes.append(event.transaction.hash)
        elif isinstance(event, Reverted):
            # What replaces the blocks that were taken away is new.
            for each in self._filters.values():
                if not isinstance(each, _PendingFilter):
                    each.next = min(each.next, event.head.header.number + 1)
