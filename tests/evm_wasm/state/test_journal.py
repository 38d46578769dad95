from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import StateError
from evm_wasm.state.journal import Journal

WRITES = st.lists(st.tuples(st.booleans(), st.integers(0, 3), st.integers() | st.none()))


@given(WRITES, WRITES, WRITES)
def test_reverting_restores_every_table(first: list, second: list, third: list):
    journal, tables = Journal(), ({}, {})

    def write_all(writes: list) -> None:
        for which, key, value in writes:
            journal.write(tables[which], key, value)

    write_all(first)
    outer, before_second = journal.checkpoint(), copy.deepcopy(tables)
    write_all(second)
    inner, before_third = journal.checkpoint(), copy.deepcopy(tables)
    write_all(third)
    journal.revert(inner)
    assert tables == before_third
    write_all(third)
    journal.revert(outer)
    assert tables == before_second
    journal.revert(0)
    assert tables == ({}, {})


def test_writes_become_final():
    journal, table = Journal(), {}
    journal.write(table, "key", 1)
    mark = journal.checkpoint()
    journal.clear()
    with pytest.raises(StateError, match="no checkpoint 1: the journal holds 0 writes"):
        journal.revert(mark)
    journal.revert(0)
    assert table == {"key": 1}


def test_a_mark_is_a_position_of_the_past():
    journal = Journal()
    journal.write({}, "key", 1)
    for mark in (-1, 2):
        with pytest.raises(StateError, match="no checkpoint"):
            journal.revert(mark)
