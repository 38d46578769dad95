"""The sources of a project: all files below `src/`, read once, so that nothing else is compiled."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.project.languages import TEXT_SUFFIXES
from evm_wasm.project.manifest import SOURCES

MOST_FILES: Final = 10_000
MOST_BYTES: Final = 64 << 20
"""Of all sources together."""


def read_sources(folder: Path) -> Mapping[str, bytes]:
    """All files below `src/` by their path with `/`, in the order of the paths.

    Raises:
        InputError: One cannot be read, is no UTF-8 text, is no file, or leads out of the project.
    """
    root = folder / SOURCES
    if not root.is_dir():
        raise InputError(f"{root}: no such folder; the sources of a project lie there")
    inside = Path(os.path.realpath(folder))
    found: dict[str, bytes] = {}
    size = 0
    for path in _files(root, inside):
        name = path.relative_to(folder).as_posix()
        data = _read(path, MOST_BYTES - size)
        size += len(data)
        if len(found) >= MOST_FILES:
            raise InputError(f"{root}: more than {MOST_FILES} files")
        found[name] = data
    return dict(sorted(found.items()))


def digests(sources: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each source, in hexadecimal."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sources.items()}


def write_copy(sources: Mapping[str, bytes], folder: Path) -> None:
    """Writes the sources below an empty folder."""
    for name, data in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _files(folder: Path, inside: Path) -> Iterator[Path]:
    """The files below a folder. Links to folders could go round in circles and are refused."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"{folder}: cannot be read: {error.strerror}") from error
    for path in entries:
        if path.is_symlink():
            _check_link(path, inside)
            yield path
        elif path.is_dir():
            yield from _files(path, inside)
        else:
            yield path


def _check_link(path: Path, inside: Path) -> None:
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(inside):
        raise InputError(f"{path}: a symbolic link that leads out of the project")
    if target.is_dir():
        raise InputError(f"{path}: a symbolic link to a folder; put the folder itself there")


def _read(path: Path, most: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"{path}: neither a file nor a folder")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise InputError(f"{path}: with it the sources are larger than {MOST_BYTES} bytes")
    if path.suffix in TEXT_SUFFIXES:
        _check_text(path, data)
    return data


def _check_text(path: Path, data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line}: not UTF-8 text, at byte {error.start}") from error
