"""Undo for tables: every write remembers what was there before. Knows nothing of accounts."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from evm_wasm.errors import StateError

K = TypeVar("K")
V = TypeVar("V")

_ABSENT: Final = object()


class Journal:
    """The writes since the last `clear`, in order, each with the value it replaced.

    A checkpoint is a position in this list, so taking one costs nothing; reverting walks back.
    Tables may gain entries behind the journal's back as long as those mean the same as no entry.
    """

    __slots__ = ("_writes",)

    def __init__(self) -> None:
        self._writes: list[tuple[dict[Any, Any], Any, Any]] = []

    def write(self, table: dict[K, V], key: K, value: V) -> None:
        """Set an entry of a table, so that it can be undone."""
        self._writes.append((table, key, table.get(key, _ABSENT)))
        table[key] = value

    def checkpoint(self) -> int:
        """A mark for `revert`."""
        return len(self._writes)

    def revert(self, mark: int) -> None:
        """Undo every write since the mark was taken, last one first.

        Raises:
            StateError: The mark lies ahead: what it stood for was reverted or cleared.
        """
        writes = self._writes
        if not 0 <= mark <= len(writes):
            raise StateError(f"no checkpoint {mark}: the journal holds {len(writes)} writes")
        while len(writes) > mark:
            table, key, before = writes.pop()
            if before is _ABSENT:
                del table[key]
            else:
                table[key] = before

    def clear(self) -> None:
        """Make all writes final; earlier marks become invalid."""
        self._writes.clear()
