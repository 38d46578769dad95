"""State tests over a store: loaded, run, committed, and read back for the root."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.loading import full_accounts, load_state
from evm_wasm.state.reader import World
from evm_wasm.state.stored_world import StoredWorld
from evm_wasm.store.opening import open_store

STORES: Final = ("memory", "lmdb", "sqlite")

Commit = Callable[[World], Hash32]
"""Makes a world final and gives its root."""


@contextmanager
def on_store(world: World, scheme: str | None) -> Iterator[tuple[World, Commit]]:
    """A world as a store of its own has it, and how to commit what follows from it.

    Args:
        world: The state before.
        scheme: One of `STORES`; None leaves it where it is.
    """
    if scheme is None:
        yield world, lambda after: after.root
        return
    with tempfile.TemporaryDirectory() as folder:
        url = "memory:" if scheme == "memory" else f"{scheme}:{folder}/state"
        consensus = consensus_version()
        with closing(open_store(url, create=True)) as store:
            load_state(store, full_accounts(world), consensus=consensus, root=world.root)
            database = StateDatabase(store, consensus=consensus)
            yield database.world, lambda after: _committed(database, after)


def _committed(database: StateDatabase, world: World) -> Hash32:
    """Commits, and reads every account and slot back, which compares them with the root."""
    if not isinstance(world, StoredWorld):
        raise TypeError(f"a {type(world).__name__} cannot be committed to a store")
    stored = database.commit(world)
    for address, _ in stored.accounts():
        for _ in stored.slots(address):
            pass
    return stored.root
