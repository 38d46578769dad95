"""Recursion ends with our limit on the stack at one depth, whatever the engine does."""

from __future__ import annotations

import pytest
import wasmtime

from fuzz.engine import Run
from fuzz.recursion import ENGINES, PLENTY, recursion_is_limited
from injector import instrument
from injector.charges import STACK_EXHAUSTED


@pytest.mark.parametrize("seed", range(6))
def test_random_frames(seed: int) -> None:
    assert recursion_is_limited(seed)["recursions"] == 1


@pytest.mark.parametrize("count", [0, 100, 300, 1_000, 3_000])
def test_results_that_the_engine_keeps_over_a_call(count: int) -> None:
    """What is computed before and after a call is computed once, and kept in the native frame."""
    stores = " ".join(
        f"(i32.store offset={4 * (i % 1_000)} (i32.const 4096)"
        f" (i32.mul (local.get 0) (i32.const {2 * i + 3})))"
        for i in range(count)
    )
    recursive = f"(func $f (param i32) {stores} (call $f (i32.load (i32.const 0))) {stores})"
    text = f'(module (memory 1) {recursive} (func (export "main") (call $f (i32.const 1))))'
    metered = instrument(bytes(wasmtime.wat2wasm(text)), policy="core", schedule="unit")
    for stack, level in ENGINES:
        run = Run(metered, "global", PLENTY, stack, level)
        run.instantiate()
        assert run.call("main").left == STACK_EXHAUSTED, (stack, level)
