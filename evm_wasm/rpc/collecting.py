"""Keeps Python's collector of cycles away from the blocks and states that a node keeps.

They have no cycles and live as long as the node, so looking through all of them from time to time
finds nothing; with tens of thousands of blocks it stops the node for half a second each time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.devnet.events import DevnetEvent, NewBlock

BLOCKS: Final = 1_000
"""How many new ones the collector may look through: about 7 MB, and 10 milliseconds."""


class _Sparing:
    """Counts blocks, and shelves what there is after every `BLOCKS` of them."""

    def __init__(self) -> None:
        self._left = 1

    def told(self, event: DevnetEvent) -> None:
        """Takes note of an event."""
        if not isinstance(event, NewBlock):
            return
        self._left -= 1
        if self._left == 0:
            self._left = BLOCKS
            gc.collect()
            gc.freeze()


@contextmanager
def kept_objects_spared(devnet: Devnet) -> Iterator[None]:
    """Shelves what a devnet keeps as it grows, and puts all back at the end.

    What is shelved is still freed when nobody refers to it any more.
    """
    subscription = devnet.events.subscribe(_Sparing().told)
    try:
        yield
    finally:
        subscription.cancel()
        gc.unfreeze()
