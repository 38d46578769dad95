"""Contracts that look for what an earlier frame left, in every form of machine."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from builders import BLOCK, CONTRACT, FINISH, OTHER, STORE, World, contract, data, eei

from evm_wasm.model.message import HaltReason, Outcome, Status
from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm import Vm
from evm_wasm.vm.vm import HOST, MODULE

MAPPINGS = Path("/proc/self/maps")
LOAD = eei("storageLoad", "i32", "i32")
LOG = eei("log", *["i32"] * 7)
REVERT = eei("revert", "i32", "i32")
CALL = eei("call", "i64", "i32", "i32", "i32", "i32", result="i32")
SIZE = eei("getCallDataSize", result="i32")
COPY = eei("callDataCopy", "i32", "i32", "i32")
RETURNED = eei("getReturnDataSize", result="i32") + eei("returnDataCopy", "i32", "i32", "i32")
CODE_COPY = eei("codeCopy", "i32", "i32", "i32")
ALL = STORE + LOAD + LOG + REVERT + CALL + SIZE + COPY + RETURNED + CODE_COPY + FINISH
CALL_OTHER = (
    "(call $call (i64.const 500000) (i32.const 60000) (i32.const 64) (i32.const 0) (i32.const {}))"
)
FOUND = "(call $finish (i32.const 0) (i32.const 65536))"
"""Everything in memory is the output."""

ENDS = {
    "returning": "",
    "finish": "(call $finish (i32.const 0) (i32.const 64))",
    "revert": "(call $revert (i32.const 0) (i32.const 64))",
    "trap": "unreachable",
    "out of gas": "(loop (br 0))",
    "out of bounds": "(call $storageLoad (i32.const -1) (i32.const 0))",
    "in a host call": "(call $revert (i32.const 65500) (i32.const 64))",
    "out of stack": "(call $deep)",
}
LEAVE = """
  (memory.fill (i32.const 0) (i32.const 0xa5) (i32.const 59000))
  (memory.fill (i32.const 61000) (i32.const 0xa5) (i32.const 4536))
  (global.set $pointer (i32.const 7)) (global.set $long (i64.const 7))
"""
"""Dirties what an instance has."""

FIELDS = (
    "(global $pointer (mut i32) (i32.const 65536))"
    "(global $long (mut i64) (i64.add (i64.const 5) (i64.const -12)))"
    "(func $deep (call $deep))" + data(60_000, OTHER) + data(300, b"initial")
)
USE = """
  (i32.store (i32.const 0) (i32.const 1)) (i32.store (i32.const 32) (i32.const 1))
  (call $storageStore (i32.const 0) (i32.const 32))
  (call $storageLoad (i32.const 32) (i32.const 64))
  (call $log (i32.const 0) (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
  (call $codeCopy (i32.const 0) (i32.const 0) (i32.const 100))
  (drop {call}) (call $callDataCopy (i32.const 0) (i32.const 0) (call $getCallDataSize))
"""
"""Fills all rooms of the frame memory."""

LOOK = """
  (i32.store (i32.const 0) (global.get $pointer)) (i64.store (i32.const 8) (global.get $long))
  (i32.store (i32.const 16) (call $getReturnDataSize))
  (i32.store (i32.const 20) (call $getCallDataSize))
  (i32.store (i32.const 128) (i32.const 1))
  (call $storageLoad (i32.const 128) (i32.const 160))
  (call $codeCopy (i32.const 200) (i32.const 4) (i32.const 8))
"""

FORMS = [(form, reuses) for form in (HOST, MODULE) for reuses in (False, True)]


def machines() -> list[World]:
    """The same contracts on four machines: two forms, with new and with used instances."""
    made = []
    for form, reuses in FORMS:
        world = World(schedule="particles")
        world.vm = Vm(BYZANTIUM, "particles", eei=form, reuses_instances=reuses)
        made.append(world)
    return made


def agree(codes: dict[bytes, bytes], calls: list[dict[str, object]]) -> list[Outcome]:
    """Runs the calls on all machines, compares all they do, and gives the outcomes."""
    seen = []
    for world in machines():
        for address, code in codes.items():
            world.install(code, address)  # type: ignore[arg-type]
        outcomes = []
        for call in calls:
            outcome = world.call(**call)  # type: ignore[arg-type]
            outcomes.append((outcome, world.state.refund, world.state.logs))
            world.state.finish_transaction(delete_empty=True)
        seen.append((outcomes, world.state.storage_changes()))
    assert all(each == seen[0] for each in seen[1:])
    return [outcome for outcome, _, _ in seen[0][0]]


def snoop(end: str) -> bytes:
    """With call data a contract that leaves traces and ends so, without one that looks for them."""
    dirty = USE.format(call=CALL_OTHER.format(64)) + LEAVE
    body = f"(if (call $getCallDataSize) (then {dirty} {end} (return))) {LOOK} {FOUND}"
    return contract(body, imports=ALL, more=FIELDS)


@pytest.mark.parametrize("how", ENDS)
def test_nothing_is_left_of_a_frame_that_ended(how: str) -> None:
    echo = contract("(call $finish (i32.const 0) (i32.const 40))", imports=FINISH)
    look: dict[str, object] = {}
    dirty: dict[str, object] = {"data": b"\xee" * 1_000, "gas": 900_000}
    codes = {CONTRACT: snoop(ENDS[how]), OTHER: echo}
    outcomes = agree(codes, [look, dirty, look, dirty, dirty, look])
    clean, after = outcomes[0], outcomes[2]
    assert clean.status is after.status is outcomes[5].status is Status.SUCCESS
    # Only the slot tells, and only where the frame was not undone.
    assert after.output[:160] == clean.output[:160]
    assert after.output[192:] == clean.output[192:]
    assert after.output[:8] == (65_536).to_bytes(8, "little")
    assert after.output[8:16] == (-7).to_bytes(8, "little", signed=True)
    assert after.output[16:24] == bytes(8)
    assert after.output[300:307] == b"initial"
    assert outcomes[5] == after
    if how in ("returning", "finish"):
        assert outcomes[1].status is Status.SUCCESS
        assert after.output[160] == 1
    else:
        assert outcomes[1].status is not Status.SUCCESS
        assert after == clean


@pytest.mark.parametrize("how", ENDS)
def test_nothing_is_left_of_an_inner_frame(how: str) -> None:
    """A contract that calls itself, and another that calls it again and again."""
    inner = snoop(ENDS[how])
    call = "(drop (call $call (i64.const 400000) (i32.const 0) (i32.const 64) (i32.const 0) (i32.const {})))"
    lines = "".join(call.format(size) for size in (40, 0, 40, 40, 0))
    outer = contract(
        f"{lines} (call $returnDataCopy (i32.const 200) (i32.const 0) (i32.const 60000))"
        "(call $finish (i32.const 0) (i32.const 65536))",
        imports=CALL + RETURNED + FINISH,
        more=data(0, OTHER),
    )
    outcomes = agree({CONTRACT: outer, OTHER: inner}, [{}, {}])
    assert outcomes[0].status is Status.SUCCESS


def test_re_entrance_runs_in_an_instance_of_its_own() -> None:
    """Each frame counts in its memory and in a global, and then calls itself."""
    body = (
        "(local $size i32) (local.set $size (call $getCallDataSize))"
        "(global.set $pointer (i32.add (global.get $pointer) (i32.const 1)))"
        "(i32.store (i32.const 200) (i32.add (i32.load (i32.const 200)) (local.get $size)))"
        "(if (i32.lt_u (local.get $size) (i32.const 12)) (then"
        "(drop (call $call (i64.const 9000000) (i32.const 60000) (i32.const 64) (i32.const 0)"
        " (i32.add (local.get $size) (i32.const 1))))"
        "(call $returnDataCopy (i32.const 212) (i32.const 0) (call $getReturnDataSize))"
        "(drop (call $call (i64.const 20000) (i32.const 60000) (i32.const 64) (i32.const 0)"
        " (i32.const 12)))))"
        "(i32.store (i32.const 204) (global.get $pointer))"
        "(i32.store (i32.const 208) (local.get $size))"
        "(call $finish (i32.const 200) (i32.const 240))"
    )
    fields = "(global $pointer (mut i32) (i32.const 500))" + data(60_000, CONTRACT)
    imports = SIZE + CALL + RETURNED + FINISH
    outcomes = agree({CONTRACT: contract(body, imports=imports, more=fields)}, [{}, {}])
    output = outcomes[0].output
    for place in range(12):
        expected = b"".join(n.to_bytes(4, "little") for n in (place, 501, place))
        assert output[12 * place : 12 * place + 12] == expected


def test_segments_and_growth_are_as_new() -> None:
    drop = contract(
        "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)) (data.drop $d)"
        "(call $finish (i32.const 0) (i32.const 3))",
        imports=FINISH,
        more='(data $d "abc")',
    )
    grow = contract(
        "(i32.store (i32.const 0) (memory.grow (i32.const 1)))"
        "(i32.store (i32.const 4) (i32.load (i32.const 65536)))"
        "(i32.store (i32.const 65536) (i32.const -1))"
        "(call $finish (i32.const 0) (i32.const 8))",
        imports=FINISH,
        pages="1 3",
    )
    outcomes = agree({CONTRACT: drop, OTHER: grow}, [{}, {"to": OTHER}] * 3)
    assert {each.output for each in outcomes[::2]} == {b"abc"}
    assert {each.output for each in outcomes[1::2]} == {b"\1" + bytes(7)}


def test_an_interrupted_machine_leaves_nothing_behind() -> None:
    """A host function raises what no contract can cause; the next frame knows nothing of it."""

    def interrupt(_: int) -> Hash32:
        raise KeyboardInterrupt

    ask = "(drop (call $getBlockHash (i64.const 999) (i32.const 0)))"
    dirty = USE.format(call=CALL_OTHER.format(64)) + LEAVE + ask
    code = contract(
        f"(if (call $getCallDataSize) (then {dirty})) {LOOK} {FOUND}",
        imports=ALL + eei("getBlockHash", "i64", "i32", result="i32"),
        more=FIELDS,
    )
    for world in machines():
        world.install(code)
        clean = world.call()
        execution = world.execution()
        execution.block = replace(BLOCK, block_hash=interrupt)
        mark = world.state.checkpoint()
        with pytest.raises(KeyboardInterrupt):
            execution.run(world.message(data=bytes(100)))
        world.state.revert(mark)
        assert world.call() == clean


def test_a_frame_without_pages_left_can_throw() -> None:
    """Eight frames hold all live pages; the ninth has no memory, and finishes."""
    ask = "(call $call (i64.const 0x7fffffffffff) (i32.const {}) (i32.const 64) (i32.const 0) (i32.const 0))"
    outer = contract(
        f"(if {ask.format(0)} (then"
        f" (i32.store8 (i32.const 100) (i32.add (i32.const 65) {ask.format(32)}))))"
        "(call $finish (i32.const 100) (i32.const 1))",
        imports=CALL + FINISH,
        more=data(0, CONTRACT) + data(32, OTHER),
        pages="512",
    )
    inner = contract("(call $finish (i32.const 0) (i32.const 0))", imports=FINISH, pages="0")
    outcome = agree({CONTRACT: outer, OTHER: inner}, [{"gas": 10**12}])[0]
    assert outcome.status is Status.SUCCESS


def test_gas_runs_out_at_the_same_place_in_a_used_instance() -> None:
    code = contract(
        "(call $storageStore (i32.const 0) (i32.const 32)) (call $finish (i32.const 0) (i32.const 9))",
        imports=STORE + FINISH,
        more=data(32, b"\1"),
    )
    full = agree({CONTRACT: code}, [{"gas": 100_000}])[0]
    used = 100_000 - full.particles_left // 10_000
    calls: list[dict[str, object]] = [{"gas": gas} for gas in range(used - 3, used + 3)]
    outcomes = agree({CONTRACT: code}, calls)
    assert outcomes[0].halt is HaltReason.OUT_OF_GAS


def mappings_after_each_recursion(form: str) -> list[int]:
    """The mappings of this process after each of five recursions down to the deepest frame."""
    body = "(drop (call $call (i64.const 0x7fffffffffff) (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 0)))"
    world = World(schedule="particles")
    world.vm = Vm(BYZANTIUM, "particles", eei=form)
    world.install(contract(body, imports=CALL, more=data(0, CONTRACT)))
    world.call(gas=20_000)
    counts = []
    for _ in range(5):
        world.call(gas=10**9)
        counts.append(len(MAPPINGS.read_text(encoding="ascii").splitlines()))
    return counts


@pytest.mark.skipif(not MAPPINGS.exists(), reason="the mappings of a process are Linux's to tell")
@pytest.mark.parametrize("form", [HOST, MODULE])
def test_a_deep_recursion_leaves_no_mappings_behind(form: str) -> None:
    # In a process of its own: the contracts of other tests keep mappings too, as many as ran before.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        counts = process.submit(mappings_after_each_recursion, form).result()
    assert counts[-1] < counts[0] + 100
    assert counts[0] < 3_000
