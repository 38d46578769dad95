"""Walks over the nodes of a trie: what a proof shows and what a store must keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from evm_wasm.trie.nodes import DIGITS, Branch, Extension, Leaf, Node
from evm_wasm.trie.stored import Stored

V = TypeVar("V")


def nodes_on_path(
    top: Node[V] | None, path: str, encode_value: Callable[[V], bytes]
) -> Iterator[bytes]:
    """RLP forms of the nodes from the top towards a path, without those inside their parents."""
    node: Node[V] | None = top
    while node is not None:
        encoded = node.encode(encode_value)
        if node is top or len(encoded) >= 32:
            yield encoded
        node, path = _step(node, path)


def unsaved_nodes(
    top: Node[V] | None, encode_value: Callable[[V], bytes]
) -> Iterator[tuple[str, bytes]]:
    """Paths and RLP forms of the nodes that were made in memory and have a hash of their own."""
    waiting: list[tuple[str, Node[V]]] = [] if top is None else [("", top)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, Stored):
            continue
        if not path or len(node.reference(encode_value)) == 33:
            yield path, node.encode(encode_value)
        if isinstance(node, Extension):
            waiting.append((path + node.path, node.child))
        elif isinstance(node, Branch):
            waiting += [
                (path + digit, child)
                for digit, child in zip(DIGITS, node.children, strict=True)
                if child is not None
            ]


def is_node_at(top: Node[V] | None, path: str, encode_value: Callable[[V], bytes]) -> bool:
    """Whether a node that has a hash of its own, or the top node, begins exactly at a path."""
    node, left = top, path
    while node is not None and left:
        node, left = _step(node, left)
    return node is not None and (not path or len(node.reference(encode_value)) == 33)


def _step(node: Node[V], path: str) -> tuple[Node[V] | None, str]:
    """The next node towards a path, None where there is none, and the rest of the path."""
    inner: object = node.resolve() if isinstance(node, Stored) else node
    if isinstance(inner, Branch) and path:
        return inner.children[int(path[0], 16)], path[1:]
    if isinstance(inner, Extension) and path.startswith(inner.path):
        return inner.child, path[len(inner.path) :]
    if not isinstance(inner, Branch | Extension | Leaf):
        raise TypeError(f"no node of a trie: {type(inner).__name__}")
    return None, path
