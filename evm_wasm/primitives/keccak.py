"""The hash function of the state: keccak-256, and the one place that knows which library does it.

Python's `hashlib.sha3_256` is *not* it: the standard changed the padding after Ethereum had
chosen. The fastest installed library is taken at import and tried on two vectors.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import Final

from evm_wasm.errors import MachineError
from evm_wasm.primitives.types import Hash32

Hasher = Callable[[bytes], Hash32]


def _of_tiny_keccak(module: ModuleType) -> Hasher:
    hasher: Hasher = module.keccak256
    return hasher


def _of_pysha3(module: ModuleType) -> Hasher:
    new = module.keccak_256
    return lambda data: Hash32(new(data).digest())


def _of_pycryptodome(module: ModuleType) -> Hasher:
    new = module.new
    return lambda data: Hash32(new(data=data, digest_bits=256).digest())


CANDIDATES: Final[tuple[tuple[str, str, Callable[[ModuleType], Hasher]], ...]] = (
    ("tiny-keccak", "tiny_keccak", _of_tiny_keccak),
    ("safe-pysha3", "sha3", _of_pysha3),
    ("pycryptodome", "Crypto.Hash.keccak", _of_pycryptodome),
)
"""Name of the distribution, module to import, how to hash with it; fastest first."""

SELF_TEST: Final = (
    (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
    (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
)
"""Messages and their hashes, from the Keccak team's published answers."""


def load(name: str, module: str, adapt: Callable[[ModuleType], Hasher]) -> Hasher | None:
    """One candidate as a hash function, or None where it is not installed.

    Raises:
        MachineError: It is installed and gives wrong hashes.
    """
    try:
        imported = importlib.import_module(module)
    except ImportError:
        return None
    hasher = adapt(imported)
    if any(hasher(message).hex() != digest for message, digest in SELF_TEST):
        raise MachineError(f"the library {name} computes wrong keccak-256 hashes; reinstall it")
    return hasher


def _choose() -> tuple[str, Hasher]:
    for candidate in CANDIDATES:
        hasher = load(*candidate)
        if hasher is not None:
            return candidate[0], hasher
    names = ", ".join(candidate[0] for candidate in CANDIDATES)
    raise MachineError(f"no library for keccak-256 is installed; one of these is needed: {names}")


LIBRARY, _hasher = _choose()
"""The name of the distribution that hashes, for version reports."""

keccak256: Final[Hasher] = _hasher
"""keccak-256 of the bytes given, 32 bytes."""
