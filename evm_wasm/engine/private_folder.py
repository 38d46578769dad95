"""A folder that nobody else can read or write, and files in it that appear whole or not at all.

Everything is done relative to one descriptor of the folder, so that what was checked stays what is
used, whatever happens to the path.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
"""Permissions that group and others must not have."""

# Not everywhere; where one is missing `PrivateFolder.is_supported` is false.
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
_READ: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)

PART_PREFIX: Final = "part-"
"""How the names of files begin that are not whole yet."""


class Unusable(Exception):
    """The folder cannot be trusted or cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One entry of the folder.

    Attributes:
        name: Its name.
        size: In bytes.
        used: When it was written or read last, in nanoseconds since 1970.
    """

    name: str
    size: int
    used: int


class PrivateFolder:
    """An open private folder; closed with the object."""

    def __init__(self, path: Path) -> None:
        """Opens the folder and makes it if it is missing.

        Raises:
            Unusable: It is no folder of ours that is closed to everybody else, or a symbolic link,
                or it cannot be made, or the system lacks what is needed to tell.
        """
        self._descriptor = -1
        if not is_supported():
            raise Unusable("this system cannot keep a folder private in the way that is needed")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                path.mkdir(mode=stat.S_IRWXU)
            self._descriptor = os.open(path, _FOLDER)
            found = os.fstat(self._descriptor)
        except OSError as error:
            raise Unusable(f"{path}: {error.strerror}") from error
        if found.st_uid != os.geteuid():
            raise Unusable(f"{path}: belongs to another user")
        if found.st_mode & _OTHERS:
            raise Unusable(f"{path}: open to other users; its mode should be 700")

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def read(self, name: str, most: int) -> bytes | None:
        """The bytes of a file, which then counts as just used; None if there is none.

        Args:
            name: Of the file.
            most: Bytes it may have.

        Raises:
            Unusable: It is no private file of at most this size, or cannot be read.
        """
        try:
            descriptor = os.open(name, _READ, dir_fd=self._descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unusable(f"{name}: {error.strerror}") from error
        try:
            found = os.fstat(descriptor)
            if not _is_private_file(found) or found.st_size > most:
                raise Unusable(f"{name}: no private file of at most {most} bytes")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(most + 1)
            with suppress(OSError):  # where nothing can be written this is only not noted
                os.utime(descriptor)
        except OSError as error:
            raise Unusable(f"{name}: {error.strerror}") from error
        finally:
            os.close(descriptor)
        return data

    def write(self, name: str, *parts: bytes, replaces: bool = True) -> None:
        """Makes a file that is there as a whole or not at all, for other processes as well.

        Args:
            name: Of the file.
            parts: Its content, in order.
            replaces: Whether it takes the place of one that is there, which stays otherwise.

        Raises:
            OSError: It cannot be written; nothing is left of it.
        """
        part = PART_PREFIX + secrets.token_hex(16)
        descriptor = os.open(part, _CREATE, stat.S_IRUSR | stat.S_IWUSR, dir_fd=self._descriptor)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.writelines(parts)
            here = self._descriptor
            if replaces:
                os.replace(part, name, src_dir_fd=here, dst_dir_fd=here)
                return
            with suppress(FileExistsError):
                os.link(part, name, src_dir_fd=here, dst_dir_fd=here)
        finally:
            self.remove(part)

    def remove(self, name: str) -> bool:
        """Removes a file if that is possible; says whether it was."""
        try:
            os.unlink(name, dir_fd=self._descriptor)
        except OSError:
            return False
        return True

    def files(self) -> Iterator[FolderFile]:
        """What lies in the folder, in no order; what vanishes meanwhile is left out.

        Raises:
            OSError: The folder cannot be read.
        """
        with os.scandir(self._descriptor) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    yield FolderFile(entry.name, found.st_size, found.st_mtime_ns)


def is_supported() -> bool:
    """Whether this system has owners, modes and paths relative to a descriptor."""
    relative = {os.open, os.unlink, os.link, os.rename}
    return hasattr(os, "geteuid") and hasattr(os, "O_NOFOLLOW") and relative <= os.supports_dir_fd


def _is_private_file(found: os.stat_result) -> bool:
    is_ours = found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
    return stat.S_ISREG(found.st_mode) and is_ours
