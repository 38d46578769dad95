"""The entry by which an instance runs again: what it sets back, and who gets it."""

from __future__ import annotations

from contextlib import suppress

import pytest
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st
from small_contracts import contract, module

from injector import InjectorError, instrument, load_runtime, load_schedule
from injector.policy import FLOATS, REFERENCE_TYPES, Policy

RUNTIME = """
  (import "contract" "memory" (memory $memory 0))
  (import "contract" "gas_left" (global $counter (mut i64)))
  (import "contract" "main" (func $main))
  (memory $frame (export "frame") 1 1)
  (func $run (export "main")
    (call $main)
    (i64.store $frame (i32.const 0) (global.get $counter)))
"""


class Running:
    """An instance of a metered contract without imports."""

    def __init__(self, wasm: bytes) -> None:
        engine = wasmtime.Engine()
        self._store = wasmtime.Store(engine)
        instance = wasmtime.Instance(self._store, wasmtime.Module(engine, wasm), [])
        self._exports = instance.exports(self._store)

    @property
    def names(self) -> set[str]:
        return set(self._exports)

    def run(self, name: str, gas: int = 10**9) -> tuple[bytes, int]:
        """Calls an export with the memory all zero; gives the memory and the gas left."""
        memory, counter = self._exports["memory"], self._exports["gas_left"]
        memory.write(self._store, bytes(memory.data_len(self._store)), 0)
        counter.set_value(self._store, wasmtime.Val.i64(gas))
        with suppress(wasmtime.Trap):
            self._exports[name](self._store)
        return bytes(memory.read(self._store, 0, 64)), counter.value(self._store)


def numbered(body: str, *fields: str) -> bytes:
    """A contract that stores and then changes globals of both types, and one that stays."""
    return contract(
        "(i64.store (i32.const 0) (global.get $long))"
        "(i32.store (i32.const 8) (global.get $short))"
        "(i32.store (i32.const 16) (global.get $fixed))"
        "(global.set $long (i64.add (global.get $long) (i64.const 1)))"
        "(global.set $short (i32.const -1))" + body,
        "(global $fixed i32 (i32.const 9))",
        "(global $long (mut i64) (i64.const -0x7fffffffffffffff))",
        "(global $short (mut i32) (i32.mul (i32.add (i32.const 3) (i32.const 4)) (i32.const 5)))",
        *fields,
    )


def test_nothing_is_added_unless_asked_for() -> None:
    wasm = numbered("")
    assert instrument(wasm) == instrument(wasm, restart=False)
    assert Running(instrument(wasm)).names == {"main", "memory", "gas_left"}
    assert Running(instrument(wasm, restart=True)).names == {
        "main", "memory", "gas_left", "restart",
    }  # fmt: skip


@pytest.mark.parametrize("schedule", ["none", "particles", "unit"])
@pytest.mark.parametrize("end", ["", "unreachable", "(loop (br 0))"])
def test_it_runs_as_a_new_instance_does(schedule: str, end: str) -> None:
    if schedule == "none" and "loop" in end:
        end = ""
    wasm = numbered(end)
    plain = instrument(wasm, schedule=schedule)
    again = Running(instrument(wasm, schedule=schedule, restart=True))
    for name in ("main", "restart", "restart", "main", "restart"):
        if name == "main":
            again.run(name)
        else:
            assert again.run(name) == Running(plain).run("main")


def test_main_does_not_set_back() -> None:
    """A contract may call its own `main`, and then its globals are what they are."""
    wasm = numbered(
        "(i32.store (i32.const 24) (i32.const 1))"
        "(if (i64.lt_s (global.get $long) (i64.const -0x7ffffffffffffff8)) (then (call $main)))"
    )
    first = Running(instrument(wasm)).run("main")
    assert first[0][:8] == (-0x7FFFFFFFFFFFFFF9).to_bytes(8, "little", signed=True)
    again = Running(instrument(wasm, restart=True))
    assert [again.run("restart") for _ in range(3)] == [first] * 3


def test_words_of_stack_are_set_back() -> None:
    """A trap between a call through a table and the function leaves fewer words than all."""
    wasm = contract(
        "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))"
        "(call_indirect (i32.const 0))",
        "(table 1 funcref) (elem (i32.const 0) $main)",
    )
    first = Running(instrument(wasm)).run("main")
    assert first[1] == -2  # the stack is used up
    again = Running(instrument(wasm, restart=True))
    assert [again.run("restart") for _ in range(3)] == [first] * 3


@pytest.mark.parametrize("pages", [1, 3, 100])
def test_initial_pages_are_charged_each_time(pages: int) -> None:
    wasm = contract("", pages=pages)
    schedule = load_schedule("particles")
    first = Running(instrument(wasm, schedule=schedule)).run("main")
    again = Running(instrument(wasm, schedule=schedule, restart=True))
    assert [again.run("restart") for _ in range(3)] == [first] * 3


@settings(max_examples=30)
@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=20), st.integers(1, 3))
def test_all_globals_are_set_back(values: list[int], runs: int) -> None:
    lines, fields = "", []
    for index, value in enumerate(values):
        fields.append(f"(global $g{index} (mut i64) (i64.const {value}))")
        lines += f"(i64.store (i32.const {8 * index}) (global.get $g{index}))"
        lines += f"(global.set $g{index} (i64.const {~value}))"
    wasm = contract(lines, *fields)
    first = Running(instrument(wasm)).run("main")
    again = Running(instrument(wasm, restart=True))
    assert [again.run("restart") for _ in range(runs)] == [first] * runs


@pytest.mark.parametrize("counter", ["global", "import"])
def test_with_either_counter(counter: str) -> None:
    wasm = numbered("")
    output = instrument(wasm, schedule="unit", counter=counter, restart=True)
    assert b"restart" in output
    wasmtime.Module.validate(wasmtime.Engine(), output)


def test_what_a_runtime_wraps_is_wrapped_again() -> None:
    wasm = instrument(numbered(""), runtime=load_runtime(module(RUNTIME)), restart=True)
    again = Running(wasm)
    results = {again.run("restart") for _ in range(3)}
    assert len(results) == 1


def test_a_contract_that_drops_segments_gets_none() -> None:
    fields = '(data $d "abc")'
    init = "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 3))"
    keeping = instrument(contract(init, fields), restart=True)
    assert "restart" in Running(keeping).names
    again = Running(keeping)
    assert {again.run("restart")[0][:3] for _ in range(3)} == {b"abc"}
    for dropping in (init + "(data.drop $d)", "(return) (data.drop $d)"):
        wasm = contract(dropping, fields)
        assert instrument(wasm, restart=True) == instrument(wasm)


def test_modules_that_may_change_tables_get_none() -> None:
    policy = Policy("more", frozenset({FLOATS, REFERENCE_TYPES}), contract=True)
    wasm = contract("(elem.drop $e)", "(table 1 funcref) (elem $e func $main)")
    output = instrument(wasm, policy=policy, restart=True)
    assert output == instrument(wasm, policy=policy)


def test_only_contracts_get_one() -> None:
    with pytest.raises(InjectorError, match="a restart is for contracts, policy core is not"):
        instrument(module('(func (export "main"))'), policy="core", restart=True)
