"""Linking a runtime into contracts, and contracts that try to reach it."""

from __future__ import annotations

import pytest
import wasmtime
from small_contracts import contract, module

from injector import InjectorError, Runtime, check, instrument, load_runtime

HEAD = """
  (import "ethereum" "getGasLeft" (func $host_left (result i64)))
  (import "contract" "memory" (memory $memory 0))
  (import "contract" "gas_left" (global $counter (mut i64)))
  (import "contract" "main" (func $main))
  (memory $frame (export "frame") 1 1)
  (tag $leave)
  (func $run (export "main")
    (i64.store $frame (i32.const 0) (global.get $counter))
    (block $left (try_table (catch $leave $left) (call $main))))
"""
METHODS = """
  (func $note (param i64)
    (i64.store $frame (i32.const 8) (local.get 0))
    (i64.store $memory (i32.const 40) (local.get 0)))
  (func (export "getGasLeft") (result i64)
    (call $note (global.get $counter))
    (global.set $counter (i64.sub (global.get $counter) (i64.const 5)))
    (i64.const 77))
  (func (export "getCallDataSize") (result i32) (call $unused) (i32.const 1))
  (func $unused)
  (func (export "finish") (param i32 i32) (throw $leave))
"""


def runtime(text: str = HEAD + METHODS) -> Runtime:
    return load_runtime(module(text))


@pytest.fixture
def engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.wasm_exceptions = True
    return wasmtime.Engine(config)


def run(engine: wasmtime.Engine, wasm: bytes) -> tuple[bytes, bytes]:
    """The contract's memory and the frame memory after `main`; imports trap."""
    store = wasmtime.Store(engine)
    compiled = wasmtime.Module(engine, wasm)

    def refuse(*_: int) -> int:
        raise AssertionError("the host was called")

    functions = [wasmtime.Func(store, entry.type, refuse) for entry in compiled.imports]
    exports = wasmtime.Instance(store, compiled, functions).exports(store)
    exports["main"](store)
    return tuple(bytes(exports[name].read(store, 0, 64)) for name in ("memory", "frame"))


def test_calls_go_to_the_runtime_instead_of_the_host(engine: wasmtime.Engine) -> None:
    wasm = contract(
        "(i64.store (i32.const 0) (call $getGasLeft)) (call $finish (i32.const 0) (i32.const 0))"
        "unreachable",
        imports=("finish", "getGasLeft"),
    )
    memory, frame = run(engine, instrument(wasm, runtime=runtime()))
    assert memory[:8] == (77).to_bytes(8, "little")
    assert memory[40:48] == frame[8:16]
    assert int.from_bytes(frame[8:16], "little") < int.from_bytes(frame[:8], "little")


def test_references_in_tables_go_there_too(engine: wasmtime.Engine) -> None:
    wasm = contract(
        "(i64.store (i32.const 0) (call_indirect (result i64) (i32.const 1)))",
        "(table 2 funcref) (elem (i32.const 0) $main $getGasLeft)",
        imports=("getGasLeft",),
    )
    assert run(engine, instrument(wasm, runtime=runtime()))[0][:8] == (77).to_bytes(8, "little")


def test_an_import_that_stands_twice_is_replaced_twice(engine: wasmtime.Engine) -> None:
    again = '(import "ethereum" "getGasLeft" (func $again (result i64)))'
    text = (
        f'(module {again} {again.replace("again", "more")} (memory (export "memory") 1)'
        ' (func (export "main") (i64.store (i32.const 0) (call $again))'
        " (i64.store (i32.const 8) (call $more))))"
    )
    wasm = instrument(bytes(wasmtime.wat2wasm(text)), runtime=runtime())
    assert run(engine, wasm)[0][:16] == (77).to_bytes(8, "little") * 2


def test_only_what_the_contract_needs_is_added() -> None:
    small = instrument(contract(""), runtime=runtime())
    large = instrument(contract("", imports=("getCallDataSize",)), runtime=runtime())
    assert len(small) + 15 < len(large)
    assert small == instrument(contract(""), runtime=runtime())


@pytest.mark.parametrize("schedule", ["particles", "unit", "fuel", "none"])
def test_every_schedule_can_have_one(engine: wasmtime.Engine, schedule: str) -> None:
    wasm = contract("(drop (call $getGasLeft))", imports=("getGasLeft",), pages=3)
    memory, _ = run(engine, instrument(wasm, schedule=schedule, runtime=runtime()))
    assert memory[40:48] != bytes(8)


def test_the_output_cannot_be_instrumented_again() -> None:
    output = instrument(contract(""), runtime=runtime())
    assert check(output)


ESCAPES = {
    "a function of the runtime": "(func $x call 9)",
    "the counter": "(global (mut i64) (i64.const 0)) (func global.get 1 drop)",
    "the frame memory": "(func (drop (i32.load 1 (i32.const 0))))",
    "a copy out of it": "(func (memory.copy 0 1 (i32.const 0) (i32.const 0) (i32.const 8)))",
    "its size": "(func (drop (memory.size 1)))",
    "a second memory": "(memory 1)",
    "a tag": "(tag)",
    "an exception": "(func (throw 0))",
    "a catch of all": "(func (block (try_table (catch_all 0))))",
    "an element": "(table 1 funcref) (elem (i32.const 0) func 9)",
    "an export": '(export "frame" (memory 0))',
    "an import": '(import "contract" "main" (func))',
    "a data segment": '(data (memory 1) (i32.const 0) "x")',
}


@pytest.mark.parametrize("field", ESCAPES.values(), ids=ESCAPES.keys())
def test_a_contract_that_names_what_is_added_is_refused(field: str) -> None:
    first, rest = (field, "") if "import" in field else ("", field)
    text = f'(module {first} (memory (export "memory") 1) (func (export "main")) {rest})'
    wasm = bytes(wasmtime.wat2wasm(text))
    assert check(wasm)
    with pytest.raises(InjectorError):
        instrument(wasm, runtime=runtime())


def test_it_needs_a_contract_and_the_counter_in_a_global() -> None:
    with pytest.raises(InjectorError, match="policy core"):
        instrument(contract(""), policy="core", runtime=runtime())
    with pytest.raises(InjectorError, match="counter"):
        instrument(contract(""), schedule="unit", counter="import", runtime=runtime())


def test_what_it_asks_of_the_host_must_be_an_import_of_the_contract() -> None:
    asking = HEAD + '(func (export "finish") (param i32 i32) (drop (call $host_left)))'
    with pytest.raises(InjectorError, match="getGasLeft"):
        instrument(contract("", imports=("finish",)), runtime=runtime(asking))


@pytest.mark.parametrize(
    "text",
    [
        '(func (export "main"))',
        '(memory (export "frame") 1) (global i32 (i32.const 0))',
        '(memory (export "frame") 1) (import "other" "thing" (global i32))',
        '(memory (export "frame") 1) (table 1 funcref) (func (call_indirect (i32.const 0)))',
        '(memory (export "frame") 1) (func (block (param i32) drop) (i32.const 0) drop)',
    ],
)
def test_what_is_no_runtime_is_refused(text: str) -> None:
    imports = text if "import" in text else ""
    wasm = f"(module {imports} {'' if imports else text})"
    with pytest.raises((InjectorError, wasmtime.WasmtimeError)):
        load_runtime(bytes(wasmtime.wat2wasm(wasm)))
