"""Walks over the nodes of a trie: what a proof shows and what a store must keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from evm_wasm.trie.nodes import DIGITS, INDEX, Branch, Extension, Part, encode, reference
from evm_wasm.trie.stored import Stored

V = TypeVar("V")


def nodes_on_path(
    top: Part[V] | None, path: str, encode_value: Callable[[V], bytes]
) -> Iterator[bytes]:
    """RLP forms of the nodes from the top towards a path, without those inside their parents."""
    part, depth = top, 0
    while part is not None:
        encoded = encode(part, depth, encode_value)
        if depth == 0 or len(encoded) >= 32:
            yield encoded
        part, depth = _step(part, path, depth)


def unsaved_nodes(
    top: Part[V] | None, encode_value: Callable[[V], bytes]
) -> Iterator[tuple[str, bytes]]:
    """Paths and RLP forms of the nodes that were made in memory and have a hash of their own."""
    waiting: list[tuple[str, Part[V]]] = [] if top is None else [("", top)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, Stored):
            continue
        if not path or len(reference(part, len(path), encode_value)) == 33:
            yield path, encode(part, len(path), encode_value)
        if isinstance(part, Extension):
            waiting.append((path + part.path, part.child))
        elif isinstance(part, Branch):
            waiting += [
                (path + digit, child)
                for digit, child in zip(DIGITS, part.children, strict=True)
                if child is not None
            ]


def is_node_at(top: Part[V] | None, path: str, encode_value: Callable[[V], bytes]) -> bool:
    """Whether a node that has a hash of its own, or the top node, begins exactly at a path."""
    part, depth = top, 0
    while part is not None and depth < len(path):
        part, depth = _step(part, path, depth)
    return part is not None and (not path or len(reference(part, depth, encode_value)) == 33)


def _step(part: Part[V], path: str, depth: int) -> tuple[Part[V] | None, int]:
    """The next part towards a path, None where there is none, and the depth where it begins."""
    node: object = part.resolve() if isinstance(part, Stored) else part
    if isinstance(node, Branch) and depth < len(path):
        return node.children[INDEX[path[depth]]], depth + 1
    if isinstance(node, Extension) and path.startswith(node.path, depth):
        return node.child, depth + len(node.path)
    return None, depth
