"""The three kinds of trie node (yellow paper, appendix D), immutable and joined to RLP by hand.

A path is a string of hexadecimal digits, one per nibble: slicing, comparing and `bytes.fromhex`
then run in C, which is what makes this trie fast. No node is ever changed, so a changed trie
shares all untouched nodes with the one before. A node remembers its reference once it was asked
for.

A reference is what a parent holds of a child: the child's RLP form itself when that has less
than 32 bytes, else its hash. It is kept RLP-encoded, so the RLP form of a branch is one `join`.
A node kind that knows only its reference, and reads the rest from a store when it is walked,
would be a fourth subclass of `Node`; nothing else here would change.
"""

# What the methods of every node kind do is said once, at `Node`.
# ruff: noqa: D102

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

from evm_wasm.primitives.keccak import keccak256

V = TypeVar("V")

DIGITS: Final = "0123456789abcdef"
EMPTY_STRING: Final = b"\x80"
"""RLP of no bytes: an absent child or value of a branch."""


class Node(ABC, Generic[V]):
    """A part of a trie below some path. Paths given to its methods start at the node.

    Attributes:
        known_reference: What `reference` gives, None before somebody asked for it.
    """

    __slots__ = ("known_reference",)

    known_reference: bytes | None

    @abstractmethod
    def get(self, path: str) -> V | None:
        """The value at a path."""

    @abstractmethod
    def insert(self, path: str, value: V) -> Node[V]:
        """This part with another value at the path."""

    @abstractmethod
    def delete(self, path: str) -> Node[V] | None:
        """This part without the value at the path: the node itself where there is none."""

    @abstractmethod
    def below(self, path: str) -> Node[V]:
        """This part moved down: found where `path` leads from the node that is returned."""

    @abstractmethod
    def entries(self, prefix: str) -> Iterator[tuple[str, V]]:
        """All paths, each with `prefix` in front, and their values, in order of the paths."""

    @abstractmethod
    def encode(self, encode_value: Callable[[V], bytes]) -> bytes:
        """The RLP form of the node."""

    def reference(self, encode_value: Callable[[V], bytes]) -> bytes:
        """What a parent holds of this node, in RLP."""
        reference = self.known_reference
        if reference is None:
            reference = self.encode(encode_value)
            if len(reference) >= 32:
                reference = b"\xa0" + keccak256(reference)
            self.known_reference = reference
        return reference


class Leaf(Node[V]):
    """The rest of one path, and its value."""

    __slots__ = ("path", "value")

    def __init__(self, path: str, value: V) -> None:
        self.path = path
        self.value = value
        self.known_reference = None

    def get(self, path: str) -> V | None:
        return self.value if path == self.path else None

    def insert(self, path: str, value: V) -> Node[V]:
        if path == self.path:
            return Leaf(path, value)
        shared = _shared_length(path, self.path)
        fork: Node[V] = Branch([None] * 16, None)
        fork = fork.insert(self.path[shared:], self.value).insert(path[shared:], value)
        return fork.below(path[:shared])

    def delete(self, path: str) -> Node[V] | None:
        return None if path == self.path else self

    def below(self, path: str) -> Node[V]:
        return Leaf(path + self.path, self.value) if path else self

    def entries(self, prefix: str) -> Iterator[tuple[str, V]]:
        yield prefix + self.path, self.value

    def encode(self, encode_value: Callable[[V], bytes]) -> bytes:
        path = self.path
        value = encode_value(self.value)
        compact = bytes.fromhex(("3" if len(path) & 1 else "20") + path)
        if len(path) < 2 or not 1 < len(value) < _COMMON_VALUES:
            return _list(_string(compact) + _string(value))
        # Nearly all nodes are leaves of hashes: these are written out in one piece.
        payload = _STRING_HEADERS[len(compact)] + compact + _STRING_HEADERS[len(value)] + value
        return _LIST_HEADERS[len(payload)] + payload


class Extension(Node[V]):
    """A stretch of path that all values below share, leading to a branch."""

    __slots__ = ("child", "path")

    def __init__(self, path: str, child: Node[V]) -> None:
        self.path = path
        self.child = child
        self.known_reference = None

    def get(self, path: str) -> V | None:
        return self.child.get(path[len(self.path) :]) if path.startswith(self.path) else None

    def insert(self, path: str, value: V) -> Node[V]:
        shared = _shared_length(path, self.path)
        if shared == len(self.path):
            return Extension(self.path, self.child.insert(path[shared:], value))
        children: list[Node[V] | None] = [None] * 16
        children[int(self.path[shared], 16)] = self.child.below(self.path[shared + 1 :])
        return Branch(children, None).insert(path[shared:], value).below(self.path[:shared])

    def delete(self, path: str) -> Node[V] | None:
        if not path.startswith(self.path):
            return self
        child = self.child.delete(path[len(self.path) :])
        if child is self.child:
            return self
        # A branch holds two values at least, so something is left of it.
        return child.below(self.path) if child is not None else None

    def below(self, path: str) -> Node[V]:
        return Extension(path + self.path, self.child) if path else self

    def entries(self, prefix: str) -> Iterator[tuple[str, V]]:
        yield from self.child.entries(prefix + self.path)

    def encode(self, encode_value: Callable[[V], bytes]) -> bytes:
        return _list(
            _string(_compact(self.path, is_leaf=False)) + self.child.reference(encode_value)
        )


class Branch(Node[V]):
    """Up to sixteen parts, one for each next digit, and the value of the path that ends here."""

    __slots__ = ("children", "value")

    def __init__(self, children: list[Node[V] | None], value: V | None) -> None:
        self.children = children
        self.value = value
        self.known_reference = None

    def get(self, path: str) -> V | None:
        if not path:
            return self.value
        child = self.children[int(path[0], 16)]
        return child.get(path[1:]) if child is not None else None

    def insert(self, path: str, value: V) -> Node[V]:
        if not path:
            return Branch(self.children, value)
        digit = int(path[0], 16)
        child = self.children[digit]
        children = self.children.copy()
        rest = path[1:]
        children[digit] = child.insert(rest, value) if child is not None else Leaf(rest, value)
        return Branch(children, self.value)

    def delete(self, path: str) -> Node[V] | None:
        if not path:
            return self if self.value is None else _collapse(self.children, None)
        digit = int(path[0], 16)
        child = self.children[digit]
        rest = child.delete(path[1:]) if child is not None else None
        if rest is child:
            return self
        children = self.children.copy()
        children[digit] = rest
        return _collapse(children, self.value)

    def below(self, path: str) -> Node[V]:
        return Extension(path, self) if path else self

    def entries(self, prefix: str) -> Iterator[tuple[str, V]]:
        if self.value is not None:
            yield prefix, self.value
        for digit, child in zip(DIGITS, self.children, strict=True):
            if child is not None:
                yield from child.entries(prefix + digit)

    def encode(self, encode_value: Callable[[V], bytes]) -> bytes:
        references = [
            EMPTY_STRING
            if child is None
            else child.known_reference or child.reference(encode_value)
            for child in self.children
        ]
        return self._joined(references, encode_value)

    def take_references(self, references: list[bytes], encode_value: Callable[[V], bytes]) -> None:
        """Makes the node's own reference of those of its sixteen parts, known to the caller.

        Args:
            references: `EMPTY_STRING` for a part that is absent.
            encode_value: As of `encode`.
        """
        encoded = self._joined(references, encode_value)
        self.known_reference = b"\xa0" + keccak256(encoded) if len(encoded) >= 32 else encoded

    def _joined(self, references: list[bytes], encode_value: Callable[[V], bytes]) -> bytes:
        value = EMPTY_STRING if self.value is None else _string(encode_value(self.value))
        return _list(b"".join(references) + value)


def _collapse(children: list[Node[V] | None], value: V | None) -> Node[V]:
    """The node for what is left of a branch, which is one value at least."""
    left = 16 - children.count(None)
    if value is not None:
        return Branch(children, value) if left else Leaf("", value)
    if left > 1:
        return Branch(children, None)
    digit, child = next((DIGITS[i], child) for i, child in enumerate(children) if child is not None)
    return child.below(digit)


def _shared_length(one: str, other: str) -> int:
    """How many digits two paths have in common at their start."""
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared


def _compact(path: str, *, is_leaf: bool) -> bytes:
    """Hex-prefix form of a path: two flag bits, then the nibbles (yellow paper, appendix C)."""
    if len(path) % 2:
        return bytes.fromhex(("3" if is_leaf else "1") + path)
    return bytes.fromhex(("20" if is_leaf else "00") + path)


def _string(data: bytes) -> bytes:
    """RLP of a byte string."""
    length = len(data)
    if length < _COMMON_LENGTHS:
        if length == 1 and data < EMPTY_STRING:
            return data
        return _STRING_HEADERS[length] + data
    return _header(length, 0x80) + data


def _list(payload: bytes) -> bytes:
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


_COMMON_LENGTHS: Final = 1 + 17 * 33
"""More than the payload of a branch whose value is no longer than a reference."""
_COMMON_VALUES: Final = 256
"""With a key of 64 bytes, the longest that tries have, a leaf is still of a common length."""
_STRING_HEADERS: Final = tuple(_header(length, 0x80) for length in range(_COMMON_LENGTHS))
_LIST_HEADERS: Final = tuple(_header(length, 0xC0) for length in range(_COMMON_LENGTHS))
"""By length of the payload: looked up faster than made, and most nodes are as short as that."""
