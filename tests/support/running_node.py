"""The URL of a node of ours, for tests that need nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from node_process import node_process


@contextmanager
def running_node(*options: str) -> Iterator[str]:
    """The URL of a node with these options, on a free port."""
    with node_process(*options) as node:
        yield node.url
