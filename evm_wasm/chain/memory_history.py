"""A chain's states in memory, for devnets and tests: successive states share what is the same."""

from __future__ import annotations

from evm_wasm.chain.history import Data
from evm_wasm.errors import StateError
from evm_wasm.state.reader import World
from evm_wasm.state.world import WorldState


class MemoryHistory:
    """States and records that last as long as the object; see `StateHistory`."""

    def __init__(self, *, keep: int | None = None) -> None:
        """Begins with the state without accounts at block 0.

        Args:
            keep: Blocks before the newest whose state stays available; None for all.
        """
        self._keep = keep
        self._oldest = 0
        self._worlds: list[WorldState] = [WorldState.EMPTY]
        self._data: dict[bytes, bytes] = {}

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return self._oldest + len(self._worlds) - 1

    @property
    def oldest(self) -> int:
        """Number of the oldest block whose state is kept."""
        return self._oldest

    def world_at(self, number: int) -> WorldState:
        """The state after a block.

        Raises:
            StateError: It is not kept.
        """
        if not self.oldest <= number <= self.head:
            kept = f"{self.oldest} to {self.head}"
            raise StateError(f"the state of block {number} is not kept; there are blocks {kept}")
        return self._worlds[number - self._oldest]

    def begin(self, world: World, data: Data | None = None) -> WorldState:
        """Make a world the state of block 0, which is the only one yet."""
        if self.head:
            raise StateError(f"the chain has begun already: its newest block is {self.head}")
        self._worlds = [_in_memory(world)]
        self.put_data(data or {})
        return self._worlds[0]

    def restart(self, number: int, world: World) -> None:
        """Make a world the state after a block, and forget all other states; records stay."""
        self._worlds = [_in_memory(world)]
        self._oldest = number

    def commit(self, world: World, data: Data | None = None) -> WorldState:
        """Make a world the state after the next block."""
        world = _in_memory(world)
        self._worlds.append(world)
        self.put_data(data or {})
        if self._keep is not None and len(self._worlds) > self._keep + 1:
            del self._worlds[0]
            self._oldest += 1
        return world

    def rewind(self, number: int, data: Data | None = None) -> WorldState:
        """Make a block the newest one; all after it are forgotten."""
        world = self.world_at(number)
        del self._worlds[number - self._oldest + 1 :]
        self.put_data(data or {})
        return world

    def put_data(self, data: Data) -> None:
        """Write records beside the states."""
        for key, value in data.items():
            if value is None:
                self._data.pop(key, None)
            else:
                self._data[key] = value

    def data(self, key: bytes) -> bytes | None:
        """The record under a key, None where there is none."""
        return self._data.get(key)

    def close(self) -> None:
        """Nothing to let go of."""


def _in_memory(world: World) -> WorldState:
    if not isinstance(world, WorldState):
        raise StateError("only what follows from the newest block can be committed")
    return world
