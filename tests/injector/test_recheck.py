"""The re-check finds what an erroneous injector would write, and nothing in what is right."""

from __future__ import annotations

import pytest
import wasmtime
from hypothesis import example, given
from hypothesis import strategies as st

from injector.counter_code import ByteReader, PatternReader
from injector.decode import Decoder
from injector.errors import Findings
from injector.leb128 import signed, sized, unsigned
from injector.limits import LARGE_LIMITS
from injector.opcodes import OPCODES
from injector.policy import POLICIES
from injector.recheck import Walk, skip_locals
from injector.scan import FLOAT_BYTES, INTEGERS

PAY = "(global.set $gas (i64.sub (global.get $gas) (i64.const 7)))"
CHECK = "(br_if $stop (i64.lt_s (global.get $gas) (i64.const 0)))"
COPY = "(local.set $copy (global.get $gas))"
BACK = "(global.set $gas (local.get $copy))"
PAY_COPY = "(local.set $copy (i64.sub (local.get $copy) (i64.const 7)))"
PAY_AND_CHECK_COPY = """(br_if $stop (i64.lt_s (local.tee $copy
    (i64.sub (local.get $copy) (i64.const 7))) (i64.const 0)))"""
CHECK_OUT = CHECK.replace("$stop", "$out")
OTHER = PAY.replace("$gas", "$other")
FROM_OTHER = PAY.replace("get $gas", "get $other")
AGAIN = "(br_if $again (local.get $n))"


def body(code: str) -> bytes:
    """The body, with its size, of a function as the injector might write it: the counter is `$gas`,
    function 0 is the host's, 1 of the module and 2 a helper."""
    wasm = wasmtime.wat2wasm(
        f"""(module (import "ethereum" "useGas" (func $host (param i64)))
        (memory 1) (table 1 funcref) (global $other (mut i64) (i64.const 0))
        (global $gas (mut i64) (i64.const 0))
        (func $f (local $n i32) (local $x i64) (local $copy i64) (block $stop {code}))
        (func $helper))"""
    )
    module = Decoder(bytes(wasm), POLICIES["core"], LARGE_LIMITS, Findings()).decode()
    start, end = module.bodies[0]
    return sized(bytes(wasm[start:end]))


def follow(whole: bytes, counter: int | None, imports: int, helpers: int) -> list[str]:
    """What both readers find wrong, which has to be the same."""
    found = []
    for reader in (ByteReader, PatternReader):
        walk = Walk(counter, imports, helpers, reader=reader)
        walk.function(whole, skip_locals(whole))
        found.append(walk.problems)
    assert found[0] == found[1]
    return found[0]


def problems(code: str, counter: int | None = 1) -> list[str]:
    return [problem.partition(": ")[2] for problem in follow(body(code), counter, 1, 2)]


@pytest.mark.parametrize(
    "code",
    [
        f"{PAY} {CHECK} (call $host (i64.const 0))",
        f"(loop $again {PAY} {CHECK} {AGAIN})",
        f"(loop $again {CHECK} {PAY} (br $again))",
        f"{COPY} (loop $again {PAY_AND_CHECK_COPY} {AGAIN}) {BACK} (call $f) {COPY}",
        f"(loop $again (if (local.get $n) (then {PAY}) (else {PAY})) {CHECK} (br $again))",
        f"(loop $again (loop $inner {PAY} {CHECK} (br_if $inner (local.get $n))) {AGAIN})",
        f"(loop $again (br_table $stop $stop (local.get $n)) {AGAIN})",
        f"(call $f) {CHECK} (call $host (i64.const 0))",
        "(loop $again (local.set $x (i64.sub (local.get $x) (i64.const 1))) (return))",
    ],
)
def test_nothing_is_wrong(code: str) -> None:
    assert problems(code) == []


@pytest.mark.parametrize(
    "code",
    [
        f"(loop $again {CHECK} {AGAIN})",
        f"(loop $again {CHECK} (if (local.get $n) (then {PAY})) (br $again))",
        f"{COPY} (loop $again {CHECK} (br_table $again $stop (local.get $n)))",
        f"(loop $again {CHECK} {AGAIN} {PAY} (br $again))",
        f"(loop $again (loop $inner {CHECK} (br_if $again (local.get $n))) {PAY})",
        f"(loop $again {CHECK} {OTHER} (br $again))",
        f"(loop $again {CHECK} {FROM_OTHER} (br $again))",
        f"(loop $again {CHECK} {PAY_COPY} (br $again))",  # nothing says that it is a copy
    ],
)
def test_an_unpaid_cycle_is_found(code: str) -> None:
    assert "an unpaid cycle" in problems(code)


@pytest.mark.parametrize(
    "code",
    [
        f"(loop $again {PAY} (br $again))",
        f"{CHECK} (loop $again {PAY} {AGAIN})",
        f"(loop $again {PAY} (if (local.get $n) (then {CHECK})) {AGAIN})",
        f"(loop $again {PAY} (br_if $stop (i64.lt_s (local.get $x) (i64.const 0))) {AGAIN})",
        f"(loop $again {PAY} (br_if $stop (i64.lt_s (global.get $other) (i64.const 0))) {AGAIN})",
        f"(loop $again {PAY} (br_if $again (i64.lt_s (global.get $gas) (i64.const 0))))",
        f"(loop $again {PAY} (br_if $stop (i64.lt_s (global.get $gas) (i64.const 1))) {AGAIN})",
        f"(loop $again {PAY} (br_if $stop (i64.lt_u (global.get $gas) (i64.const 0))) {AGAIN})",
    ],
)
def test_a_cycle_without_a_check_is_found(code: str) -> None:
    assert "a cycle without a check" in problems(code)


@pytest.mark.parametrize(
    "code",
    [
        "(call $host (i64.const 0))",
        f"{CHECK} {PAY} (call $host (i64.const 0))",
        f"{CHECK} (call $f) (call $host (i64.const 0))",
        f"(if (local.get $n) (then {CHECK})) (call $host (i64.const 0))",
        f"(block $out {CHECK_OUT} (return)) (call $host (i64.const 0))",
        f"{PAY} (call_indirect (i32.const 0))",
    ],
)
def test_a_call_of_the_host_in_debt_is_found(code: str) -> None:
    assert problems(code) == ["the host is called in debt"]


@pytest.mark.parametrize("cost", [0, -1, -(1 << 40)])
def test_a_charge_of_nothing_is_found(cost: int) -> None:
    code = f"{COPY} {PAY} {PAY_COPY}".replace("const 7", f"const {cost}")
    assert problems(code) == ["a charge of nothing"] * 2


@pytest.mark.parametrize(
    "value", ["i64.const 9", "local.get $x", "i64.add (global.get $gas) (i64.const 7)"]
)
def test_a_counter_that_is_set_otherwise_is_found(value: str) -> None:
    assert problems(f"(global.set $gas ({value}))") == [
        "the counter is set otherwise than by charging"
    ]


def test_gas_charged_by_a_call_of_the_host_is_seen() -> None:
    assert problems(f"(loop $again (call $host (i64.const 7)) {AGAIN})", None) == []
    assert "an unpaid cycle" in problems(f"(loop $again {AGAIN})", None)


CONTROL = frozenset({"block", "else", "end", "br", "br_if", "br_table", "return", "unreachable"})
SKIPPED = [row for row in OPCODES if row.immediate not in CONTROL]


@st.composite
def instructions(draw: st.DrawFn) -> bytes:
    """One instruction that has nothing to do with control, with any operands."""
    row = draw(st.sampled_from(SKIPPED))
    if row.prefix is None and row.code in FLOAT_BYTES:
        size = FLOAT_BYTES[row.code]
        return bytes([row.code]) + draw(st.binary(min_size=size, max_size=size))
    count = {"memory.init": 2, "memory.copy": 2, "table.init": 2, "table.copy": 2, "": 0}
    if row.prefix is not None:
        head, integers = bytes([row.prefix]) + unsigned(row.code), count.get(row.immediate, 1)
    else:
        head, integers = bytes([row.code]), INTEGERS[row.code]
    operand = st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(-70, 200)
    return head + b"".join(signed(draw(operand)) for _ in range(integers))


LOOP_BACK = b"\x03\x40\x0c\x00\x0b\x0b"  # loop, br 0, end; end


@given(st.lists(instructions(), max_size=30))
@example([b"\x20\x07", b"\x42\x00", b"\x53", b"\x24\x81\x00"])
@example([b"\x20\x07", b"\x42\x05", b"\x7d", b"\x22\x07", b"\x42\x00", b"\x53"])
@example([b"\x23\x09", b"\x84", b"\x42\x00", b"\x53"])
@example([b"\x7e", b"\x7d", b"\x21\x03"])
def test_every_instruction_is_skipped_whole(code: list[bytes]) -> None:
    whole = sized(b"\x00" + b"".join(code) + LOOP_BACK)
    branch = len(whole) - 4
    assert [p for p in follow(whole, 1 << 40, 0, 0) if "cycle" in p] == [
        f"offset {branch:#x}: an unpaid cycle",
        f"offset {branch:#x}: a cycle without a check",
    ]


# The counter is global 1, and local 2 its copy wherever one is made.
LOADS = (b"\x20\x02", b"\x23\x01", b"\x22\x02", b"\x20\x00", b"\x23\x00")
STORES = (b"\x21\x02", b"\x24\x01", b"\x22\x02", b"\x21\x00", b"\x24\x00")
FRAGMENTS = st.sampled_from([
    *LOADS, *STORES, b"\x42\x07", b"\x42\xc0\x00", b"\x42\x00", b"\x7d", b"\x7e", b"\x53", b"\x84",
    b"\x0d\x00", b"\x23\x01\x21\x02", b"\x20\x02\x42\x07\x7d", b"\x42\x00\x53\x0d\x00", b"\x7e\x7d",
    b"\x10\x00", b"\x10\x01", b"\x02\x40", b"\x0b", b"\x0b",
])  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60))
def test_both_readers_see_the_same_in_code_on_the_counter(fragments: list[bytes]) -> None:
    """`follow` compares them; blocks are closed where the fragments leave some open, or none."""
    code, opened = [b"\x02\x40"], 1
    for fragment in fragments:
        if fragment == b"\x0b" and opened == 1:
            continue
        opened += {b"\x02\x40": 1, b"\x0b": -1}.get(fragment, 0)
        code.append(fragment)
    whole = sized(b"\x00" + b"".join(code) + b"\x0b" * opened + LOOP_BACK)
    assert any("cycle" in problem for problem in follow(whole, 1, 1, 2))
