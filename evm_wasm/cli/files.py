"""Reading what users name and writing what they asked for, with errors that name the file."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

from evm_wasm.engine import wat_to_wasm
from evm_wasm.errors import InputError

STANDARD_STREAM: Final = "-"
"""Stands for standard input or standard output."""

MOST_BYTES: Final = 1 << 30
"""More than any state or module; a device without an end is not read for ever."""

WAT_SUFFIX: Final = ".wat"
_MAGIC: Final = b"\0asm"
_WAT_STARTS: Final = (b"(", b";;")


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`.

    Raises:
        InputError: It cannot be read or is larger than `MOST_BYTES`.
    """
    if not name:
        raise InputError("the name of a file is empty")
    try:
        if name == STANDARD_STREAM:
            data = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(name)}: cannot be read: {_reason(error)}") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{shown(name)}: larger than {MOST_BYTES} bytes")
    return data


def read_text(name: str) -> str:
    """The UTF-8 text of a file, or of standard input for `-`; errors as of `read_bytes`."""
    return _decode(read_bytes(name), name)


def read_lines(name: str) -> Generator[str, None, None]:
    """The lines of UTF-8 text of a file of any size, each with its end, or of standard input.

    Raises:
        InputError: It cannot be read, or is not UTF-8.
    """
    try:
        if name == STANDARD_STREAM:
            yield from io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="\n")
        else:
            with Path(name).open(encoding="utf-8", newline="\n") as file:
                yield from file
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(name)}: not UTF-8 text") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(name)}: cannot be read: {_reason(error)}") from error


def read_module(name: str) -> bytes:
    """The wasm bytes of a file, whatever they are worth; text (`.wat`) is assembled.

    Raises:
        InputError: It cannot be read, or is text that is malformed.
    """
    data = read_bytes(name)
    is_text = name.lower().endswith(WAT_SUFFIX) or (
        name == STANDARD_STREAM and data.lstrip().startswith(_WAT_STARTS)
    )
    if is_text and not data.startswith(_MAGIC):
        return wat_to_wasm(_decode(data, name), what=shown(name))
    return data


def write_atomically(name: str, data: bytes) -> None:
    """Writes a file as a whole or not at all: a new file takes its place at the end.

    Raises:
        InputError: It cannot be written; what was there before is untouched.
    """
    try:
        target = Path(name).resolve()  # a symbolic link stays one
        if target.is_dir():
            raise IsADirectoryError(None, "Is a directory")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(None, "Permission denied")
        _replace(target, data)
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(name)}: cannot be written: {_reason(error)}") from error


def _replace(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def shown(name: str) -> str:
    """How errors call a file."""
    return "standard input" if name == STANDARD_STREAM else name


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{shown(name)}: not UTF-8 text, at byte {error.start}") from error


def _reason(error: OSError | ValueError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
