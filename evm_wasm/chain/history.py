"""Where a chain keeps its states and its records; what all its keepers can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from evm_wasm.state.reader import World

Data: TypeAlias = Mapping[bytes, bytes | None]
"""Records beside the states, new values by key; None deletes."""


class StateHistory(Protocol):
    """The states after a chain's blocks, and records beside them.

    `MemoryHistory` and `state.database.StateDatabase` are such. Every method that changes
    something changes all of it or, when it raises, nothing. One thread at a time.
    """

    @property
    def head(self) -> int:
        """Number of the newest block."""

    @property
    def oldest(self) -> int:
        """Number of the oldest block whose state is kept."""

    def world_at(self, number: int) -> World:
        """The state after a block; valid until the next `rewind`.

        Raises:
            StateError: It is not kept.
        """

    def begin(self, world: World, data: Data | None = None) -> World:
        """Make a world the state of block 0, which is the only one yet.

        Args:
            world: Follows from the state of block 0 by `apply`, or is it.
            data: Records to write with it.

        Raises:
            StateError: There are further blocks.
        """

    def commit(self, world: World, data: Data | None = None) -> World:
        """Make a world the state after the next block.

        Args:
            world: Follows from the state after the newest block by `apply`, or is it.
            data: Records to write with it.

        Returns:
            The same state, from which the next block follows.

        Raises:
            StateError: The world follows from another block, where that can be told: one in
                memory does not know what it follows from.
        """

    def rewind(self, number: int, data: Data | None = None) -> World:
        """Make a block the newest one; all after it are forgotten.

        Args:
            number: Of the block.
            data: Records to write with it.

        Returns:
            The state after the block.

        Raises:
            StateError: There is no such block, or its state is not kept.
        """

    def put_data(self, data: Data) -> None:
        """Write records beside the states."""

    def data(self, key: bytes) -> bytes | None:
        """The record under a key, None where there is none."""

    def close(self) -> None:
        """Let go of everything; nothing else may follow."""
