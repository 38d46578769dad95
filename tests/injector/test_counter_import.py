"""The counter `import`: charges as calls of `ethereum.useGas`."""

from __future__ import annotations

import pytest
import wasmtime
from random_modules import CORE, engine, is_valid, smith_modules
from small_contracts import contract, module, run

from injector import LARGE_LIMITS, InjectorError, instrument, load_schedule

PROGRAMS = {
    "straight": contract("(drop (i32.add (i32.const 1) (i32.const 2)))"),
    "calls": contract("(call $f) (call $f)", "(func $f nop)"),
    "loop": contract(
        """(local i32) (local.set 0 (i32.const 5)) (loop (br_if 0 (local.tee 0
        (i32.sub (local.get 0) (i32.const 1)))))"""
    ),
    "pages and bulk": contract(
        "(drop (memory.grow (i32.const 2))) (memory.fill (i32.const 0) (i32.const 1) (i32.const 99))",
        pages=3,
    ),
    "table": contract(
        "(call_indirect (type $t) (i32.const 0))",
        "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f nop nop)",
    ),
    "other imports": contract(
        "(drop (call $getCallDataSize)) (call $f)", "(func $f nop)", imports=("getCallDataSize",)
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_charges_whole_gas_for_the_same_work(name: str) -> None:
    wasm = PROGRAMS[name]
    metered = instrument(wasm, schedule="unit", counter="import")
    compiled = wasmtime.Module(engine(), metered)
    assert {export.name for export in compiled.exports} == {"main", "memory"}
    assert compiled.imports[-1].name == "useGas"
    store = wasmtime.Store(engine())
    charged: list[int] = []
    functions = [
        wasmtime.Func(store, entry.type, charged.append if entry.name == "useGas" else lambda: 0)
        for entry in compiled.imports
    ]
    instance = wasmtime.Instance(store, compiled, functions)
    instance.exports(store)["main"](store)
    assert sum(charged) * 10_000 == run(wasm, schedule="unit").used


def test_functions_are_renumbered_everywhere() -> None:
    wasm = module(
        "(type $t (func (result i32)))",
        "(table 3 funcref)",
        "(elem (i32.const 0) $a $b)",
        "(elem (table 0) (i32.const 2) funcref (ref.func $c))",
        "(global $r funcref (ref.func $b))",
        "(global $started (mut i32) (i32.const 0))",
        "(func $a (result i32) (i32.const 10))",
        "(func $b (result i32) (i32.const 20))",
        "(func $c (result i32) (i32.add (call $a) (i32.const 20)))",
        "(func $s (global.set $started (i32.const 5)))",
        "(start $s)",
        '(func (export "get") (param i32) (result i32) (call_indirect (type $t) (local.get 0)))',
        '(func (export "by_reference") (result i32) (table.set (i32.const 0) (ref.func $c))',
        " (table.set (i32.const 1) (global.get $r)) (call_indirect (type $t) (i32.const 1)))",
        '(func (export "started") (result i32) (global.get $started))',
    )
    schedule = load_schedule("fuel")
    metered = instrument(wasm, policy="core", schedule=schedule, counter="import")
    store = wasmtime.Store(engine())
    compiled = wasmtime.Module(engine(), metered)
    use_gas = wasmtime.Func(store, compiled.imports[0].type, lambda _amount: None)
    exports = wasmtime.Instance(store, compiled, [use_gas]).exports(store)
    assert [exports["get"](store, index) for index in range(3)] == [10, 20, 30]
    assert exports["by_reference"](store) == 20
    assert exports["started"](store) == 5


def test_random_modules_stay_valid() -> None:
    for seed, wasm in smith_modules(40, *CORE):
        options = {"policy": "core", "limits": LARGE_LIMITS}
        assert is_valid(instrument(wasm, schedule="unit", counter="import", **options)), seed


def test_refuses_prices_in_fractions_of_gas() -> None:
    with pytest.raises(InjectorError, match="not a whole number of gas"):
        instrument(contract(""), schedule="particles", counter="import")


def test_schedule_none_needs_no_import() -> None:
    metered = instrument(PROGRAMS["calls"], schedule="none", counter="import")
    assert wasmtime.Module(engine(), metered).imports == []
