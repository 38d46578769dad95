"""A store in a folder, kept by LMDB: the durable default. The only module that imports `lmdb`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import lmdb

from evm_wasm.errors import StoreError
from evm_wasm.store.base import SCAN_STEP, Batch, check_order
from evm_wasm.store.lock import FileLock

DATA_FILE: Final = "data.mdb"
"""Where LMDB keeps everything, inside the folder."""
LOCK_FILE: Final = "ewasm.lock"

FIRST_MAP_SIZE: Final = 64 << 20
"""Bytes of address space to begin with. It doubles whenever it is full."""


class LmdbStore:
    """One LMDB environment. A commit is durable and atomic by LMDB's default settings."""

    def __init__(self, path: Path, *, read_only: bool, map_size: int = FIRST_MAP_SIZE) -> None:
        """Opens the folder, which exists.

        Raises:
            StoreError: In use, not readable or writable, or no environment.
        """
        self._what = f"lmdb:{path}"
        self._map_size = map_size
        self._is_open = False
        self._lock = FileLock(path / LOCK_FILE, is_shared=read_only, what=self._what)
        try:
            # Readers need no locks of LMDB's own: ours keeps writers away from them.
            self._environment = lmdb.open(
                str(path), map_size=map_size, readonly=read_only, create=True, lock=not read_only
            )
        except (lmdb.Error, OSError) as error:
            self._lock.release()
            raise self._failure("cannot be opened", error) from error
        self._is_open = True

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where there is none."""
        self._check_open()
        try:
            with self._environment.begin() as transaction:
                return transaction.get(key)
        except lmdb.Error as error:
            raise self._failure("cannot be read", error) from error

    def scan(self, prefix: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Keys that begin with a prefix, and their values, in order of the keys."""
        position = max(prefix, start)
        while entries := self._entries(position, prefix):
            yield from entries
            position = entries[-1][0] + b"\0"

    def write(self, batch: Batch) -> None:
        """Make some changes, all of them or none; durable when it returns."""
        self._check_open()
        while True:
            try:
                self._write(batch)
            except lmdb.MapFullError:
                self._grow()
            except (lmdb.Error, OSError) as error:
                raise self._failure("cannot be written", error) from error
            else:
                return

    def close(self) -> None:
        """Let go of the folder."""
        if self._is_open:
            self._is_open = False
            self._environment.close()
            self._lock.release()

    def _write(self, batch: Batch) -> None:
        with self._environment.begin(write=True) as transaction:
            for key in sorted(batch):
                value = batch[key]
                if value is None:
                    transaction.delete(key)
                else:
                    transaction.put(key, value)

    def _grow(self) -> None:
        self._map_size = 2 * max(self._map_size, self._environment.info()["map_size"])
        try:
            self._environment.set_mapsize(self._map_size)
        except (lmdb.Error, OSError, OverflowError) as error:
            raise self._failure(f"cannot grow to {self._map_size} bytes", error) from error

    def _entries(self, position: bytes, prefix: bytes) -> list[tuple[bytes, bytes]]:
        """Some entries from a position on, none behind those with the prefix."""
        self._check_open()
        entries: list[tuple[bytes, bytes]] = []
        try:
            with self._environment.begin() as transaction, transaction.cursor() as cursor:
                if cursor.set_range(position) if position else cursor.first():
                    for key, value in cursor:
                        if not key.startswith(prefix) or len(entries) == SCAN_STEP:
                            break
                        entries.append((key, value))
        except lmdb.Error as error:
            raise self._failure("cannot be read", error) from error
        check_order(entries, position, self._what)
        return entries

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreError(f"{self._what}: closed")

    def _failure(self, what: str, error: Exception) -> StoreError:
        return StoreError(f"{self._what}: {what}: {error}")
