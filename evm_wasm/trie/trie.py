"""A persistent Merkle-Patricia trie: changing one gives another, the old one stays valid."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.bulk import build, collector_paused
from evm_wasm.trie.node_rlp import HASH_HEADER
from evm_wasm.trie.nodes import (
    Change,
    Part,
    check_key_length,
    entries,
    get,
    is_same,
    reference,
    update,
)
from evm_wasm.trie.stored import Read, Stored
from evm_wasm.trie.walking import is_node_at, nodes_on_path, unsaved_nodes

V = TypeVar("V")


class Trie(Generic[V]):
    """A map from byte strings to values, with a root hash; immutable.

    Values are bytes in Ethereum's own tries. A trie may hold values of another kind when it is
    given the function that makes bytes of them for the root: such a trie can keep beside each
    value what the root does not cover.
    """

    __slots__ = ("_encode_value", "_root", "_top")

    def __init__(self, encode_value: Callable[[V], bytes], top: Part[V] | None = None) -> None:
        self._encode_value = encode_value
        self._top = top
        self._root: Hash32 | None = None

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
            return Trie(encode_value, build(entries, encode_value))

    def get(self, key: bytes) -> V | None:
        """The value of a key, None where there is none."""
        return get(self._top, key.hex(), 0)

    def set(self, key: bytes, value: V | None) -> Trie[V]:
        """This trie with one value changed; see `update`."""
        return self.update({key: value})

    def update(self, changes: Mapping[bytes, V | None]) -> Trie[V]:
        """This trie with some values changed; None and the empty byte string delete.

        Raises:
            StateError: A key is longer than `MAX_KEY_LENGTH` bytes.
        """
        ordered: list[Change[V]] = sorted(
            (_path(key), None if value is None or value == b"" else (key, value))
            for key, value in changes.items()
        )
        if not ordered:
            return self
        top = update(self._top, ordered, 0, len(ordered), 0)
        return self if is_same(top, self._top) else Trie(self._encode_value, top)

    def root(self) -> Hash32:
        """The hash of the top node; nothing is hashed before it is asked for, no branch twice."""
        if self._top is None:
            return EMPTY_TRIE_ROOT
        if self._root is None:
            # A top node of less than 32 bytes is hashed as well: it has no parent to lie in.
            found = reference(self._top, 0, self._encode_value)
            self._root = Hash32(found[1:]) if found[:1] == HASH_HEADER else keccak256(found)
        return self._root

    def items(self) -> Iterator[tuple[bytes, V]]:
        """All keys and values, in order of the keys."""
        return entries(self._top)

    def prove(self, key: bytes) -> tuple[bytes, ...]:
        """RLP forms of the nodes that show what the trie holds at a key (`proof.verify`)."""
        return tuple(nodes_on_path(self._top, _path(key), self._encode_value))

    def unsaved_nodes(self) -> Iterator[tuple[str, bytes]]:
        """Paths and RLP forms of the nodes that a store lacks: the others were read from one."""
        return unsaved_nodes(self._top, self._encode_value)

    def has_node_at(self, path: str) -> bool:
        """Whether a store must keep a node at a path."""
        return is_node_at(self._top, path, self._encode_value)

    def __bool__(self) -> bool:
        """Whether there are any entries."""
        return self._top is not None


def _path(key: bytes) -> str:
    check_key_length(len(key))
    return key.hex()
