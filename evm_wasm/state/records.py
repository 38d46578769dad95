"""The tables of a durable state: which keys they have, and a checksum on every record.

    a ADDRESS            account, in the form the account trie has it
    s ADDRESS SLOT       value of a storage slot that is not zero, as the storage trie has it
    c HASH               code with this hash; never removed
    t PATH               node of the account trie of the newest block
    u ADDRESS PATH       node of a storage trie of the newest block
    b NUMBER             state root after a block
    j NUMBER             what block NUMBER replaced in `a` and `s`
    x ...                what callers keep beside the state
    m                    format and consensus version
    h                    newest block, and the oldest whose state is kept

Paths are hexadecimal digits in ASCII, numbers have 8 bytes and are big-endian. Nodes are found by
their place, so a newer one takes the place of an older one and there is nothing to collect.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from evm_wasm.errors import StateError
from evm_wasm.primitives.types import Address, Word
from evm_wasm.store.base import Store

ACCOUNT: Final = b"a"
SLOT: Final = b"s"
CODE: Final = b"c"
ACCOUNT_NODE: Final = b"t"
STORAGE_NODE: Final = b"u"
ROOT: Final = b"b"
UNDO: Final = b"j"
DATA: Final = b"x"
FORMAT_KEY: Final = b"m"
HEAD_KEY: Final = b"h"

_CHECKSUM: Final = 4
"""Bytes of CRC-32 in front of every value: it finds every change of up to 32 adjacent bits."""
_NUMBER: Final = 8
_ABSENT: Final = 0xFFFFFFFF

Values = Mapping[bytes, bytes | None]
"""By key what a record holds, None where there is none."""


class Records:
    """A store whose values carry checksums over key and value."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, key: bytes) -> bytes | None:
        """What a record holds, None where there is none.

        Raises:
            StateError: Not what was written.
            StoreError: The store cannot be read.
        """
        data = self.store.get(key)
        return _unsealed(key, data) if data is not None else None

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Keys that begin with a prefix, and what they hold; errors as of `get`."""
        for key, data in self.store.scan(prefix):
            yield key, _unsealed(key, data)

    def write(self, values: Values) -> None:
        """Change some records, all or none; None deletes."""
        self.store.write(
            {key: None if value is None else _sealed(key, value) for key, value in values.items()}
        )


def account_key(address: Address) -> bytes:
    """Where an account lies."""
    return ACCOUNT + address


def slot_key(address: Address, slot: Word) -> bytes:
    """Where the value of a storage slot lies."""
    return SLOT + address + slot


def number_key(table: bytes, number: int) -> bytes:
    """Where a record of a block lies."""
    return table + number.to_bytes(_NUMBER, "big")


def encode_head(head: int, oldest: int) -> bytes:
    """The newest block and the oldest whose state is kept."""
    return head.to_bytes(_NUMBER, "big") + oldest.to_bytes(_NUMBER, "big")


def decode_head(data: bytes) -> tuple[int, int]:
    """Inverse of `encode_head`."""
    return int.from_bytes(data[:_NUMBER], "big"), int.from_bytes(data[_NUMBER:], "big")


def encode_undo(values: Values) -> bytes:
    """Values of some keys as one record."""
    parts = []
    for key, value in sorted(values.items()):
        length = _ABSENT if value is None else len(value)
        parts += [bytes((len(key),)), key, length.to_bytes(4, "big"), value or b""]
    return b"".join(parts)


def decode_undo(data: bytes) -> dict[bytes, bytes | None]:
    """Inverse of `encode_undo`; the record's checksum vouches for its form."""
    values: dict[bytes, bytes | None] = {}
    position = 0
    while position < len(data):
        start = position + 1
        end = start + data[position]
        length = int.from_bytes(data[end : end + 4], "big")
        position = end + 4
        value = None
        if length != _ABSENT:
            value = data[position : position + length]
            position += length
        values[data[start:end]] = value
    return values


def _sealed(key: bytes, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(_CHECKSUM, "big") + value


def _unsealed(key: bytes, data: bytes) -> bytes:
    value = data[_CHECKSUM:]
    if zlib.crc32(value, zlib.crc32(key)).to_bytes(_CHECKSUM, "big") != data[:_CHECKSUM]:
        raise StateError(f"the store is damaged: the record 0x{key.hex()} has a wrong checksum")
    return value
