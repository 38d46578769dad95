"""The gas of a report is what running costs: for straight code exactly, for branches at most."""

from __future__ import annotations

import wasmtime
from builders import contract
from hypothesis import given
from hypothesis import strategies as st

import injector
from evm_wasm.project.cleaning import clean
from evm_wasm.project.report import report_module

NOTHING_USED = 2**63 - 1
"""What `gas_left` holds before a run."""

_STATEMENTS = st.sampled_from(
    [
        "nop",
        "(local.set $x (i64.mul (local.get $x) (i64.const 3)))",
        "(i64.store (i32.const 8) (local.get $x))",
        "(drop (i64.div_u (i64.load (i32.const 8)) (i64.const 7)))",
        "(global.set $g (i32.add (global.get $g) (i32.const 1)))",
        "(drop (i32.popcnt (global.get $g)))",
        "(block (nop))",
    ]
)
_BRANCHES = st.sampled_from(
    [
        "(if (global.get $g) (then (nop)) (else (global.set $g (i32.const 1))))",
        "(block (br_if 0 (i64.eqz (local.get $x))) (local.set $x (i64.const 0)))",
        "(block (br 0) (global.set $g (i32.const 1)))",
    ]
)


def wasm_of(statements: list[str]) -> bytes:
    body = " ".join(["(local $x i64)", *statements])
    return contract(body, more="(global $g (mut i32) (i32.const 0))")


def particles_used(wasm: bytes) -> int:
    """What a run of `main` takes, by the counter inside of the module."""
    store = wasmtime.Store()
    module = wasmtime.Module(store.engine, injector.instrument(wasm, schedule="particles"))
    exports = wasmtime.Instance(store, module, []).exports(store)
    exports["main"](store)
    return NOTHING_USED - exports["gas_left"].value(store)


def particles_reported(wasm: bytes) -> int:
    cleaned = clean(wasm)
    (main,) = report_module(cleaned.module, cleaned.names).functions
    return main.particles


@given(st.lists(_STATEMENTS, max_size=20))
def test_straight_code_costs_what_the_report_says(statements: list[str]) -> None:
    wasm = wasm_of(statements)
    assert particles_used(wasm) == particles_reported(wasm)


@given(st.lists(_STATEMENTS | _BRANCHES, max_size=20))
def test_code_without_loops_costs_no_more_than_the_report_says(statements: list[str]) -> None:
    wasm = wasm_of(statements)
    assert particles_used(wasm) <= particles_reported(wasm)
