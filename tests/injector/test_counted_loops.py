"""Loops that are paid before they start cost what their turns cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_contracts import contract, price, run, run_metered

from injector import instrument, instrument_with_stats
from injector.counted_loops import find_counted_loop

STEPS = [1, -1, 2, -2, 3, -3, 4, 5, 6, 8, -8, 16, 20, -20, 48, 320, 3200, 2**31 - 1, -(2**31)]
FORMS = ["zero", "constant after", "local after", "constant before", "local before"]
TURN = ["nop", "local.get", "i32.const", "i32.add", "local.tee", "br_if"]


def loop(form: str, start: int, step: int, bound: int) -> bytes:
    """A contract whose loop adds `step` to a local until it is `bound`."""
    after_sum = f"(local.tee 0 (i32.add (local.get 0) (i32.const {step})))"
    source = "(local.get 1)" if form.startswith("local") else f"(i32.const {bound})"
    test = after_sum
    if form.endswith("after"):
        test = f"(i32.ne {after_sum} {source})"
    elif form.endswith("before"):
        test = f"(i32.ne {source} {after_sum})"
    return contract(
        f"""(local i32 i32) (local.set 0 (i32.const {start})) (local.set 1 (i32.const {bound}))
        (loop nop (br_if 0 {test})) nop"""
    )


def expected(form: str, turns: int) -> int:
    more = (
        [] if form == "zero" else ["i32.ne", f"{'local.get' if 'local' in form else 'i32.const'}"]
    )
    head = ["i32.const", "local.set", "i32.const", "local.set", "loop", "nop"]
    return price(*head, locals_=2) + turns * (price(*TURN, *more) - price())


@given(
    form=st.sampled_from(FORMS),
    start=st.integers(-(2**31), 2**31 - 1),
    step=st.sampled_from(STEPS),
    turns=st.integers(1, 300),
)
def test_all_turns_are_paid(form: str, start: int, step: int, turns: int) -> None:
    period = 2**32 // (step & -step)
    turns = (turns - 1) % period + 1
    if form == "zero":
        start = signed(-turns * step)
    bound = 0 if form == "zero" else signed(start + turns * step)
    wasm = loop(form, start, step, bound)
    output, stats = instrument_with_stats(wasm)
    assert b"\x7e" in output[output.index(b"\x03\x40") - 40 :]  # a product: paid before
    assert stats.functions[0].charge_points <= 3
    metered = instrument(wasm)
    result = run_metered(metered)
    assert (result.trap, result.used) == (False, expected(form, turns))
    total = result.used
    assert run_metered(metered, total).left == 0
    short = run_metered(metered, total - 1)
    assert (short.trap, short.left) == (True, -1)


def signed(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


@pytest.mark.parametrize("step", [16, -32])
def test_a_whole_round_is_paid(step: int) -> None:
    """A counter that starts at its bound comes back to it after 2^32 / step turns."""
    turns = 2**32 // abs(step)
    wasm = loop("constant after", 40, step, 40)
    result = run(wasm, gas=2**62)
    assert (result.trap, result.used) == (False, expected("constant after", turns))


@pytest.mark.parametrize(("step", "distance"), [(2, 1), (4, 6), (-8, 12), (20, 10)])
def test_a_loop_that_never_ends_is_out_of_gas_at_once(step: int, distance: int) -> None:
    result = run(loop("constant after", 0, step, distance), gas=2**62)
    assert (result.trap, result.left) == (True, -1)


@pytest.mark.parametrize(
    "body",
    [
        # The counter is set a second time.
        "(local.set 0 (local.get 0)) (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1))))",
        # The bound is set inside.
        (
            "(local.set 1 (i32.const 3)) (br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0)"
            " (i32.const 1))) (local.get 1)))"
        ),
        # The bound is the counter.
        "(br_if 0 (i32.ne (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (local.get 0)))",
        # Another local is tested.
        "(br_if 0 (local.tee 1 (i32.add (local.get 0) (i32.const 1))))",
        # No step.
        "(br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 0))))",
        # Another comparison.
        "(br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 9)))",
        # A way out in the middle.
        "(br_if 1 (local.get 1)) (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1))))",
    ],
)
def test_other_loops_are_paid_turn_by_turn(body: str) -> None:
    wasm = contract(f"(local i32 i32) (local.set 0 (i32.const -5)) (block (loop {body}))")
    start = wasm.index(b"\x03\x40") + 2
    end = wasm.index(b"\x0d\x00", start) + 2
    middle = "br_if 1" in body
    assert middle or find_counted_loop(wasm, start, end) is None
    result = run(wasm, gas=10**7)
    assert result.trap == (result.left == -1)
    if middle:
        turn = ["local.get", "br_if", "local.get", "i32.const", "i32.add", "local.tee", "br_if"]
        head = price("i32.const", "local.set", "block", "loop", locals_=2)
        assert result.used == head + 5 * (price(*turn) - price())


def test_counted_in_a_function_that_calls() -> None:
    """There the first declared local, which counts here, gets another index."""
    code = """(local i32) (call $f) (local.set 0 (i32.const -7))
      (loop (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))"""
    turn = ["local.get", "i32.const", "i32.add", "local.tee", "br_if"]
    total = price("call", "i32.const", "local.set", "loop", *turn * 7, locals_=1) + price()
    assert run(contract(code, "(func $f)")).used == total


def test_what_follows_is_paid_before_the_first_of_several_loops() -> None:
    """So all the code between and behind loops is one charge; only the turns are computed apart."""
    turn = ["local.get", "i32.const", "i32.add", "local.tee", "br_if"]
    one = """(local.set 0 (i32.const {})) (loop
      (br_if 0 (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))"""
    wasm = contract(f"(local i32) {one.format(-7)} nop {one.format(-9)} nop nop")
    metered = instrument(wasm)
    assert metered.count(b"\x7d\x21\x01") == 1  # i64.sub into the copy of the counter
    assert metered.count(b"\x7e\x7d\x22\x01") == 2  # the same after i64.mul
    head = ["i32.const", "local.set", "loop"]
    total = price(*head * 2, *turn * 16, *["nop"] * 3, locals_=1)
    assert run_metered(metered, total).left == 0
    short = run_metered(metered, total - 1)
    assert (short.trap, short.left) == (True, -1)
