"""Recursion ends by our rule also where the compiler keeps far more than the operand stack holds.

An optimising compiler moves out of a loop what does not change in it, and computes once what is
written twice. The results wait in the native frame, so a function of few operands can have a
frame of many kilobytes and would use up the engine's stack first.
"""

from __future__ import annotations

import pytest
import wasmtime

import injector

ENGINE_STACK = 1 << 20
"""What the machine gives the engine for the wasm frames of one nesting level."""

KEPT = {
    "products": "(local.set $x (i64.xor (local.get $x) (i64.mul (local.get $a) (i64.const {k}))))",
    "products stored": "(i64.store (i32.const {at}) (i64.mul (local.get $a) (i64.const {k})))",
    "indices": "(i64.store (i32.mul (i32.wrap_i64 (local.get $a)) (i32.const {at})) (local.get $x))",
    "conditions": "(if (i64.eqz (i64.mul (local.get $a) (i64.const {k}))) (then (local.set $x (local.get $b))))",
    "a chain": "(local.set $x (i64.xor (local.get $x) (local.tee $t (i64.rotl (local.get $t) (local.get $b)))))",
}

RECURSE = "(local.set $x (i64.add (local.get $x) (call $f (local.get $a) (local.get $b))))"


def recursive(statement: str, count: int, *, in_loop: bool) -> bytes:
    """A function that keeps `count` results over a call of itself."""
    body = " ".join(
        statement.format(k=12_345_678_901 + 7_919 * n, at=64 + 8 * n) for n in range(count)
    )
    start = "(local.set $t (local.get $a))"
    code = (
        f"(loop $again {start} {body} {RECURSE} (br_if $again (local.get $n)))"
        if in_loop
        else f"{start} {body} {start} {body} {RECURSE}"
    )
    return bytes(
        wasmtime.wat2wasm(
            '(module (memory (export "memory") 8)'
            "(func $f (param $a i64) (param $b i64) (result i64)"
            f"(local $x i64) (local $t i64) (local $n i32) {code} (local.get $x))"
            '(func (export "main") (drop (call $f (i64.const 1) (i64.const 9)))))'
        )
    )


@pytest.mark.parametrize("in_loop", [True, False], ids=["moved out of a loop", "computed once"])
@pytest.mark.parametrize("count", [8, 300, 2_000])
@pytest.mark.parametrize("kept", KEPT)
def test_the_injected_limit_comes_before_the_engines(kept: str, count: int, in_loop: bool) -> None:
    config = wasmtime.Config()
    config.max_wasm_stack = ENGINE_STACK
    engine = wasmtime.Engine(config)
    metered = injector.instrument(recursive(KEPT[kept], count, in_loop=in_loop), schedule="none")
    store = wasmtime.Store(engine)
    exports = wasmtime.Instance(store, wasmtime.Module(engine, metered), []).exports(store)
    with pytest.raises(wasmtime.Trap) as trap:
        exports["main"](store)
    assert trap.value.trap_code is wasmtime.TrapCode.UNREACHABLE
    assert exports["gas_left"].value(store) == -2
