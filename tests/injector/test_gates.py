"""What is refused, where, why and with which advice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_contracts import contract, module

from injector import Counter, Finding, InjectorError, Limits, check, instrument
from injector.eei_signatures import EEI_SIGNATURES
from injector.policy import POLICIES
from injector.schedule import find_schedule

EMPTY = contract("")


def one(wasm: bytes, **options: object) -> Finding:
    """The only finding."""
    findings = check(wasm, **options)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def test_accepts_an_empty_contract() -> None:
    assert check(EMPTY) == ()


@pytest.mark.parametrize(
    "code",
    [
        "(drop (i32.extend8_s (i32.const 1))) (drop (i64.extend32_s (i64.const 1)))",
        "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))",
        "(memory.fill (i32.const 0) (i32.const 0) (i32.const 0))",
        "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $d)",
        "(block (result i32 i64) (i32.const 1) (i64.const 1)) drop drop",
        "(drop (select (result i64) (i64.const 1) (i64.const 2) (i32.const 0)))",
        "(call_indirect (type $t) (i32.const 0))",
        "(global.set $g (i32.add (global.get $g) (global.get $e)))",
    ],
)
def test_accepts_the_accepted_features(code: str) -> None:
    fields = (
        '(data $d "abc")',
        "(type $t (func))",
        "(table 1 funcref)",
        "(global $g (mut i32) (i32.const 1))",
        "(global $e i32 (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))",
    )
    assert check(contract(code, *fields)) == ()


def test_every_method_can_be_imported() -> None:
    assert check(contract("", imports=tuple(EEI_SIGNATURES))) == ()


@pytest.mark.parametrize(
    ("field", "found", "advice"),
    [
        ("(func (drop (f64.add (f64.const 1) (f64.const 2))))", "f64.const", "integers"),
        ("(func (param f32))", "type f32", "integers"),
        ("(func (result f64) unreachable)", "type f64", "integers"),
        ("(func (local f32))", "type f32", "integers"),
        ("(func (block (result f32) unreachable) drop)", "type f32", "integers"),
        ("(func (drop (select (result f64) unreachable)))", "type f64", "integers"),
        ("(global f32 (f32.const 0))", "type f32", "integers"),
        ("(func (drop (i32.trunc_sat_f32_s unreachable)))", "i32.trunc_sat_f32_s", "-mcpu=mvp"),
        ("(func (param externref))", "type externref", "reference-types"),
        ("(table 1 externref)", "type externref", "reference-types"),
        ("(table 1 funcref) (table 1 funcref)", "tables", "reference-types"),
        ("(func $f) (elem declare func $f) (func (drop (ref.func $f)))", "ref.func", "-mcpu"),
        ("(table 1 funcref) (func (drop (table.size 0)))", "table.size", "-mcpu=mvp"),
        ("(func (local v128))", "type 0x7b", "-msimd128"),
        ("(func (drop (i8x16.splat (i32.const 1))))", "opcode 0xfd 15", "-msimd128"),
        ("(func (drop (i32x4.relaxed_trunc_f32x4_s unreachable)))", "0xfd 257", "relaxed"),
        ("(func (atomic.fence))", "opcode 0xfe 3", "-pthread"),
        ("(func $f (return_call $f))", "opcode 0x12", "-mtail-call"),
        ("(func (try_table nop))", "opcode 0x1f", "-fno-exceptions"),
        ("(tag)", "tag section", "-fno-exceptions"),
        ("(type (struct))", "type form 0x5f", ""),
        ("(func (param (ref func)))", "type 0x64", ""),
        ("(memory 1)", "2 memories", ""),
        ("(func $s) (start $s)", "start section", "--exportStart main"),
        ('(func (export "__heap_base"))', "export `__heap_base`", "--export=main"),
        ('(func (export "other"))', "export `other`", "only `main` and `memory`"),
    ],
)
def test_refuses_with_name_and_advice(field: str, found: str, advice: str) -> None:
    finding = check(contract("", field))[0]
    assert found in finding.found
    assert advice in finding.advice
    assert finding.reason
    assert "\n" not in str(finding)
    assert 8 <= finding.offset <= len(contract("", field))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ('(import "env" "abort" (func (param i32 i32 i32 i32)))', "--use abort="),
        ('(import "env" "puts" (func (param i32)))', "undefined symbol"),
        ('(import "wasi_snapshot_preview1" "fd_write" (func))', "WASI"),
        ('(import "ethereum" "getBalance" (func (param i32 i32)))', "getExternalBalance"),
        ('(import "ethereum" "foobar" (func))', ""),
        ('(import "debug" "print32" (func (param i32)))', ""),
        ('(import "ethereum" "memory" (memory 1))', ""),
        ('(import "ethereum" "g" (global i32))', "link without"),
    ],
)
def test_refuses_imports_beside_the_interface(text: str, advice: str) -> None:
    memory = "" if "memory 1" in text else '(memory (export "memory") 1)'
    findings = check(module(text, memory, '(func (export "main"))'))
    assert findings[0].found.startswith("import `")
    assert advice in findings[0].advice


@pytest.mark.parametrize("name", EEI_SIGNATURES)
def test_refuses_a_method_of_another_type(name: str) -> None:
    field = f'(import "ethereum" "{name}" (func (param i32 i64 i32)))'
    finding = one(module(field, '(memory (export "memory") 1)', '(func (export "main"))'))
    assert "has type (i32, i64, i32) -> (), must have" in finding.reason


def test_one_finding_for_each_feature_of_a_function() -> None:
    wasm = contract(
        "",
        "(func $float_one (drop (f64.neg (f64.const 1))) (drop (f32.const 1)))",
        "(func $float_two (drop (f32.const 1)))",
    )
    findings = check(wasm)
    assert [finding.function_name for finding in findings] == ["float_one", "float_two"]
    assert str(findings[0]).startswith(f"function 0 `float_one`, offset {findings[0].offset:#x}: ")
    assert wasm[findings[0].offset] == 0x44


def test_at_most_a_hundred_findings() -> None:
    fields = [f"(func (drop (f64.const {n})))" for n in range(150)]
    assert len(check(contract("", *fields))) == 100


@pytest.mark.parametrize(
    ("wasm", "reason"),
    [
        (b"", "not a WebAssembly"),
        (b"\0asm", "not a WebAssembly"),
        (b"\0asm\2\0\0\0", "not a WebAssembly"),
        (b"\0asm\1\0\0\0\x0f\0", "no such section"),
        (b"\0asm\1\0\0\0\1\5", "longer than the module"),
        (EMPTY + b"\1\1\0", "out of order"),
        (EMPTY[:8] + b"\0\5\x09name", "ends too early"),
    ],
)
def test_malformed(wasm: bytes, reason: str) -> None:
    assert reason in one(wasm).reason


@pytest.mark.parametrize(
    ("limits", "wasm"),
    [
        (Limits(module_bytes=20), EMPTY),
        (Limits(functions=1), contract("", "(func)")),
        (Limits(body_bytes=5), contract("nop nop nop nop nop")),
        (Limits(locals_per_function=2), contract("(local i32 i64 i32)")),
        (Limits(locals_total=2), contract("(local i32 i64 i32)")),
        (Limits(params=1), contract("", "(func (param i32 i32))")),
        (Limits(results=1), contract("", "(func (result i32 i32) unreachable)")),
        (Limits(types=1), contract("", "(func (param i32))")),
        (Limits(imports=0), contract("", imports=("useGas",))),
        (Limits(globals=0), contract("", "(global i32 (i32.const 1))")),
        (Limits(table_entries=3), contract("", "(table 4 funcref)")),
        (Limits(element_segments=0), contract("", "(elem func)")),
        (Limits(element_entries=1), contract("", "(elem func $main $main)")),
        (Limits(data_segments=0), contract("", '(data "a")')),
        (Limits(br_table_entries=1), contract("(br_table 0 0 0 (i32.const 0))")),
        (Limits(nesting=1), contract("(block (block))")),
        (Limits(charge_points_per_function=2), contract("(loop (loop (loop)))")),
        (Limits(charge_points=3), contract("(loop)", "(func (loop))")),
        (
            Limits(loop_locals=3),
            contract("(loop)", "(func (param i32 i64) (local i32) (loop) (loop))"),
        ),
        (Limits(memory_pages=1), contract("", pages=2)),
    ],
)
def test_limits(limits: Limits, wasm: bytes) -> None:
    assert check(wasm) == ()
    assert "limit is" in check(wasm, limits=limits)[0].reason


@pytest.mark.parametrize("schedule", ["none", "unit", "particles"])
def test_whether_a_module_is_accepted_does_not_depend_on_how_much_is_added(schedule: str) -> None:
    """With ten thousand functions that call another, what is added is more than what was there."""
    wasm = contract("", *["(func (call $main))"] * 9_999)
    assert check(wasm) == ()
    assert len(instrument(wasm, schedule=schedule)) > len(wasm)


def test_missing_exports() -> None:
    found = {(finding.found, finding.reason) for finding in check(module("(memory 1)"))}
    assert found == {("export `main`", "is missing"), ("export `memory`", "is missing")}
    findings = check(module('(memory (export "main") 1)', '(func (export "memory"))'))
    assert [finding.reason for finding in findings] == ["is not a function", "is not a memory"]
    finding = one(module('(memory (export "memory") 1)', '(func (export "main") (param i32))'))
    assert finding.reason == "has parameters or results"


@given(st.binary(max_size=300))
def test_never_raises_on_any_bytes(data: bytes) -> None:
    check(data)
    check(b"\0asm\1\0\0\0" + data)
    check(b"\0asm\1\0\0\0" + data, policy="core")


def test_unknown_names() -> None:
    with pytest.raises(InjectorError, match="unknown policy 'any'"):
        check(EMPTY, policy="any")
    with pytest.raises(InjectorError, match="unknown counter 'none'"):
        instrument(EMPTY, counter="none")


def test_names_and_objects_mean_the_same() -> None:
    for counter in Counter:
        by_name = instrument(EMPTY, policy="core", schedule="unit", counter=counter.value)
        by_object = instrument(
            EMPTY, policy=POLICIES["core"], schedule=find_schedule("unit"), counter=counter
        )
        assert by_name == by_object


def test_core_keeps_start_and_memory() -> None:
    wasm = module("(memory 1 700)", "(func $s)", "(start $s)", "(func (param f64))")
    assert check(wasm, policy="core") == ()
    assert instrument(wasm, policy="core")
