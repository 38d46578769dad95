"""Where a command's state comes from and goes to: a JSON file, or a store named by its URL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evm_wasm.cli.execution import FRESH_BALANCE, fresh_world
from evm_wasm.cli.files import read_text, shown, write_atomically
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.json_text import parse_json
from evm_wasm.primitives.types import Address
from evm_wasm.state.allocation import read_allocation, write_allocation
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import BLOCKS_ON_DISK, StateDatabase
from evm_wasm.state.reader import World
from evm_wasm.state.stored_world import StoredWorld
from evm_wasm.store.opening import is_store_url, open_store

_ALLOC: Final = "alloc"


@dataclass(frozen=True, slots=True)
class StateSource:
    """A state to start from.

    Attributes:
        world: The state.
        save: Keeps the state after, where it came from.
    """

    world: World
    save: Callable[[World], None]


@contextmanager
def open_state(
    name: str | None, *, sender: Address, saves: bool, consensus: str
) -> Iterator[StateSource]:
    """The state that `--state` names, for as long as it is used.

    Args:
        name: A file, the URL of a store, or None for a fresh state.
        sender: Who has something in a fresh state.
        saves: Whether it will be saved; what does not exist yet is fresh then.
        consensus: The version under which a store must have been made.

    Raises:
        InputError: A file cannot be read or is malformed.
        StoreError: A store cannot be opened.
    """
    if name is not None and is_store_url(name):
        with open_database(name, writes=saves, consensus=consensus) as database:
            yield _of_database(database, sender=sender, saves=saves)
    elif name is None or (saves and not Path(name).exists()):
        yield StateSource(fresh_world(sender), lambda world: _save_file(name or "", world))
    else:
        world = read_allocation(read_text(name), what=shown(name))
        yield StateSource(world, lambda world: _save_file(name, world))


@contextmanager
def open_database(url: str, *, writes: bool, consensus: str) -> Iterator[StateDatabase]:
    """The state in a store; one that is written is made where there is none.

    Raises:
        StoreError: It cannot be opened, or is of another consensus version.
    """
    with closing(open_store(url, create=writes, read_only=not writes)) as store:
        yield StateDatabase(store, consensus=consensus, keep=BLOCKS_ON_DISK)


def _of_database(database: StateDatabase, *, sender: Address, saves: bool) -> StateSource:
    def save(world: World) -> None:
        if not isinstance(world, StoredWorld):
            raise TypeError(f"a {type(world).__name__} cannot be committed to a store")
        database.commit(world)

    world = database.world
    if saves and database.head == 0 and world.root == EMPTY_TRIE_ROOT:
        world = world.apply({sender: AccountChange(nonce=0, balance=FRESH_BALANCE)})
    return StateSource(world, save)


def _save_file(name: str, world: World) -> None:
    """Writes the state; a genesis file keeps what it has beside its accounts."""
    text = write_allocation(world)
    if Path(name).exists():
        before = parse_json(read_text(name), what=name)
        if isinstance(before, dict) and _ALLOC in before:
            text = json.dumps({**before, _ALLOC: json.loads(text)}, indent=2) + "\n"
    write_atomically(name, text.encode())
