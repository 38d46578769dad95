"""A store that is made as a whole or not at all.

While it is filled it lies beside its place, under a name of its own, and moves there at the end.
A process that is killed leaves that other name behind, which `open_store` then refuses and names.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from evm_wasm.errors import StoreError
from evm_wasm.store.base import Store
from evm_wasm.store.opening import (
    is_free,
    is_unfinished,
    open_store,
    split_url,
    unfinished,
    what_to_remove,
)

_BESIDE: Final = ("", "-wal", "-shm", "-journal", ".lock")
"""What is added to the name of a store for the files that lie with it."""


@contextmanager
def new_store(url: str) -> Iterator[Store]:
    """A new store that a block of code fills; it is at its place if the block ends without error.

    Args:
        url: As of `open_store`. Nothing may be there, except for an empty folder with `lmdb:`.

    Raises:
        InputError: Not such a URL.
        StoreError: Something is there, or half of something, or it cannot be written.
    """
    scheme, name = split_url(url)
    if not name:
        store = open_store(url)
        try:
            yield store
        finally:
            store.close()
        return
    path = Path(name)
    _refuse_existing(path, url)
    half = unfinished(path)
    if is_unfinished(path):
        raise StoreError(f"{url}: cannot be made: {what_to_remove(path)}")
    try:
        store = open_store(f"{scheme}:{half}", create=True)
    except StoreError as error:
        raise StoreError(f"{url}: cannot be made: {error}") from error
    try:
        try:
            yield store
        finally:
            store.close()
        _refuse_existing(path, url)
        _move(half, path, url)
    finally:
        _remove(half)


def _refuse_existing(path: Path, url: str) -> None:
    """Raises a `StoreError` where there is something that a new store would take the place of."""
    try:
        free = is_free(path)
    except OSError as error:
        raise StoreError(f"{url}: cannot be made: {error.strerror}") from error
    if not free:
        raise StoreError(f"{url}: exists already; a new store needs a place of its own")


def _move(half: Path, path: Path, url: str) -> None:
    try:
        if path.is_dir():
            path.rmdir()
        half.rename(path)
        _sync(path.absolute().parent)
    except OSError as error:
        raise StoreError(f"{url}: cannot be put in its place: {error.strerror}") from error


def _sync(folder: Path) -> None:
    """Has the system write down which names a folder has."""
    if sys.platform == "win32":
        return  # It has no call for that.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(half: Path) -> None:
    for suffix in _BESIDE:
        file = half.with_name(half.name + suffix)
        if file.is_dir():
            shutil.rmtree(file, ignore_errors=True)
        else:
            file.unlink(missing_ok=True)
