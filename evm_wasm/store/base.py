"""What a store can do. Everything durable is written through these four calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import ge
from typing import Final, Protocol, TypeAlias

from evm_wasm.errors import StoreError

MAX_KEY_LENGTH: Final = 500
"""Bytes, and 1 at least. LMDB's limit is 511."""

SCAN_STEP: Final = 1024
"""Entries that a scan fetches at once."""

Batch: TypeAlias = Mapping[bytes, bytes | None]
"""New values of some keys; None deletes."""


Entry: TypeAlias = tuple[bytes, bytes]


def check_order(entries: Sequence[Entry], start: bytes, what: str) -> None:
    """Refuses what a step of a scan found if it cannot be: a scan of damaged pages might not end.

    Args:
        entries: Keys and values.
        start: The least key that was asked for.
        what: Name of the store, for the error.

    Raises:
        StoreError: The keys are not in ascending order from the start on.
    """
    keys = [key for key, _ in entries]
    if (keys and keys[0] < start) or any(map(ge, keys, keys[1:])):
        raise StoreError(f"{what}: damaged: the keys are not in order")


class Store(Protocol):
    """An ordered map of byte strings, one writer at a time.

    Every method raises `StoreError` where the store cannot be read or written; after a failed
    write it holds what it held before.
    """

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where there is none."""

    def scan(self, prefix: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Keys that begin with a prefix, and their values, in order of the keys.

        Args:
            prefix: What the keys begin with; empty for all.
            start: Keys below this one are left out.

        A scan holds nothing open between its steps, so it may meet what is written meanwhile.
        """

    def write(self, batch: Batch) -> None:
        """Make some changes, all of them or none; durable when it returns."""

    def close(self) -> None:
        """Let go of the store. Closing twice does no harm; nothing else may follow."""
