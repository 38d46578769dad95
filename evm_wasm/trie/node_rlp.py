"""The RLP forms of trie nodes (yellow paper, appendix D), joined by hand, and references to them.

A reference is what a parent holds of a child: the child's RLP form itself when that has less than
32 bytes, else its hash. It is kept RLP-encoded, so the RLP form of a branch is one `join`.
"""

from __future__ import annotations

from typing import Final

from evm_wasm.primitives.keccak import keccak256

EMPTY_STRING: Final = b"\x80"
"""RLP of no bytes: an absent child or value of a branch."""
HASH_HEADER: Final = b"\xa0"
"""The first byte of the RLP form of 32 bytes."""


def encode_string(data: bytes) -> bytes:
    """RLP of a byte string."""
    length = len(data)
    if length < _COMMON_LENGTHS:
        if length == 1 and data < EMPTY_STRING:
            return data
        return _STRING_HEADERS[length] + data
    return _header(length, 0x80) + data


def encode_list(payload: bytes) -> bytes:
    """RLP of a list whose items are already joined."""
    length = len(payload)
    if length < _COMMON_LENGTHS:
        return _LIST_HEADERS[length] + payload
    return _header(length, 0xC0) + payload


def _header(length: int, offset: int) -> bytes:
    if length < 56:
        return bytes((offset + length,))
    size = (length.bit_length() + 7) // 8
    return bytes((offset + 55 + size,)) + length.to_bytes(size, "big")


def reference_to(encoded: bytes) -> bytes:
    """What a parent holds of a node with this RLP form, in RLP."""
    return encoded if len(encoded) < 32 else HASH_HEADER + keccak256(encoded)


def encode_leaf(key: bytes, depth: int, value: bytes) -> bytes:
    """The RLP form of a leaf: what of the key is below the depth, in hex-prefix form, and value."""
    first = depth >> 1
    if depth & 1:
        compact = _ODD_LEAF[key[first] & 15] + key[first + 1 :]
    else:
        compact = _EVEN_LEAF + key[first:]
    if len(compact) < 2 or not 1 < len(value) < _COMMON_VALUES:
        return encode_list(encode_string(compact) + encode_string(value))
    # Nearly all nodes are leaves of hashes: these are written out in one piece.
    payload = _STRING_HEADERS[len(compact)] + compact + _STRING_HEADERS[len(value)] + value
    return _LIST_HEADERS[len(payload)] + payload


def encode_extension(path: str, child: bytes) -> bytes:
    """The RLP form of an extension: its path in hex-prefix form, and the reference to its child."""
    compact = bytes.fromhex(("1" if len(path) % 2 else "00") + path)
    return encode_list(encode_string(compact) + child)


def replace_reference(references: bytes, index: int, reference: bytes) -> bytes:
    """The joined references of a branch's sixteen parts, with another one for one part."""
    if len(references) == _ALL_HASHES:
        start = index * _HASH_REFERENCE
    else:
        start = 0
        for _ in range(index):
            start += _REFERENCE_LENGTHS[references[start]]
    end = start + _REFERENCE_LENGTHS[references[start]]
    return references[:start] + reference + references[end:]


_COMMON_LENGTHS: Final = 1 + 17 * 33
"""More than the payload of a branch whose value is no longer than a reference."""
_COMMON_VALUES: Final = 256
"""With a key of 64 bytes, the longest that tries have, a leaf is still of a common length."""
_STRING_HEADERS: Final = tuple(_header(length, 0x80) for length in range(_COMMON_LENGTHS))
_LIST_HEADERS: Final = tuple(_header(length, 0xC0) for length in range(_COMMON_LENGTHS))
"""By length of the payload: looked up faster than made, and most nodes are as short as that."""
_EVEN_LEAF: Final = b"\x20"
_ODD_LEAF: Final = tuple(bytes((0x30 + digit,)) for digit in range(16))
"""First byte of the hex-prefix form (yellow paper, appendix C) of a leaf's path: two flag bits,
then the first digit if the number of digits is odd."""
_HASH_REFERENCE: Final = 33
_ALL_HASHES: Final = 16 * _HASH_REFERENCE
"""Length of joined references only if all sixteen are hashes: no reference is longer."""
_REFERENCE_LENGTHS: Final = tuple(
    1 if first == 0x80 else _HASH_REFERENCE if first == 0xA0 else 1 + first - 0xC0
    for first in range(256)
)
"""By the first byte of a reference: absent, a hash, or a list of less than 32 bytes."""
NO_REFERENCES: Final = 16 * EMPTY_STRING
"""Those of a branch without children, joined."""
