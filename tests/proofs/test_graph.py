"""The walker over the output sees what is wrong, so what it lets pass is right."""

from __future__ import annotations

import pytest
import wasmtime

from fuzz.graph import check_output
from fuzz.proof import Disagreement

PAID = "(global.set $gas (i64.sub (global.get $gas) (i64.const 5)))"
CHECKED = "(if (i64.lt_s (global.get $gas) (i64.const 0)) (then unreachable))"
FREE = "(global.set $gas (i64.sub (global.get $gas) (i64.const 0)))"


def _module(code: str, added: str = "") -> bytes:
    text = f"""(module (import "ethereum" "getCaller" (func $host (param i32)))
      (func $main (export "main") {code}) {added})"""
    return bytes(wasmtime.wat2wasm(text))


def _check(original: str, output: str) -> None:
    gas = '(global $gas (export "gas_left") (mut i64) (i64.const 0))'
    check_output(_module(original), _module(output, gas), "global", "case")


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        (f"(loop {CHECKED} (br 0))", "a cycle without a charge"),
        (f"(loop {FREE} {CHECKED} (br 0))", "a cycle without a charge"),
        (f"(loop {PAID} (br 0))", "a cycle without a check"),
        (f"(loop (if (i32.const 1) (then {PAID})) {CHECKED} (br 0))", "a cycle without a charge"),
        (f"(loop {PAID} {CHECKED} (loop (br_if 1 (i32.const 1)) (br_if 0 (i32.const 1))))",
         "a cycle without a charge"),
        (f"{CHECKED} (call $main)", "recursion without a charge"),
        (f"{PAID} (call $main)", "recursion without a check"),
        (f"{PAID} (call $host (i32.const 0))", "the host is called in debt"),
        (f"{CHECKED} (block (br_if 0 (i32.const 1)) {PAID}) (call $host (i32.const 0))",
         "the host is called in debt"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_seen(code: str, problem: str) -> None:
    with pytest.raises(Disagreement, match=problem):
        _check("nop", code)


@pytest.mark.parametrize(
    "code",
    [
        f"(loop {PAID} {CHECKED} (br_if 0 (i32.const 1)))",
        f"{PAID} {CHECKED} (call $main)",
        f"{PAID} {CHECKED} (call $host (i32.const 0)) (call $host (i32.const 0))",
        "(block (br 0) (loop (br 0)) (call $host (i32.const 0)))",  # dead code
        "(loop (br_if 1 (i32.const 1)))",  # leaves the loop
    ],
)
def test_what_is_right_passes(code: str) -> None:
    _check("nop", code)


def test_a_local_of_the_contract_is_no_counter() -> None:
    code = """(local i64) (loop (local.set 0 (i64.sub (local.get 0) (i64.const 5)))
      (br_if 0 (i64.lt_s (local.get 0) (i64.const 0))))"""
    with pytest.raises(Disagreement, match="a cycle without a charge"):
        _check(code, code)


COUNTED = """(local i32) (global.set $gas (i64.sub (global.get $gas)
    (i64.mul (i64.extend_i32_u (i32.sub (local.get 0) (i32.const 9))) (i64.const 5))))
  (br_if 0 (i64.lt_s (global.get $gas) (i64.const 0)))"""
TURN = "(i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9))"


def test_a_loop_that_counts_and_is_paid_before_passes() -> None:
    _check("nop", f"{COUNTED} (loop nop (br_if 0 {TURN}))")


@pytest.mark.parametrize(
    "loop",
    [
        f"(loop (local.set 0 (i32.const 1)) (br_if 0 {TURN}))",  # sets the counter
        f"(loop (br_if 0 {TURN}) (br_if 0 (i32.const 1)))",  # comes back otherwise
        f"(loop (br_if 0 {TURN.replace('i32.ne', 'i32.eq')}))",
        f"nop (loop (br_if 0 {TURN.replace('i32.const 1', 'i32.const 0')}))",
    ],
)
def test_a_loop_that_may_go_on_is_no_counted_loop(loop: str) -> None:
    with pytest.raises(Disagreement, match="a cycle without a charge"):
        _check("nop", f"{COUNTED} {loop}")
