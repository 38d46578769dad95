"""Accounts from a mnemonic, as every wallet derives them.

The words become a seed (BIP-39), the seed a tree of keys (BIP-32); both need nothing but
`hashlib` and additions modulo the order of the curve. Importing a library for it would take longer
than the whole node needs to start.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.secp256k1 import add_to_key, address_of_key, compressed_public_key
from evm_wasm.primitives.types import Address

SEED_ROUNDS: Final = 2_048
"""Of PBKDF2-HMAC-SHA512 (BIP-39)."""

HARDENED: Final = 1 << 31
"""From this index on a child key needs the parent's private key (BIP-32)."""

_MASTER: Final = b"Bitcoin seed"
"""The key of the first hash, on every chain (BIP-32)."""

_PATH: Final = re.compile(r"m(/[0-9]{1,10}'?)*/?")


@dataclass(frozen=True, slots=True)
class DevAccount:
    """An account whose key everybody may know.

    Attributes:
        address: Of it.
        secret: Private key, 32 bytes.
    """

    address: Address
    secret: bytes = field(repr=False)


def derive_accounts(mnemonic: str, path: str, count: int) -> tuple[DevAccount, ...]:
    """The first accounts of a mnemonic.

    The words are not looked up in any list: any text gives accounts.

    Args:
        mnemonic: Words.
        path: As `m/44'/60'/0'/0/`; the number of each account comes behind it.
        count: How many.

    Raises:
        InputError: The path is none.
    """
    branch = _derive(_master_key(mnemonic), _indices(path))
    secrets = (_child(branch, number).secret for number in range(count))
    return tuple(DevAccount(address_of_key(secret), secret) for secret in secrets)


@dataclass(frozen=True, slots=True)
class _Key:
    """A node of the tree: a private key and the chain code that its children depend on."""

    secret: bytes
    chain_code: bytes


def _master_key(mnemonic: str) -> _Key:
    words = unicodedata.normalize("NFKD", " ".join(mnemonic.split()))
    seed = hashlib.pbkdf2_hmac("sha512", words.encode(), b"mnemonic", SEED_ROUNDS)
    digest = hmac.digest(_MASTER, seed, "sha512")
    return _Key(digest[:32], digest[32:])


def _derive(key: _Key, indices: tuple[int, ...]) -> _Key:
    for index in indices:
        key = _child(key, index)
    return key


def _child(parent: _Key, index: int) -> _Key:
    """BIP-32, private parent key to private child key."""
    key = b"\0" + parent.secret if index >= HARDENED else compressed_public_key(parent.secret)
    digest = hmac.digest(parent.chain_code, key + index.to_bytes(4, "big"), "sha512")
    return _Key(add_to_key(parent.secret, digest[:32]), digest[32:])


def _indices(path: str) -> tuple[int, ...]:
    if not _PATH.fullmatch(path):
        raise InputError(f"derivation path {path!r}: it should look like m/44'/60'/0'/0/")
    indices = []
    for step in path.strip("/").split("/")[1:]:
        index = int(step.rstrip("'"))
        if index >= HARDENED:
            raise InputError(f"derivation path {path!r}: {index} is too large, below {HARDENED}")
        indices.append(index + HARDENED if step.endswith("'") else index)
    return tuple(indices)
