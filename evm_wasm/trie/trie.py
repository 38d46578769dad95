"""A persistent Merkle-Patricia trie: changing one gives another, the old one stays valid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Generic, TypeVar

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.bulk import build, collector_paused
from evm_wasm.trie.nodes import Leaf, Node
from evm_wasm.trie.stored import Read, Stored
from evm_wasm.trie.walking import is_node_at, nodes_on_path, unsaved_nodes

V = TypeVar("V")

MAX_KEY_LENGTH: Final = 64
"""Bytes. Walks recurse once per nibble at worst, so keys need a bound; hashes have 32 bytes,
RLP-encoded transaction indices at most 9, and 64 leaves room for two hashes in one key."""


class Trie(Generic[V]):
    """A map from byte strings to values, with a root hash; immutable.

    Values are bytes in Ethereum's own tries. A trie may hold values of another kind when it is
    given the function that makes bytes of them for the root: such a trie can keep beside each
    value what the root does not cover.
    """

    __slots__ = ("_encode_value", "_node")

    def __init__(self, encode_value: Callable[[V], bytes], node: Node[V] | None = None) -> None:
        self._encode_value = encode_value
        self._node = node

    @staticmethod
    def empty() -> Trie[bytes]:
        """The trie of byte strings without entries."""
        return Trie(bytes)

    @staticmethod
    def stored(root: Hash32, read: Read) -> Trie[bytes]:
        """The trie of byte strings with this root, whose nodes are read when they are needed."""
        return Trie(bytes, None if root == EMPTY_TRIE_ROOT else Stored(read, "", root))

    @staticmethod
    def build(encode_value: Callable[[V], bytes], entries: Iterable[tuple[bytes, V]]) -> Trie[V]:
        """The trie of some entries, faster than one by one.

        Args:
            encode_value: As of the class.
            entries: Keys, in any order, and values, none of them empty.

        Raises:
            StateError: A key occurs twice or is too long.
        """
        with collector_paused():
            paths = [(key.hex(), value) for key, value in entries]
            _check_length(max((len(path) for path, _ in paths), default=0) // 2)
            return Trie(encode_value, build(paths, encode_value))

    def get(self, key: bytes) -> V | None:
        """The value of a key, None where there is none."""
        return self._node.get(key.hex()) if self._node is not None else None

    def set(self, key: bytes, value: V | None) -> Trie[V]:
        """This trie with one value changed; see `update`."""
        return self.update({key: value})

    def update(self, changes: Mapping[bytes, V | None]) -> Trie[V]:
        """This trie with some values changed; None and the empty byte string delete.

        Raises:
            StateError: A key is longer than `MAX_KEY_LENGTH` bytes.
        """
        node = self._node
        for key, value in changes.items():
            path = _path(key)
            if value is None or value == b"":
                node = node.delete(path) if node is not None else None
            else:
                node = node.insert(path, value) if node is not None else Leaf(path, value)
        return self if node is self._node else Trie(self._encode_value, node)

    def root(self) -> Hash32:
        """The hash of the top node; nothing is hashed before it is asked for, or twice."""
        if self._node is None:
            return EMPTY_TRIE_ROOT
        reference = self._node.reference(self._encode_value)
        # A top node of less than 32 bytes is hashed all the same: it has no parent to lie in.
        return Hash32(reference[1:]) if reference[0] == 0xA0 else keccak256(reference)

    def items(self) -> Iterator[tuple[bytes, V]]:
        """All keys and values, in order of the keys."""
        if self._node is not None:
            for path, value in self._node.entries(""):
                yield bytes.fromhex(path), value

    def prove(self, key: bytes) -> tuple[bytes, ...]:
        """RLP forms of the nodes that show what the trie holds at a key (`proof.verify`)."""
        return tuple(nodes_on_path(self._node, _path(key), self._encode_value))

    def unsaved_nodes(self) -> Iterator[tuple[str, bytes]]:
        """Paths and RLP forms of the nodes that a store lacks: the others were read from one."""
        return unsaved_nodes(self._node, self._encode_value)

    def has_node_at(self, path: str) -> bool:
        """Whether a store must keep a node at a path."""
        return is_node_at(self._node, path, self._encode_value)

    def __bool__(self) -> bool:
        """Whether there are any entries."""
        return self._node is not None


def _path(key: bytes) -> str:
    _check_length(len(key))
    return key.hex()


def _check_length(length: int) -> None:
    if length > MAX_KEY_LENGTH:
        raise StateError(f"a trie key of {length} bytes; at most {MAX_KEY_LENGTH}")
