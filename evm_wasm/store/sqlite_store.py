"""A store in one file, kept by the SQLite of the standard library: needs no further package."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from evm_wasm.errors import StoreError
from evm_wasm.store.base import MAX_KEY_LENGTH, SCAN_STEP, Batch, check_order
from evm_wasm.store.lock import FileLock

LOCK_SUFFIX: Final = ".lock"
LOG_SUFFIX: Final = "-wal"
"""SQLite's own name for the log that lies beside the file while it is written."""
APPLICATION: Final = 0x6557534D
"""The number in the file's header that says whose file it is: "eWSM" in ASCII."""

_SELECT_SOME: Final = (
    "SELECT key, value FROM records WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"
)


class SqliteStore:
    """One table. The write-ahead log is synced at every commit, so a commit is durable."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Opens the file, or makes it where it may be written.

        Raises:
            StoreError: In use, not readable or writable, or a file of something else.
        """
        self._what = f"sqlite:{path}"
        self._is_open = False
        lock = path.with_name(path.name + LOCK_SUFFIX)
        self._lock = FileLock(lock, is_shared=read_only, what=self._what)
        try:
            # The machine runs in a thread of its own; it is the only one that uses the store then.
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?{_access(path, read_only=read_only)}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            self._lock.release()
            raise self._failure("cannot be opened", error) from error
        self._is_open = True
        try:
            self._prepare(read_only=read_only)
        except sqlite3.Error as error:
            self.close()
            raise self._failure("cannot be opened", error) from error
        except StoreError:
            self.close()
            raise

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, None where there is none."""
        rows = self._query("SELECT value FROM records WHERE key = ?", key)
        self._check_blobs(rows)
        return rows[0][0] if rows else None

    def scan(self, prefix: bytes, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Keys that begin with a prefix, and their values, in order of the keys."""
        position, end = max(prefix, start), _behind(prefix)
        while rows := self._query(_SELECT_SOME, position, end, SCAN_STEP):
            self._check_blobs(rows)
            check_order(rows, position, self._what)
            yield from rows
            position = rows[-1][0] + b"\0"

    def write(self, batch: Batch) -> None:
        """Make some changes, all of them or none; durable when it returns."""
        self._check_open()
        puts = [(key, value) for key, value in sorted(batch.items()) if value is not None]
        deletes = [(key,) for key, value in batch.items() if value is None]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany("DELETE FROM records WHERE key = ?", deletes)
                self._connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", puts)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._failure("cannot be written", error) from error

    def close(self) -> None:
        """Let go of the file."""
        if self._is_open:
            self._is_open = False
            self._connection.close()
            self._lock.release()

    def _prepare(self, *, read_only: bool) -> None:
        """Checks whose file it is, and makes the table in a new one."""
        application = self._query("PRAGMA application_id")[0][0]
        is_new = not self._query("SELECT 1 FROM sqlite_master LIMIT 1")
        if application != APPLICATION and not (is_new and application == 0):
            raise StoreError(f"{self._what}: not a store, but a database of something else")
        if read_only:
            return
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS records (key BLOB PRIMARY KEY, value BLOB NOT NULL) "
            "WITHOUT ROWID"
        )

    def _query(self, statement: str, *values: bytes | int) -> list[tuple[Any, ...]]:
        self._check_open()
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._failure("cannot be read", error) from error

    def _check_blobs(self, rows: list[tuple[Any, ...]]) -> None:
        """Refuses values of other types: SQLite reads the type of each from the page."""
        if not all(isinstance(value, bytes) for row in rows for value in row):
            raise StoreError(f"{self._what}: damaged: a key or a value is not of bytes")

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreError(f"{self._what}: closed")

    def _failure(self, what: str, error: Exception) -> StoreError:
        return StoreError(f"{self._what}: {what}: {error}")


def _access(path: Path, *, read_only: bool) -> str:
    """How SQLite is to open a file."""
    if not read_only:
        return "mode=rwc"
    log = path.with_name(path.name + LOG_SUFFIX)
    if log.exists() and log.stat().st_size:
        return "mode=ro"
    # With no log to take up, and our lock to keep writers away, SQLite needs to make no files of
    # its own beside the store, which may lie where nothing can be written.
    return "mode=ro&immutable=1"


def _behind(prefix: bytes) -> bytes:
    """The least key behind all those that begin with a prefix."""
    rest = prefix.rstrip(b"\xff")
    if not rest:
        return b"\xff" * (MAX_KEY_LENGTH + 1)
    return rest[:-1] + bytes((rest[-1] + 1,))
