"""A whole trie from all its entries at once, each node made and hashed a single time.

Nodes are finished from the bottom up, so a caller that writes each one away when it is finished
holds only the path it is at, however many entries there are.
"""

from __future__ import annotations

import gc
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise
from operator import itemgetter, xor
from typing import Any, Final, Generic, TypeVar

from evm_wasm.errors import StateError
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.node_rlp import EMPTY_STRING, encode_leaf, reference_to
from evm_wasm.trie.nodes import (
    Branch,
    Entry,
    Extension,
    Node,
    Part,
    check_key_length,
    empty_branch,
    encode,
    reference,
    shared_length,
)

V = TypeVar("V")
P = TypeVar("P", bound=Part[Any])

Save = Callable[[str, Hash32, bytes], Node[V]]
"""Given the path of a node, its hash and its RLP form, what its parent is to hold of it."""

_MANY: Final = 10_000
"""New objects that are worth being kept from the collector."""
_BLOCK: Final = 256
"""Entries that are read at once: they fit into the processor's cache, with what is made of them."""
_HEAD: Final = 8
"""Bytes that begin a key, as many as make a number that is compared fast."""


def build(
    entries: Iterable[Entry[V]],
    encode_value: Callable[[V], bytes],
    save: Save[V] | None = None,
) -> Part[V] | None:
    """The top of the trie of some entries, None for no entries.

    Args:
        entries: Keys and values, none of them empty; in any order.
        encode_value: Makes bytes of a value.
        save: Called for every node below the top that has a hash of its own, children first.
            Without it the trie stays in memory, its branches hashed while what they consist of
            is in the processor's cache.

    Raises:
        StateError: A key occurs twice or is too long.
    """
    with collector_paused():
        ordered = sorted(entries, key=itemgetter(0))
        if len(ordered) < 2:
            check_key_length(max((len(key) for key, _ in ordered), default=0))
            return ordered[0] if ordered else None
        return _Building(encode_value, save).top(ordered)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keeps Python's collector of cycles from running while many objects are made.

    It would look through everything that was made so far again and again, for half of the whole
    time, and find nothing: tries have no cycles. For the same reason many new objects join the
    oldest generation at the end, as if the collector had already looked at them. A few do not: all
    other young objects would join with them, and where small tries are built all the time, as for
    each block of a chain, no cycle would ever be found.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            made = gc.get_count()[0]
            if (
                made >= _MANY and not gc.get_freeze_count()
            ):  # Otherwise somebody else's frozen objects would thaw.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


class _Building(Generic[V]):
    """The branches on the way to the entry that a walk through all entries, in order, is at.

    Attributes:
        encode_value: As of `build`.
        save: As of `build`.
        depth: Of the innermost open branch, -1 while there is none.
        branch: That branch.
        references: Those of its children, as far as they are known.
        outer: The same three of the branches that it lies in, the innermost last.
    """

    __slots__ = ("branch", "depth", "encode_value", "outer", "references", "save")

    def __init__(self, encode_value: Callable[[V], bytes], save: Save[V] | None) -> None:
        self.encode_value = encode_value
        self.save = save
        self.depth = -1
        self.branch: Branch[V] = empty_branch()
        self.references: list[bytes] = []
        self.outer: list[tuple[int, Branch[V], list[bytes]]] = []

    def top(self, entries: Sequence[Entry[V]]) -> Part[V]:
        """The top of the trie of some entries, two at least, in ascending order of their keys.

        An entry shares some digits with the one behind it. Where no open branch is as deep as
        that, one begins; all that are deeper have no more entries and end.
        """
        top: Part[V] = entries[0]
        save, depth = self.save, self.depth
        children, references = self.branch.children, self.references
        for block in _blocks(entries, self.encode_value):
            for entry, encoded_value, shared in block:
                key = entry[0]
                if shared > depth:
                    self._begin(shared)
                    depth, children, references = shared, self.branch.children, self.references
                place = depth >> 1
                if place == len(key):
                    self.branch.entry = entry
                else:
                    index = key[place] & 15 if depth & 1 else key[place] >> 4
                    if save is None:
                        children[index] = entry
                        references[index] = reference_to(encode_leaf(key, depth + 1, encoded_value))
                    else:
                        self._take(index, entry, key)
                if shared < depth:
                    top = self._end(key, shared)
                    depth, children, references = self.depth, self.branch.children, self.references
        return top

    def _begin(self, depth: int) -> None:
        """Opens a branch inside of those that are open."""
        self.outer.append((self.depth, self.branch, self.references))
        self.depth = depth
        self.branch = empty_branch()
        self.references = [EMPTY_STRING] * 16

    def _end(self, key: bytes, shared: int) -> Part[V]:
        """Closes the branches on the way to a key that are deeper than some depth.

        Returns:
            The outermost of them, with the path that leads to it.
        """
        part: Part[V] = self.branch
        while shared < self.depth:
            end, branch = self.depth, self.branch
            branch.references = b"".join(self.references)
            part = branch
            self.depth, self.branch, self.references = self.outer.pop()
            if shared > self.depth:
                self._begin(shared)
            depth = self.depth
            if depth + 1 < end:
                part = Extension(key.hex()[depth + 1 : end], self._held(branch, key, end)[0])
            if depth >= 0:
                index = key[depth >> 1] & 15 if depth & 1 else key[depth >> 1] >> 4
                if self.save is None:
                    self.branch.children[index] = part
                    self.references[index] = part.reference(depth + 1, self.encode_value)
                else:
                    self._take(index, part, key)
        return part

    def _take(self, index: int, part: Part[V], key: bytes) -> None:
        """Makes a part on the way to a key a child of the innermost open branch."""
        self.branch.children[index], self.references[index] = self._held(part, key, self.depth + 1)

    def _held(self, part: P, key: bytes, depth: int) -> tuple[P | Node[V], bytes]:
        """What is to be held of a part on the way to a key, and its reference."""
        found = reference(part, depth, self.encode_value)
        if self.save is not None and len(found) == 33:
            data = encode(part, depth, self.encode_value)
            return self.save(key.hex()[:depth], Hash32(found[1:]), data), found
        return part, found


def _blocks(
    entries: Sequence[Entry[V]], encode_value: Callable[[V], bytes]
) -> Iterator[Iterable[tuple[Entry[V], bytes, int]]]:
    """Each entry, its encoded value, and how many digits it shares with the next; -1 for the last.

    Sorted entries lie scattered in memory. One call that reads many of them has the processor wait
    for several at a time; reading each of them when its turn comes would take a third longer. What
    is given out are entries made anew, so that neighbours in the trie are neighbours in memory.
    """
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK + 1]
        keys = list(map(itemgetter(0), block))
        values = list(map(itemgetter(1), block[:_BLOCK]))
        b"".join(keys)
        encoded_values = list(map(encode_value, values))
        b"".join(encoded_values)
        shared = _shared_with_next(keys)
        if len(block) <= _BLOCK:
            shared.append(-1)
        yield zip(zip(keys, values, strict=False), encoded_values, shared, strict=True)


def _shared_with_next(keys: Sequence[bytes]) -> list[int]:
    """How many digits each of some ordered keys, but for the last, shares with the next one.

    Raises:
        StateError: A key occurs twice or is too long.
    """
    lengths = list(map(len, keys))
    check_key_length(max(lengths))
    if min(lengths) < _HEAD:
        return [_shared(*pair) for pair in pairwise(keys)]
    # The heads of keys that are hashes nearly always differ, and as numbers are compared fast.
    heads = struct.unpack(f">{len(keys)}Q", b"".join([key[:_HEAD] for key in keys]))
    differences = map(int.bit_length, map(xor, heads, islice(heads, 1, None)))
    return [
        (8 * _HEAD - bits) // 4 if bits else _shared(keys[index], keys[index + 1])
        for index, bits in enumerate(differences)
    ]


def _shared(key: bytes, following: bytes) -> int:
    if key == following:
        raise StateError("a key of a trie occurs twice")
    return shared_length(key.hex(), following.hex())
