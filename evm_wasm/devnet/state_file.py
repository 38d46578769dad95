"""A dump in a file, which is there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from evm_wasm.errors import InputError, StoreError


def write_file(path: Path, data: bytes) -> None:
    """Puts data into a file; at each moment the file has its old contents or the new ones.

    Raises:
        StoreError: It cannot be written; it is as it was.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from error


def read_file(path: Path) -> bytes | None:
    """The contents of a file, None where there is none.

    Raises:
        InputError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
