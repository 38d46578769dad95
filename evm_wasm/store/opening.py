"""From the URL of a store to the store."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evm_wasm.errors import InputError, StoreError
from evm_wasm.store.base import Store
from evm_wasm.store.memory import MemoryStore

DATA_FILE: Final = "data.mdb"
LOCK_FILES: Final = frozenset({"ewasm.lock", "lock.mdb"})
"""What is in the folder of a store of LMDB before there is any data."""
UNFINISHED_SUFFIX: Final = ".unfinished"


def open_store(url: str, *, create: bool = False, read_only: bool = False) -> Store:
    """The store that a URL names.

    Args:
        url: `memory:`, `lmdb:PATH` (a folder) or `sqlite:PATH` (a file).
        create: Whether to make it if it does not exist; the folder it goes into must exist.
        read_only: Whether several processes may have it open, none of which writes.

    Raises:
        InputError: Not such a URL.
        StoreError: Missing, in use, not a store, not readable or writable, or LMDB is asked for
            and not installed.
    """
    scheme, path = split_url(url)
    if path and is_unfinished(Path(path)):
        raise StoreError(f"{url}: half-written: {what_to_remove(Path(path))}")
    return SCHEMES[scheme](path, create, read_only)


def split_url(url: str) -> tuple[str, str]:
    """Scheme and path of the URL of a store; no path for `memory:`.

    Raises:
        InputError: Not such a URL.
    """
    scheme, colon, path = url.partition(":")
    if not colon or scheme not in SCHEMES:
        names = ", ".join(f"{name}:" for name in SCHEMES)
        raise InputError(f"the URL of a store begins with one of {names}")
    if (scheme == "memory") != (not path):
        raise InputError("a store is memory: without a path, or lmdb:PATH or sqlite:PATH")
    if "\0" in path:
        raise InputError("the path of a store has a zero byte in it")
    return scheme, path


def unfinished(path: Path) -> Path:
    """Where a store lies while it is made; see `making`."""
    return Path(f"{path}{UNFINISHED_SUFFIX}")


def is_unfinished(path: Path) -> bool:
    """Whether there is half of a store for a place where nothing is."""
    try:
        return unfinished(path).exists() and is_free(path)
    except OSError:
        return False  # What is wrong with the path itself is said by whoever opens it.


def is_free(path: Path) -> bool:
    """Whether there is nothing at a place, or an empty folder.

    Raises:
        OSError: It cannot be looked at.
    """
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def what_to_remove(path: Path) -> str:
    """What to do about a store that somebody began to make."""
    return (
        f"{unfinished(path)} is being made, or was when its process ended; wait for that, or "
        "remove it and begin anew"
    )


def is_store_url(text: str) -> bool:
    """Whether a text names a store rather than a file."""
    return text.partition(":")[0] in SCHEMES and ":" in text


def _open_memory(_path: str, _create: bool, _read_only: bool) -> Store:
    return MemoryStore()


def _open_lmdb(path: str, create: bool, read_only: bool) -> Store:
    folder = Path(path)
    what = f"lmdb:{path}"
    try:
        if not folder.exists():
            _refuse_missing(folder, what=what, create=create)
            folder.mkdir()
        elif not folder.is_dir():
            raise StoreError(f"{what}: not a store, but a file; LMDB keeps a folder")
        elif not (folder / DATA_FILE).exists() and not (create and _is_begun(folder)):
            raise StoreError(f"{what}: not a store: there is no {DATA_FILE} in this folder")
    except OSError as error:
        raise StoreError(f"{what}: cannot be opened: {error.strerror}") from error
    try:
        module = importlib.import_module("evm_wasm.store.lmdb_store")
    except ImportError as error:
        raise StoreError(
            f"{what}: the package lmdb is not installed; pip install 'evm-wasm[lmdb]', or use "
            "sqlite:PATH"
        ) from error
    store: Store = module.LmdbStore(folder, read_only=read_only)
    return store


def _open_sqlite(path: str, create: bool, read_only: bool) -> Store:
    file = Path(path)
    what = f"sqlite:{path}"
    try:
        if not file.exists():
            _refuse_missing(file, what=what, create=create)
        elif not file.is_file():
            raise StoreError(f"{what}: not a store, but a folder; SQLite keeps a file")
    except OSError as error:
        raise StoreError(f"{what}: cannot be opened: {error.strerror}") from error
    module = importlib.import_module("evm_wasm.store.sqlite_store")
    store: Store = module.SqliteStore(file, read_only=read_only)
    return store


def _is_begun(folder: Path) -> bool:
    """Whether a folder is empty, or left by a process that ended right after making it."""
    return all(file.name in LOCK_FILES for file in folder.iterdir())


def _refuse_missing(path: Path, *, what: str, create: bool) -> None:
    if not create:
        raise StoreError(f"{what}: there is no such store")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"{what}: cannot be made: the folder it would lie in does not exist")


SCHEMES: Final = MappingProxyType[str, Callable[[str, bool, bool], Store]](
    {"memory": _open_memory, "lmdb": _open_lmdb, "sqlite": _open_sqlite}
)
"""Name before the colon: how to open what follows it."""
