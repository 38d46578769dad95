"""Trie nodes that lie in a store, or in a proof, until somebody walks through them.

A stored node knows its hash and where in the trie it stands, and gets its bytes from one read
function. Whatever that function returns is hashed first: bytes that are not the node which the
parent names are refused, so a walk from a known root never gives a wrong answer.
"""

# What the methods of every node kind do is said once, at `Node`.
# ruff: noqa: D102

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from evm_wasm.errors import StateError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.node_rlp import HASH_HEADER
from evm_wasm.trie.nodes import (
    DIGITS,
    Branch,
    Change,
    Entry,
    Extension,
    Node,
    Part,
    below,
    encode,
    entries,
    get,
    is_same,
    update,
)

Read: TypeAlias = Callable[[str, Hash32], bytes]
"""From a node's path (hexadecimal digits from the root) and its hash to its RLP form.

A store may find it by either. It raises an error of its own where there is no such node."""

_EMPTY: Final = 0x80
"""RLP of no bytes: an absent child or value of a branch."""
_HASH: Final = HASH_HEADER[0]
_LIST: Final = 0xC0
"""From here on a first byte begins a list."""
_LONGEST_INSIDE: Final = _LIST + 30
"""The first byte of the longest list that lies inside its parent: it has less than 32 bytes."""


class Stored(Node[bytes]):
    """A node of which only the hash and the place are known before it is read."""

    __slots__ = ("_node", "_path", "_read")

    def __init__(self, read: Read, path: str, node_hash: Hash32) -> None:
        self.known_reference = HASH_HEADER + node_hash
        self._node: Part[bytes] | None = None
        self._path = path
        self._read = read

    def resolve(self) -> Part[bytes]:
        """The node itself, read once and kept.

        Raises:
            StateError: What was read is another node, or none at all.
        """
        node = self._node
        if node is None:
            node = self._node = self._load()
        return node

    def get(self, path: str, depth: int) -> bytes | None:
        return get(self.resolve(), path, depth)

    def update(
        self, changes: Sequence[Change[bytes]], start: int, stop: int, depth: int
    ) -> Part[bytes] | None:
        part = self.resolve()
        left = update(part, changes, start, stop, depth)
        return self if is_same(left, part) else left

    def below(self, path: str) -> Part[bytes]:
        return below(self.resolve(), path) if path else self

    def entries(self) -> Iterator[Entry[bytes]]:
        # Not kept: a walk through everything would otherwise end with everything in memory.
        return entries(self._node or self._load())

    def encode(self, depth: int, encode_value: Callable[[bytes], bytes]) -> bytes:
        return encode(self.resolve(), depth, encode_value)

    def _load(self) -> Part[bytes]:
        node_hash = Hash32((self.known_reference or b"")[1:])
        data = self._read(self._path, node_hash)
        if keccak256(data) != node_hash:
            raise StateError(f"{_named(self._path)} does not have the hash that its parent names")
        return decode_node(data, self._path, self._read)


def decode_node(data: bytes, path: str, read: Read) -> Part[bytes]:
    """A node from its RLP form; its children of 32 bytes and more stay where they are.

    Args:
        data: The RLP form.
        path: Where in the trie the node stands.
        read: Where its children come from.

    Raises:
        StateError: Not the RLP form of a node.
    """
    try:
        start, end = _payload(data, 0)
        if data[0] < _LIST or end != len(data):
            raise StateError(f"{_named(path)} is not one list")
        items = list(_items(data, start, end))
        if len(items) == 17:
            return _decode_branch(data, items, path, read)
        if len(items) == 2:
            return _decode_short(data, items, path, read)
    except IndexError as error:
        raise StateError(f"{_named(path)} is cut short") from error
    raise StateError(f"{_named(path)} is a list of {len(items)} items; a node has 2 or 17")


def _decode_branch(
    data: bytes, items: list[tuple[int, int, int]], path: str, read: Read
) -> Node[bytes]:
    children: list[Part[bytes] | None] = [
        None if data[item[0]] == _EMPTY else _child(data, item, path + digit, read)
        for digit, item in zip(DIGITS, items[:16], strict=True)
    ]
    references = data[items[0][0] : items[16][0]]
    value = _string(data, items[16], path)
    return Branch(children, (_key(path), value) if value else None, references, 0)


def _decode_short(
    data: bytes, items: list[tuple[int, int, int]], path: str, read: Read
) -> Part[bytes]:
    """A leaf or an extension; the first digit says which (yellow paper, appendix C)."""
    digits = _string(data, items[0], path).hex()
    flag = digits[:1]
    if flag not in {"0", "1", "2", "3"} or (flag in {"0", "2"} and digits[1] != "0"):
        raise StateError(f"{_named(path)} has a path that is not in hex-prefix form")
    rest = digits[1:] if flag in {"1", "3"} else digits[2:]
    if flag in {"2", "3"}:
        return _key(path + rest), _string(data, items[1], path)
    child = _child(data, items[1], path + rest, read)
    if not isinstance(child, Node):
        raise StateError(f"{_named(path)} is an extension that leads to a leaf")
    return Extension(rest, child)


def _key(path: str) -> bytes:
    if len(path) % 2:
        raise StateError(f"{_named(path)} ends a key in the middle of a byte")
    return bytes.fromhex(path)


def _child(data: bytes, item: tuple[int, int, int], path: str, read: Read) -> Part[bytes]:
    first, start, end = item
    if data[first] == _HASH:
        return Stored(read, path, Hash32(data[start:end]))
    if not _LIST <= data[first] <= _LONGEST_INSIDE:
        raise StateError(f"{_named(path)} is neither a hash nor a node of less than 32 bytes")
    return decode_node(data[first:end], path, read)


def _string(data: bytes, item: tuple[int, int, int], path: str) -> bytes:
    first, start, end = item
    if data[first] >= _LIST:
        raise StateError(f"{_named(path)} has a list where bytes were expected")
    return data[start:end]


def _items(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The items of a list: where each begins, where its payload does, and where both end."""
    while start < end:
        payload, stop = _payload(data, start)
        yield start, payload, stop
        start = stop
    if start != end:
        raise IndexError


def _payload(data: bytes, position: int) -> tuple[int, int]:
    """Start and end of the payload of the item at a position; IndexError if it is cut short."""
    first = data[position]
    if first < _EMPTY:
        return position, position + 1
    length = first - (_LIST if first >= _LIST else _EMPTY)
    start = position + 1
    if length > 55:
        size = length - 55
        length = int.from_bytes(data[start : start + size], "big")
        start += size
    if start + length > len(data):
        raise IndexError
    return start, start + length


def _named(path: str) -> str:
    return f"the trie node at {path}" if path else "the top node of the trie"
