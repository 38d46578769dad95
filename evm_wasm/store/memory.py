"""A store that lasts as long as the process."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from evm_wasm.errors import StoreError
from evm_wasm.store.base import Batch


class MemoryStore:
    """A dictionary, and its keys in order once somebody scanned."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._order: list[bytes] | None = None
        self._is_open = True

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where there is none."""
        self._check_open()
        return self._values.get(key)

    def scan(self, prefix: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Keys that begin with a prefix, and their values, in order of the keys."""
        self._check_open()
        position = max(prefix, start)
        while (key := self._first_from(position)) is not None and key.startswith(prefix):
            yield key, self._values[key]
            position = key + b"\0"

    def write(self, batch: Batch) -> None:
        """Make some changes, all of them or none."""
        self._check_open()
        for key, value in batch.items():
            if (value is None) == (key in self._values):
                self._order = None
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value

    def close(self) -> None:
        """Forget everything."""
        self._is_open = False
        self._values = {}
        self._order = None

    def _first_from(self, position: bytes) -> bytes | None:
        self._check_open()
        if self._order is None:
            self._order = sorted(self._values)
        index = bisect_left(self._order, position)
        return self._order[index] if index < len(self._order) else None

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreError("the store in memory is closed")
