"""RLP, the byte form of transactions, accounts and headers (yellow paper, appendix B).

What `decode` accepts, `encode` gives back byte for byte. Decoding is the `rlp` package's, behind a
strict door. Encoding is done here: it is a few lines, and several times as fast where every block
and transaction comes by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias, cast

import rlp
from rlp.codec import consume_length_prefix

from evm_wasm.errors import InputError

Item: TypeAlias = "bytes | Sequence[Item]"
"""A byte string, or a list of items."""

MAX_NESTING: Final = 64
"""Lists within lists. No structure of Ethereum's nests deeper than six; the library recurses, so
without a bound a few bytes could use up any stack and seconds of time."""

_STRING: Final = 0x80
_LIST: Final = 0xC0
"""First bytes of an empty string and an empty list."""
_EMPTY_STRING: Final = b"\x80"
_SHORT: Final = 55
"""Longest payload whose length is part of the first byte."""
_SHORT_PREFIXES: Final = tuple(bytes((_STRING + length,)) for length in range(_SHORT + 1))


def encode(item: Item) -> bytes:
    """The one RLP form of an item.

    Raises:
        InputError: Something in it is neither bytes nor a list or tuple.
    """
    if isinstance(item, bytes):
        return _string(item)
    if isinstance(item, list | tuple):
        # Most items of lists are byte strings: no call of this function for each of them.
        return join([_string(part) if type(part) is bytes else encode(part) for part in item])
    raise InputError(f"not encodable as RLP: a {type(item).__name__}")


def _string(data: bytes) -> bytes:
    length = len(data)
    if length == 1 and data < _EMPTY_STRING:
        return data
    return (_SHORT_PREFIXES[length] if length <= _SHORT else _prefix(length, _STRING)) + data


def join(encoded: Iterable[bytes]) -> bytes:
    """The RLP form of a list from those of its items."""
    payload = b"".join(encoded)
    return _prefix(len(payload), _LIST) + payload


def _prefix(length: int, kind: int) -> bytes:
    if length <= _SHORT:
        return bytes((kind + length,))
    size = encode_integer(length)
    return bytes((kind + _SHORT + len(size),)) + size


def decode(data: bytes, *, what: str = "RLP") -> bytes | list[Item]:
    """The item whose RLP form is exactly `data`; lists come back as Python lists.

    Raises:
        InputError: Not canonical RLP, cut short, followed by further bytes, or nested deeper
            than `MAX_NESTING`.
    """
    try:
        if _nests_too_deeply(data):
            raise InputError(f"{what}: lists are nested more than {MAX_NESTING} deep")
        item = rlp.decode(data)
    except (rlp.exceptions.DecodingError, IndexError) as error:
        raise InputError(f"{what}: not canonical RLP: {error}") from error
    return cast("bytes | list[Item]", item)


def _nests_too_deeply(data: bytes) -> bool:
    """Whether a list begins inside `MAX_NESTING` others, reading headers only, without recursion.

    Raises:
        DecodingError: The library's, for a wrong header.
        IndexError: The data end within a header.
    """
    position = 0
    ends: list[int] = []
    while position < len(data):
        while ends and position >= ends[-1]:
            ends.pop()
        _, kind, length, position = consume_length_prefix(data, position)
        if kind is not list:
            position += length
        elif len(ends) == MAX_NESTING:
            return True
        else:
            ends.append(position + length)
    return False


def encode_integer(number: int) -> bytes:
    """A number of at least 0 as the shortest big-endian bytes; 0 is no byte at all."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode_integer(item: Item, *, what: str, bits: int = 256) -> int:
    """Inverse of `encode_integer`.

    Raises:
        InputError: A list, a leading zero byte, or a number of more than `bits` bits.
    """
    if not isinstance(item, bytes):
        raise InputError(f"{what}: a list where a number was expected")
    if item[:1] == b"\0":
        raise InputError(f"{what}: a number with a leading zero byte")
    if len(item) * 8 > bits:
        raise InputError(f"{what}: a number of {len(item)} bytes does not fit in {bits} bits")
    return int.from_bytes(item, "big")
