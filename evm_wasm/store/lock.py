"""A lock on a file: one process writes a store, or several read it."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import Final

from evm_wasm.errors import StoreError

_CLOSED_IN_CHILDREN: Final = getattr(os, "O_CLOEXEC", 0)
"""Windows has no such flag and needs none."""

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int, *, is_shared: bool) -> None:  # noqa: ARG001 - has no shared locks
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int, *, is_shared: bool) -> None:
        kind = fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)


def _open(path: Path, *, is_shared: bool) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | _CLOSED_IN_CHILDREN, 0o644)
    except PermissionError:
        if not is_shared:
            raise
    except OSError as error:
        if not is_shared or error.errno != errno.EROFS:
            raise
    # Whoever may only read takes part with a descriptor that only reads.
    return os.open(path, os.O_RDONLY | _CLOSED_IN_CHILDREN)


class FileLock:
    """Held from the beginning until `release` or the end of the process, however it ends."""

    def __init__(self, path: Path, *, is_shared: bool, what: str) -> None:
        """Takes the lock.

        Args:
            path: The lock's own file; made if it is missing.
            is_shared: Whether others may hold it as well who ask the same.
            what: Name of the store, for errors.

        Raises:
            StoreError: Somebody else holds it, or the file cannot be made.
        """
        self._descriptor: int | None = None
        try:
            self._descriptor = _open(path, is_shared=is_shared)
        except OSError as error:
            if not is_shared:
                raise StoreError(f"{what}: cannot be written: {error.strerror}") from error
            return  # Nobody wrote here, and we may not: there is nothing to agree upon.
        try:
            _try_lock(self._descriptor, is_shared=is_shared)
        except OSError as error:
            self.release()
            raise StoreError(f"{what}: in use by another process") from error

    def release(self) -> None:
        """Let go of the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
