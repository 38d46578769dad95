"""A small state on a store, with contracts, storage, deletions and several blocks."""

from __future__ import annotations

import random

from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.world import WorldState

CONSENSUS = "rules of the tests"


def address(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


def word(number: int) -> Word:
    return Word(number.to_bytes(32, "big"))


def block(number: int, *, accounts: int = 40) -> dict[Address, AccountChange | None]:
    """What a block changes: always the same for the same number."""
    chance = random.Random(number)
    changes: dict[Address, AccountChange | None] = {}
    for _ in range(12):
        slots = {word(chance.randrange(20)): word(chance.randrange(3)) for _ in range(4)}
        changes[address(chance.randrange(accounts))] = AccountChange(
            nonce=number,
            balance=chance.randrange(2**80),
            code=chance.choice([None, None, b"code %d" % number]),
            clears_storage=chance.random() < 0.1,
            slots=slots if chance.random() < 0.5 else {},
        )
    changes[address(chance.randrange(accounts))] = None
    return changes


def grow(database: StateDatabase, blocks: int) -> None:
    """Commits some blocks."""
    for _ in range(blocks):
        database.commit(database.world.apply(block(database.head + 1)))


def twins(blocks: int) -> list[WorldState]:
    """The same states in memory, by number."""
    worlds = [WorldState.EMPTY]
    for number in range(1, blocks + 1):
        worlds.append(worlds[-1].apply(block(number)))
    return worlds


def contents(world) -> dict:
    """Everything a world says of its accounts."""
    return {
        address: (account, world.code(account.code_hash), dict(world.slots(address)))
        for address, account in world.accounts()
    }
