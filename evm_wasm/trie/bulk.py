"""A whole trie from all its entries at once, each node made and hashed a single time.

Nodes are finished from the bottom up, so a caller that writes each one away when it is finished
holds only the path it is at, however many entries there are.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, Generic, TypeVar

from evm_wasm.errors import StateError
from evm_wasm.trie.nodes import (
    DIGITS,
    EMPTY_STRING,
    Branch,
    Extension,
    Leaf,
    Node,
)

V = TypeVar("V")

Save = Callable[[str, bytes], Node[V]]
"""Given the path of a node and its RLP form, what its parent is to hold of it."""

_BEHIND_DIGITS: Final = "g"
"""Sorts behind every hexadecimal digit."""
_MANY: Final = 100_000
"""New objects that are worth being kept from the collector."""
_INDEX: Final = {digit: index for index, digit in enumerate(DIGITS)}


def build(
    entries: Iterable[tuple[str, V]],
    encode_value: Callable[[V], bytes],
    save: Save[V] | None = None,
) -> Node[V] | None:
    """The top node of the trie of some entries, None for no entries.

    Args:
        entries: Paths, in hexadecimal digits, and values, none of them empty; in any order.
        encode_value: Makes bytes of a value.
        save: Called for every node below the top that has a hash of its own, children first.
            Without it the trie stays in memory, its branches hashed while what they consist of
            is in the processor's cache.

    Raises:
        StateError: A path occurs twice.
    """
    with collector_paused():
        ordered = sorted(entries, key=itemgetter(0))
        if not ordered:
            return None
        paths, values = zip(*ordered, strict=True)
        return _Building(paths, values, encode_value, save).node(0, len(paths), 0)


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


@dataclass(frozen=True, slots=True)
class _Building(Generic[V]):
    """Entries in ascending order of their paths; the rest as of `build`.

    A span of entries is given by its start, its end (exclusive), and a depth: the number of
    digits in which all paths of the span are known to agree.
    """

    paths: Sequence[str]
    values: Sequence[V]
    encode_value: Callable[[V], bytes]
    save: Save[V] | None

    def node(self, start: int, stop: int, depth: int) -> Node[V]:
        """The node for the entries of a span."""
        first = self.paths[start]
        if stop - start == 1:
            return Leaf(first[depth:], self.values[start])
        # The paths are sorted: what the first and the last share, all share.
        last = self.paths[stop - 1]
        fork = depth
        while fork < len(first) and first[fork] == last[fork]:
            fork += 1
        branch = self._branch(start, stop, fork)
        if fork == depth:
            return branch
        return Extension(first[depth:fork], self._finished(first[:fork], branch))

    def _branch(self, start: int, stop: int, depth: int) -> Branch[V]:
        paths, values, encode_value = self.paths, self.values, self.encode_value
        stays = self.save is None
        here = paths[start][:depth]
        value = None
        if len(paths[start]) == depth:
            value = values[start]
            start += 1
            if paths[start] == here:
                raise StateError("a key of a trie occurs twice")
        children: list[Node[V] | None] = [None] * 16
        references = [EMPTY_STRING] * 16
        while start < stop:
            digit = paths[start][depth]
            end = start + 1
            if end < stop and paths[end][depth] == digit:
                end = bisect_left(paths, here + digit + _BEHIND_DIGITS, end, stop)
                child = self.node(start, end, depth + 1)
            else:
                child = Leaf(paths[start][depth + 1 :], values[start])
            index = _INDEX[digit]
            if stays:
                references[index] = child.reference(encode_value)
            else:
                child = self._finished(here + digit, child)
            children[index] = child
            start = end
        branch = Branch(children, value)
        if stays:
            branch.take_references(references, encode_value)
        return branch

    def _finished(self, path: str, node: Node[V]) -> Node[V]:
        """What the parent holds of a node."""
        if self.save is None:
            return node
        data = node.encode(self.encode_value)
        return self.save(path, data) if len(data) >= 32 else node
