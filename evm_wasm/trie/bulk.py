"""A whole trie from sorted entries at once, each node made a single time.

Nodes are finished from the bottom up, so a caller that writes each one away when it is finished
holds only the path it is at, however many entries there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from evm_wasm.errors import StateError
from evm_wasm.trie.nodes import DIGITS, Branch, Extension, Leaf, Node

V = TypeVar("V")

Finish = Callable[[str, Node[V]], Node[V]]
"""Given a finished node and its path, what the parent is to hold of it."""

_BEHIND_DIGITS: Final = "g"
"""Sorts behind every hexadecimal digit."""


def build(entries: Sequence[tuple[str, V]], finish: Finish[V]) -> Node[V] | None:
    """The top node of the trie of some entries, None for no entries.

    Args:
        entries: Paths, in hexadecimal digits, and values, none of them empty.
        finish: Called for every node below the top, children first. The top node is not
            finished, because nothing refers to it.

    Raises:
        StateError: The paths are not in ascending order, or one occurs twice.
    """
    if any(entries[i][0] >= entries[i + 1][0] for i in range(len(entries) - 1)):
        raise StateError("entries for a trie are not in ascending order of their keys")
    return _build(entries, range(len(entries)), 0, finish) if entries else None


def _build(entries: Sequence[tuple[str, V]], span: range, depth: int, finish: Finish[V]) -> Node[V]:
    """The node for the entries of a span, all of which agree in their first `depth` digits."""
    first, value = entries[span.start]
    if len(span) == 1:
        return Leaf(first[depth:], value)
    # The entries are sorted: what the first and the last share, all share.
    fork = _fork(first, entries[span.stop - 1][0], depth)
    branch = _branch(entries, span, fork, finish)
    if fork == depth:
        return branch
    return Extension(first[depth:fork], finish(first[:fork], branch))


def _branch(
    entries: Sequence[tuple[str, V]], span: range, depth: int, finish: Finish[V]
) -> Node[V]:
    path, value = entries[span.start]
    here = path[:depth]
    start = span.start + (len(path) == depth)
    children: list[Node[V] | None] = [None] * 16
    while start < span.stop:
        digit = entries[start][0][depth]
        below = here + digit
        stop = bisect_left(entries, below + _BEHIND_DIGITS, start, span.stop, key=_path)
        node = _build(entries, range(start, stop), depth + 1, finish)
        children[DIGITS.index(digit)] = finish(below, node)
        start = stop
    return Branch(children, value if len(path) == depth else None)


def _fork(one: str, other: str, depth: int) -> int:
    """The length of what two paths share, known to be `depth` at least."""
    while depth < len(one) and one[depth] == other[depth]:
        depth += 1
    return depth


def _path(entry: tuple[str, V]) -> str:
    return entry[0]
