"""Keys that sign here, so that the node never sees them.

A key is never part of a message, a log or the text of an object.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import PREFIX, parse_address
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.primitives.secp256k1 import address_of_key
from evm_wasm.primitives.types import Address

_KEY: Final = re.compile(f"({PREFIX})?[0-9a-fA-F]{{64}}")

_VERSION: Final = 3
_NO_KEYSTORE: Final = f"not in the form of Web3 Secret Storage, version {_VERSION}"
_EXTRA: Final = "pip install 'evm-wasm[wallet]'"


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and the account it controls.

    Attributes:
        address: The account.
        secret: 32 bytes, big-endian.
    """

    address: Address
    secret: bytes = field(repr=False)


def read_private_key(text: str, *, what: str) -> Key:
    """A key as 64 hexadecimal digits, with or without `0x`; blanks around it do not count.

    Raises:
        InputError: No key; the message says nothing of the text.
    """
    stripped = text.strip()
    if _KEY.fullmatch(stripped) is None:
        raise InputError(f"{what}: a private key is 64 hexadecimal digits, with or without 0x")
    return _key(bytes.fromhex(stripped.removeprefix(PREFIX)), what)


def read_keystore(text: str, password: str, *, what: str) -> Key:
    """The key of a keystore file (Web3 Secret Storage, version 3).

    Raises:
        InputError: No such file, a wrong password, or the extra `wallet` is not installed.
    """
    members = as_object(parse_json(text, what=what), what=what)
    version = members.get("version", members.get("Version"))
    if version != _VERSION:
        raise InputError(f"{what}: {_NO_KEYSTORE}")
    try:
        from eth_keyfile.keyfile import decode_keyfile_json  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise InputError(f"keystore files need one more package: {_EXTRA}") from error
    try:
        secret = decode_keyfile_json(dict(members), password.encode("utf-8"))
    except (ValueError, OverflowError) as error:
        # A mismatch of codes, which has two causes.
        raise InputError(f"{what}: the password is wrong, or the file is damaged") from error
    except (
        *(KeyError, TypeError, AttributeError, NotImplementedError),
        AssertionError,  # how the library checks the names of functions
    ) as error:
        raise InputError(f"{what}: {_NO_KEYSTORE}") from error
    key = _key(bytes(secret), what)
    if "address" in members:
        named = parse_address(members["address"], what=f"{what}: address", needs_prefix=False)
        if named != key.address:
            raise InputError(f"{what}: the key is not that of the address in the file")
    return key


def _key(secret: bytes, what: str) -> Key:
    try:
        return Key(address_of_key(secret), secret)
    except InputError as error:
        raise InputError(f"{what}: {error}") from error
