from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_state import CONSENSUS, contents, grow, twins

from evm_wasm.errors import InputError, StateError, StoreError
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.dump import DumpReader, dump_lines
from evm_wasm.state.loading import full_accounts, load_state
from evm_wasm.state.world import WorldState
from evm_wasm.store.memory import MemoryStore

TWIN = twins(6)[-1]
LINES = list(dump_lines(TWIN, consensus=CONSENSUS, number=6))


def loaded(lines: list[str]) -> StateDatabase:
    store = MemoryStore()
    reader = DumpReader(lines, what="dump")
    header = reader.header
    load_state(
        store,
        reader.accounts(),
        consensus=header.consensus,
        number=header.number,
        root=header.root,
    )
    return StateDatabase(store, consensus=CONSENSUS)


def test_a_dump_holds_the_whole_state():
    database = loaded(LINES)
    assert database.head == database.oldest == 6
    assert database.world.root == TWIN.root
    assert contents(database.world) == contents(TWIN)
    assert list(database.find_damage()) == []
    assert list(dump_lines(database.world, consensus=CONSENSUS, number=6)) == LINES


def test_a_loaded_state_goes_on_like_any_other():
    database = loaded(LINES)
    grow(database, 3)
    assert database.world.root == twins(9)[-1].root
    assert contents(database.world_at(6)) == contents(TWIN)
    assert list(database.find_damage()) == []


def test_an_empty_state():
    database = loaded(list(dump_lines(WorldState.EMPTY, consensus=CONSENSUS, number=0)))
    assert database.world.root == WorldState.EMPTY.root
    assert list(database.find_damage()) == []


def test_only_an_empty_store_is_loaded_into():
    store = MemoryStore()
    load_state(store, full_accounts(TWIN), consensus=CONSENSUS)
    with pytest.raises(StoreError, match="empty store"):
        load_state(store, full_accounts(TWIN), consensus=CONSENSUS)
    assert StateDatabase(store, consensus=CONSENSUS).world.root == TWIN.root


def test_a_load_that_did_not_end_leaves_no_state():
    store = MemoryStore()
    with pytest.raises(InputError, match="cut short"):
        load_state(store, DumpReader(LINES[:-1], what="dump").accounts(), consensus=CONSENSUS)
    with pytest.raises(StateError, match="half-written"):
        StateDatabase(store, consensus=CONSENSUS)


def test_accounts_that_occur_twice_are_refused():
    with pytest.raises(StateError, match="twice"):
        load_state(MemoryStore(), [*full_accounts(TWIN), *full_accounts(TWIN)], consensus=CONSENSUS)


@pytest.mark.parametrize("count", range(len(LINES)))
def test_a_dump_that_is_cut_short_is_refused(count: int):
    with pytest.raises(InputError, match="cut short"):
        loaded(LINES[:count])


def test_lines_that_are_not_what_they_should_be():
    slot = next(index for index, line in enumerate(LINES) if "slot" in json.loads(line))
    for index, change, error in (
        (0, {"version": 2}, "another version than 1"),
        (0, {"format": "other"}, "not a dump of a state"),
        (0, {"more": 1}, "members should be"),
        (0, {"block": -1}, "line 1: not a count"),
        (0, {"root": "0x00"}, "line 1: 1 bytes"),
        (0, {"root": "0x" + "00" * 32}, "the state has the root"),
        (1, {"nonce": "0x10000000000000000"}, "line 2: the number does not fit"),
        (1, {"nonce": "0x7fff"}, "the state has the root"),
        (1, {"slots": True}, "line 2: not a count"),
        (1, {"more": 1}, "line 2: not the members of an account"),
        (2, {"address": "0x" + "00" * 20}, "line 3: "),
        (slot, {"value": "0x0"}, "a slot of zero"),
        (slot, {"slot": "0x0", "value": "0x00"}, "a slot of zero|ascending"),
        (len(LINES) - 1, {"accounts": 0}, "accounts, not as many"),
    ):
        lines = list(LINES)
        lines[index] = json.dumps({**json.loads(lines[index]), **change})
        with pytest.raises((InputError, StateError), match=error):
            loaded(lines)
    with pytest.raises(InputError, match="behind the last line"):
        loaded([*LINES, "\n"])
    with pytest.raises(InputError, match="not JSON"):
        loaded(["dump"])
    with pytest.raises(InputError, match=r"order|cut short|members|not as many"):
        loaded([LINES[0], *LINES[:0:-1]])


@given(st.integers(0, len(LINES) - 1), st.data())
def test_a_changed_character_never_gives_another_state(index: int, data: st.DataObject):
    line = LINES[index]
    position = data.draw(st.integers(0, len(line) - 2))
    lines = list(LINES)
    character = data.draw(st.sampled_from('0123456789abcdefx",: {}'))
    lines[index] = line[:position] + character + line[position + 1 :]
    try:
        database = loaded(lines)
    except (InputError, StateError, StoreError):
        return
    assert contents(database.world) == contents(TWIN)
