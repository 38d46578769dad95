"""Native code kept on disk, so that a contract is compiled once for all processes of a user.

The engine trusts what it loads, so nothing is loaded that was not written by this user under this
name: each file begins with a keyed digest of its name and content, and the key lies beside the
files, in a folder that nobody else can open. A file that does not fit is removed and made anew.

The cache is never a reason to fail. Where it cannot be used, or a disk is full, contracts are
compiled as they are without it; a line for debugging in the log says why.
"""

from __future__ import annotations

import hmac
import logging
import os
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Final

from evm_wasm.engine.config import engine_version
from evm_wasm.engine.module import CompiledModule, engine_fingerprint, load_native
from evm_wasm.engine.private_folder import PrivateFolder, Unusable
from evm_wasm.errors import MachineError

CACHE_VARIABLE: Final = "EWASM_CACHE"
"""Environment variable: the folder to keep native code in, or `off`."""

OFF: Final = "off"


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """How much is kept.

    Attributes:
        total: Bytes of all files. Several processes together may exceed it for a moment by a
            `share` each.
        share: A process looks at the size of all files again whenever it has written this fraction
            of the total.
        file: Bytes of one file; larger ones are not kept.
    """

    total: int = 256 << 20
    share: int = 16
    file: int = 32 << 20


LIMITS: Final = CacheLimits()

_FOLDER: Final = "native"
_KEY: Final = "key"
_KEY_SIZE: Final = 32
_SUFFIX: Final = ".native"
_FORMAT: Final = b"1"  # grows with each change of what a file holds
_DIGEST_SIZE: Final = 32
_HEAD: Final = struct.Struct("<Q")
"""Bytes of the metered wasm; the native code follows."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Contents:
    """What lies in a cache.

    Attributes:
        files: Number of compiled contracts.
        size: Their bytes.
    """

    files: int
    size: int


class NativeCache:
    """The native code of one user on one disk. Nothing is opened before the first use."""

    def __init__(self, folder: Path, limits: CacheLimits = LIMITS) -> None:
        """Names the place.

        Args:
            folder: The cache makes a private folder in it.
            limits: How much to keep.
        """
        self.path = folder / _FOLDER
        self._limits = limits
        self._folder: PrivateFolder | None = None
        self._key = b""
        self._problem: str | None = None
        self._is_writable = True
        self._room = 0  # bytes that may be written before the files are counted again

    def load(self, identity: bytes, *, has_runtime: bool) -> CompiledModule | None:
        """The compiled module that was saved under an identity, None if there is none.

        Args:
            identity: Everything that the metered wasm depends on; versions and options of the
                engine are added here.
            has_runtime: Whether it has a runtime linked in.
        """
        folder = self._open()
        if folder is None:
            return None
        name = _name(identity, has_runtime=has_runtime)
        try:
            data = folder.read(name, self._limits.file)
            return None if data is None else self._unpack(name, data, has_runtime=has_runtime)
        except Unusable as error:
            folder.remove(name)
            _log.debug("%s: removed: %s", self.path, error)
        return None

    def save(self, identity: bytes, contract: CompiledModule) -> None:
        """Keeps a compiled module under an identity, if that is possible."""
        folder = self._open() if self._is_writable else None
        if folder is None:
            return
        name = _name(identity, has_runtime=contract.has_runtime)
        try:
            body = _HEAD.pack(contract.size) + contract.serialize()
            size = _DIGEST_SIZE + len(body)
            if size > min(self._limits.file, self._limits.total // 2):
                return
            if size > self._room:
                self._make_room(folder, size)
            self._room -= size
            folder.write(name, self._digest(name, memoryview(body)), body)
        except (FileNotFoundError, IsADirectoryError) as error:
            # Cleared meanwhile, or somebody made a folder of this name.
            _log.debug("%s: %s: %s; not kept", self.path, name, error.strerror)
        except (OSError, MachineError) as error:
            self._is_writable = False
            _log.debug("%s: %s; nothing more is kept", self.path, error)

    def problem(self) -> str | None:
        """Why the cache cannot be used, None if it can."""
        self._open()
        return self._problem

    def contents(self) -> Contents:
        """What lies in it."""
        folder = self._open()
        if folder is None:
            return Contents(0, 0)
        sizes = [file.size for file in folder.files() if file.name.endswith(_SUFFIX)]
        return Contents(len(sizes), sum(sizes))

    def clear(self) -> Contents:
        """Removes all compiled contracts; says what they were."""
        folder = self._open()
        if folder is None:
            return Contents(0, 0)
        removed = [
            file.size
            for file in list(folder.files())
            if file.name != _KEY and folder.remove(file.name) and file.name.endswith(_SUFFIX)
        ]
        return Contents(len(removed), sum(removed))

    def _open(self) -> PrivateFolder | None:
        """The folder and its key, at the first use; None if they cannot be used."""
        if self._folder is None and self._problem is None:
            try:
                engine_version()
                folder = PrivateFolder(self.path)
                self._key = _read_key(folder)
                self._folder = folder
            except (Unusable, OSError) as error:
                reason = error.strerror if isinstance(error, OSError) else None
                self._problem = f"{self.path}: {reason}" if reason else str(error)
            except PackageNotFoundError:  # packed into one file, as some tools do
                self._problem = "the engine is installed without its version"
            if self._problem is not None:
                _log.debug("no native code is kept: %s", self._problem)
        return self._folder

    def _unpack(self, name: str, data: bytes, *, has_runtime: bool) -> CompiledModule:
        """What a file holds.

        Raises:
            Unusable: It is not what was written under this name.
        """
        body = memoryview(data)[_DIGEST_SIZE:]
        if not hmac.compare_digest(data[:_DIGEST_SIZE], self._digest(name, body)):
            raise Unusable(f"{name}: not what was written under this name")
        (size,) = _HEAD.unpack_from(body)
        contract = load_native(bytes(body[_HEAD.size :]), size, has_runtime=has_runtime)
        if contract is None:
            raise Unusable(f"{name}: the engine does not take it")
        return contract

    def _digest(self, name: str, body: memoryview) -> bytes:
        """What a file has to begin with."""
        keyed = blake2b(name.encode(), digest_size=_DIGEST_SIZE, key=self._key)
        keyed.update(body)  # all names have the same length
        return keyed.digest()

    def _make_room(self, folder: PrivateFolder, needed: int) -> None:
        """Removes what was not used for longest until `needed` bytes fit, and some more."""
        limits = self._limits
        files = sorted((file for file in folder.files() if file.name != _KEY), key=lambda f: f.used)
        total = sum(file.size for file in files)
        self._room = max(needed, limits.total // limits.share)
        for file in files:
            if total + self._room <= limits.total:
                return
            folder.remove(file.name)
            total -= file.size


def find_cache(environment: Mapping[str, str] = os.environ) -> NativeCache | None:
    """The cache that the environment names, None if it is switched off or has no place.

    `EWASM_CACHE` is a folder or `off`; otherwise it is `ewasm` in the folder for caches that the
    XDG base directory specification names, which is `~/.cache` unless told otherwise.
    """
    chosen = environment.get(CACHE_VARIABLE)
    if chosen == OFF:
        return None
    if chosen:
        return NativeCache(Path(chosen))
    named = environment.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():  # others are to be ignored, says the specification
        return NativeCache(Path(named) / "ewasm")
    try:
        home = Path.home()
    except RuntimeError:  # nobody knows where it is
        return None
    return NativeCache(home / ".cache" / "ewasm") if home.is_absolute() else None


def _read_key(folder: PrivateFolder) -> bytes:
    """The key of a folder, made at its first use.

    Raises:
        OSError: It cannot be made.
        Unusable: Something else lies in its place.
    """
    try:
        key = folder.read(_KEY, _KEY_SIZE)
    except Unusable:
        key = b""
    if key is not None and len(key) != _KEY_SIZE:
        folder.remove(_KEY)
        key = None
    if key is None:
        # Of several processes the first one makes it, the others read it.
        folder.write(_KEY, secrets.token_bytes(_KEY_SIZE), replaces=False)
        key = folder.read(_KEY, _KEY_SIZE)
    if key is None or len(key) != _KEY_SIZE:
        raise Unusable(f"the file `{_KEY}` cannot be made")
    return key


def _name(identity: bytes, *, has_runtime: bool) -> str:
    """The file of an identity: its hash together with all that the engine adds."""
    parts = (_FORMAT, _engine(has_runtime=has_runtime), identity)
    digest = blake2b(digest_size=_DIGEST_SIZE, person=b"ewasm native")
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest() + _SUFFIX


@cache
def _engine(*, has_runtime: bool) -> bytes:
    return engine_version().encode() + b"\0" + engine_fingerprint(has_runtime=has_runtime)
