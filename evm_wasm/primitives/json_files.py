"""Files of tests: finding them below folders, and their text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evm_wasm.errors import InputError


def find_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files given, and all `*.json` below the folders given, sorted within each.

    Raises:
        InputError: A path does not exist, or a folder holds no such file.
    """
    files: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*.json") if file.is_file())
            if not found:
                raise InputError(f"{path}: no *.json file in this folder")
            files.update(dict.fromkeys(found))
        elif path.exists():
            files[path] = None
        else:
            raise InputError(f"{path}: no such file or folder")
    return tuple(files)


def read_text(file: Path) -> str:
    """The text of a file.

    Raises:
        InputError: Not UTF-8, or not readable.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}") from error
