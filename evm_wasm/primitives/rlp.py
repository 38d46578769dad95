"""RLP, the byte form of transactions, accounts and headers (yellow paper, appendix B).

What `decode` accepts, `encode` gives back byte for byte. Both are a few lines and done here: every
block and transaction comes by, and importing the `rlp` package takes a third of the time in which
a node has to start. Tests compare with that package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from evm_wasm.errors import InputError

Item: TypeAlias = "bytes | Sequence[Item]"
"""A byte string, or a list of items."""

MAX_NESTING: Final = 64
"""Lists within lists. No structure of Ethereum's nests deeper than six; reading recurses, so without
a bound a few bytes could use up any stack."""

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
        item, end = _read(data, 0, len(data), 0)
    except InputError as error:
        raise InputError(f"{what}: {error}") from None
    if end != len(data):
        raise InputError(f"{what}: not canonical RLP: {len(data) - end} bytes too many")
    return item


def _read(data: bytes, position: int, end: int, depth: int) -> tuple[bytes | list[Item], int]:
    """The item that begins at a position and ends at `end` at the latest, and where it ends."""
    if position >= end:
        raise InputError("not canonical RLP: cut short")
    first = data[position]
    if first < _STRING:
        return data[position : position + 1], position + 1
    start, stop = _payload(data, position, end)
    if first < _LIST:
        item = data[start:stop]
        if stop - start == 1 and item < _EMPTY_STRING:
            raise InputError("not canonical RLP: a byte below 0x80 with a length before it")
        return item, stop
    if depth == MAX_NESTING:
        raise InputError(f"lists are nested more than {MAX_NESTING} deep")
    items: list[Item] = []
    while start < stop:
        entry, start = _read(data, start, stop, depth + 1)
        items.append(entry)
    return items, stop


def _payload(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Where the payload of a string or list with a length begins and ends."""
    first = data[position]
    short = first - (_LIST if first >= _LIST else _STRING)
    start = position + 1
    if short <= _SHORT:
        stop = start + short
    else:
        size = data[start : start + short - _SHORT]
        start += len(size)
        length = int.from_bytes(size, "big")
        if len(size) != short - _SHORT or size[0] == 0 or length <= _SHORT:
            raise InputError("not canonical RLP: a length that is cut or longer than needed")
        stop = start + length
    if stop > end:
        raise InputError("not canonical RLP: cut short")
    return start, stop


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
