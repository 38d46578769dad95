"""The written module: what is kept, what is added, that it is the same every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import wasmtime
from random_modules import engine, is_valid
from small_contracts import contract, run_metered

from injector import VERSION, InjectorError, check, instrument, load_schedule
from injector.decode import Decoder
from injector.encode import METERING_SECTION, custom_section
from injector.errors import Findings
from injector.limits import LARGE_LIMITS
from injector.module import CUSTOM, Module
from injector.names import read_names
from injector.policy import POLICIES

ROOT = Path(__file__).resolve().parents[2]
WASM = contract(
    "(call $f) (drop (memory.grow (i32.const 1)))",
    "(func $f (call $g) (call $main))",
    "(func $g)",
    "(global $mine (mut i32) (i32.const 7))",
    '(data (i32.const 0) "hello")',
)


def decode(wasm: bytes) -> Module:
    return Decoder(wasm, POLICIES["core"], LARGE_LIMITS, Findings()).decode()


def customs(wasm: bytes) -> dict[str, bytes]:
    return {s.name: wasm[s.start : s.end] for s in decode(wasm).sections if s.kind == CUSTOM}


def test_exports_the_counter() -> None:
    exports = {e.name: e.type for e in wasmtime.Module(engine(), instrument(WASM)).exports}
    assert set(exports) == {"main", "memory", "gas_left"}
    kind = exports["gas_left"]
    assert (str(kind.content), kind.mutable) == ("i64", True)


def test_the_counter_starts_at_its_highest_value() -> None:
    store = wasmtime.Store(engine())
    instance = wasmtime.Instance(store, wasmtime.Module(engine(), instrument(WASM)), [])
    assert instance.exports(store)["gas_left"].value(store) == 2**63 - 1


def test_names_the_rules_and_the_schedule() -> None:
    text = customs(instrument(WASM))[METERING_SECTION].decode()
    assert text == f"rules {VERSION}\nschedule particles {load_schedule('particles').hash}\n"


def test_refuses_an_instrumented_module() -> None:
    metered = instrument(WASM)
    reasons = {finding.reason for finding in check(metered)}
    assert "the module is already instrumented" in reasons
    with pytest.raises(InjectorError, match="already instrumented"):
        instrument(metered, policy="core")


def test_keeps_names_and_adds_those_of_added_functions() -> None:
    before = read_names(decode(WASM))
    after = read_names(decode(instrument(WASM)))
    assert before is not None
    assert after is not None
    names = [after.functions[index] for index in sorted(after.functions)]
    assert names[:3] == ["f", "g", "main"]
    assert all(name.startswith("gas.") for name in names[3:])
    assert after.others[7] == before.others[7]


def test_a_function_in_a_table_keeps_its_place_and_name() -> None:
    wasm = contract(
        "(call_indirect (type $t) (i32.const 0))",
        "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f)",
        "(func $f (call $g)) (func $g)",
    )
    names = read_names(decode(instrument(wasm)))
    assert names is not None
    assert [names.functions[index] for index in range(4)] == ["gas.table.f", "g", "main", "f"]


def test_drops_other_custom_sections_and_ill_formed_names() -> None:
    named = contract("")
    section = next(s for s in decode(named).sections if s.kind == CUSTOM)
    unnamed = named[: section.start - len("name") - 3]  # section number, size, name
    wasm = unnamed + custom_section("producers", b"\xff\xff") + custom_section("name", b"\x01\x05")
    assert check(wasm) == ()
    assert set(customs(instrument(wasm))) == {METERING_SECTION}


@pytest.mark.parametrize(
    ("declared", "written"), [("1", 512), ("1 4", 4), ("1 65536", 512), ("0 512", 512)]
)
def test_writes_the_maximum_of_the_memory(declared: str, written: int) -> None:
    from small_contracts import module

    wasm = module(f'(memory (export "memory") {declared})', '(func (export "main"))')
    assert decode(instrument(wasm)).memories[0].maximum == written


def test_same_bytes_for_every_hash_seed() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from injector import instrument;"
        "sys.stdout.write(instrument(bytes.fromhex(sys.argv[2])).hex())"
    )
    outputs = set()
    for seed in ("0", "1", "77"):
        done = subprocess.run(
            [sys.executable, "-c", script, str(ROOT), WASM.hex()],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        )
        outputs.add(done.stdout)
    assert outputs == {instrument(WASM).hex()}


def test_needs_only_the_standard_library() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from injector import instrument;"
        "sys.stdout.write(instrument(bytes.fromhex(sys.argv[2])).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(ROOT), WASM.hex()],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == instrument(WASM).hex()


@pytest.mark.parametrize("schedule", ["particles", "unit", "fuel", "none"])
def test_output_is_valid(schedule: str) -> None:
    assert is_valid(instrument(WASM, schedule=schedule))


RECURSION = {
    "plain": contract("(call $main)"),
    "many locals": contract("(local i64 i64 i64 i64 i64 i64 i64 i64) (call $main)"),
    "two functions": contract("(call $f)", "(func $f (call $g)) (func $g (call $f))"),
    "indirect": contract(
        "(call_indirect (type $t) (i32.const 0))",
        "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $main)",
    ),
}


@pytest.mark.parametrize("name", RECURSION)
@pytest.mark.parametrize("schedule", ["particles", "none"])
def test_recursion_meets_our_limit_first(name: str, schedule: str) -> None:
    result = run_metered(instrument(RECURSION[name], schedule=schedule))
    assert (result.trap, result.left) == (True, -2)
