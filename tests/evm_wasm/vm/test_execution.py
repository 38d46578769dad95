"""Frames: how they end, what they hand to each other, what they may use."""

from __future__ import annotations

import pytest
from builders import (
    CONTRACT,
    ETHER,
    FINISH,
    OTHER,
    SENDER,
    STORE,
    World,
    contract,
    data,
    eei,
    run,
)

from evm_wasm.errors import StepLimitExceeded
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import CallKind, HaltReason, Status
from evm_wasm.model.trace import Event, FrameEnd, FrameStart, MethodCall
from evm_wasm.primitives.types import ZERO_WORD, Word
from evm_wasm.rules.limits import MAX_GAS

pytestmark = pytest.mark.usefixtures("both_forms")

CALL = eei("call", "i64", "i32", "i32", "i32", "i32", result="i32")
CALL_CODE = eei("callCode", "i64", "i32", "i32", "i32", "i32", result="i32")
CALL_DELEGATE = eei("callDelegate", "i64", "i32", "i32", "i32", result="i32")
CALL_STATIC = eei("callStatic", "i64", "i32", "i32", "i32", result="i32")
CREATE = eei("create", "i32", "i32", "i32", "i32", result="i32")
GET_ADDRESS = eei("getAddress", "i32")
RETURN_SIZE = eei("getReturnDataSize", result="i32")
RETURN_COPY = eei("returnDataCopy", "i32", "i32", "i32")
REVERT = eei("revert", "i32", "i32")

OTHER_DATA = data(0, OTHER)
"""The address of the other contract at 0; the value at 32 and the data after it are zero."""


def answer(result: str, more: str = "") -> str:
    """Stores an i32 at 256 and finishes with its four bytes."""
    return (
        f"(i32.store (i32.const 256) {result}) {more} (call $finish (i32.const 256) (i32.const 4))"
    )


def call_other(gas: str = "(i64.const 1000000)") -> str:
    return f"(call $call {gas} (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0))"


def pair(caller: str, callee: str, *, imports: str = "", callee_imports: str = "") -> World:
    world = World()
    world.install(
        contract(caller, imports=CALL + FINISH + imports, more=OTHER_DATA), CONTRACT, ETHER
    )
    world.install(contract(callee, imports=callee_imports), OTHER)
    return world


def test_main_that_returns_succeeds_with_no_output() -> None:
    outcome = run("", gas=5)
    assert (outcome.status, outcome.output, outcome.particles_left) == (Status.SUCCESS, b"", 5)


def test_finish_ends_at_once() -> None:
    outcome = run("(call $finish (i32.const 0) (i32.const 2)) unreachable", imports=FINISH)
    assert (outcome.status, outcome.output) == (Status.SUCCESS, b"\0\0")


def test_revert_keeps_gas_and_undoes_writes() -> None:
    world = World()
    world.install(
        contract(
            "(i32.store8 (i32.const 0) (i32.const 1))"
            "(call $storageStore (i32.const 0) (i32.const 0))"
            "(call $revert (i32.const 0) (i32.const 1))",
            imports=STORE + REVERT,
        )
    )
    outcome = world.call(gas=30_000, value=5)
    assert (outcome.status, outcome.output) == (Status.REVERT, b"\1")
    assert outcome.particles_left == 10_000
    assert world.state.load(CONTRACT, Word(b"\1" + bytes(31))) == ZERO_WORD
    assert world.state.balance(CONTRACT) == 0


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("unreachable", HaltReason.TRAP),
        ("(drop (i32.div_u (i32.const 1) (i32.const 0)))", HaltReason.TRAP),
        ("(drop (i32.load (i32.const 65533)))", HaltReason.TRAP),
        ("(call $main)", HaltReason.STACK_EXHAUSTED),
        ("(call $finish (i32.const 65536) (i32.const 1))", HaltReason.BOUNDS),
    ],
)
def test_every_failure_takes_all_gas_and_gives_no_output(body: str, reason: HaltReason) -> None:
    outcome = run(body, imports=FINISH)
    assert (outcome.status, outcome.halt) == (Status.FAILURE, reason)
    assert (outcome.particles_left, outcome.output) == (0, b"")


def test_segment_outside_of_memory_fails_the_frame() -> None:
    outcome = run("", more='(data (i32.const 65535) "ab")')
    assert outcome.halt is HaltReason.TRAP


def test_a_call_to_nothing_succeeds_and_gives_all_gas_back() -> None:
    outcome = World().call(to=OTHER, gas=77, value=3)
    assert (outcome.status, outcome.particles_left) == (Status.SUCCESS, 77)


def test_code_that_is_not_wasm_fails() -> None:
    world = World()
    world.install(b"\x60\x01")
    assert world.call().halt is HaltReason.INVALID_CONTRACT


def test_the_callees_output_fills_the_return_buffer_and_failure_clears_it() -> None:
    reply = (
        "(i32.store (i32.const 0) (i32.const 0x04030201)) (call ${} (i32.const 0) (i32.const 4))"
    )
    copy = "(call $returnDataCopy (i32.const 300) (i32.const 0) (call $getReturnDataSize)) "
    body = f"(drop {call_other()}) {copy} (call $finish (i32.const 300) (i32.const 4))"
    for ending in ("finish", "revert"):
        world = pair(
            body,
            reply.format(ending),
            imports=RETURN_SIZE + RETURN_COPY,
            callee_imports=FINISH + REVERT,
        )
        assert world.call().output == b"\1\2\3\4"
    failing = pair(
        f"(drop {call_other()}) (drop {call_other('(i64.const 0)')})"
        + answer("(call $getReturnDataSize)"),
        "(call $finish (i32.const 0) (i32.const 4))",
        imports=RETURN_SIZE,
        callee_imports=FINISH,
    )
    failing.install(b"junk", OTHER)
    assert failing.call().output == bytes(4)


def test_the_buffer_is_cleared_when_a_call_does_not_run() -> None:
    world = pair(
        f"(drop {call_other()})"
        "(i64.store (i32.const 32) (i64.const -1)) (i64.store (i32.const 40) (i64.const -1))"
        f"(drop {call_other()})" + answer("(call $getReturnDataSize)"),
        "(call $finish (i32.const 0) (i32.const 4))",
        imports=RETURN_SIZE,
        callee_imports=FINISH,
    )
    assert world.call().output == bytes(4)


def test_results_of_calls() -> None:
    for callee, result in (
        ("", 0),
        ("unreachable", 1),
        ("(call $revert (i32.const 0) (i32.const 0))", 2),
    ):
        world = pair(answer(call_other()), callee, callee_imports=REVERT)
        assert world.call().output[0] == result


def test_delegate_keeps_caller_value_and_storage() -> None:
    library = contract(
        "(call $getCaller (i32.const 0)) (call $getAddress (i32.const 20))"
        "(call $getCallValue (i32.const 40)) (call $finish (i32.const 0) (i32.const 56))",
        imports=eei("getCaller", "i32") + GET_ADDRESS + eei("getCallValue", "i32") + FINISH,
    )
    arguments = {
        "callDelegate": "(i64.const 100000) (i32.const 0) (i32.const 0) (i32.const 0)",
        "callStatic": "(i64.const 100000) (i32.const 0) (i32.const 0) (i32.const 0)",
        "callCode": "(i64.const 100000) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)",
        "call": "(i64.const 100000) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)",
    }
    seen = {}
    for name, pushed in arguments.items():
        world = World()
        world.install(
            contract(
                f"(i64.store (i32.const 32) (i64.const 4)) (drop (call ${name} {pushed}))"
                "(call $returnDataCopy (i32.const 100) (i32.const 0) (i32.const 56))"
                "(call $finish (i32.const 100) (i32.const 56))",
                imports=CALL + CALL_CODE + CALL_DELEGATE + CALL_STATIC + RETURN_COPY + FINISH,
                more=OTHER_DATA,
            ),
            CONTRACT,
            ETHER,
        )
        world.install(library, OTHER)
        output = world.call(value=9).output
        seen[name] = (output[:20], output[20:40], int.from_bytes(output[40:], "little"))
    assert seen == {
        "call": (CONTRACT, OTHER, 4),
        "callCode": (CONTRACT, CONTRACT, 4),
        "callDelegate": (SENDER, CONTRACT, 9),
        "callStatic": (CONTRACT, OTHER, 0),
    }


def test_static_is_inherited_through_a_plain_call() -> None:
    third = bytes(19) + b"\x77"
    world = World()
    world.install(
        contract(
            answer(
                "(call $callStatic (i64.const 900000) (i32.const 0) (i32.const 0) (i32.const 0))"
            ),
            imports=CALL_STATIC + FINISH,
            more=OTHER_DATA,
        )
    )
    world.install(
        contract(
            f"(if {call_other('(i64.const 500000)')} (then (unreachable)))",
            imports=CALL,
            more='(data (i32.const 19) "\\77")',
        ),
        OTHER,
    )
    world.install(
        contract("(call $storageStore (i32.const 0) (i32.const 0))", imports=STORE),
        third,  # type: ignore[arg-type]
    )
    assert world.call().output[0] == 1


def test_63_of_64_parts_of_the_gas_are_handed_on_at_most() -> None:
    world = pair(answer(call_other("(i64.const 0x7fffffffffffffff)")), "unreachable")
    outcome = world.call(gas=64_700)
    assert outcome.particles_left == 1_000


def test_depth_1024_is_reached_and_not_passed() -> None:
    world = World()
    deepest: list[int] = []
    world = World(tracer=lambda event: _note_depth(event, deepest))
    world.install(
        contract(
            "(call $getAddress (i32.const 0))"
            "(drop (call $call (i64.const 0x7fffffffffffffff) (i32.const 0) (i32.const 32)"
            " (i32.const 0) (i32.const 0)))",
            imports=GET_ADDRESS + CALL,
        )
    )
    outcome = world.call(gas=10**14)
    assert outcome.status is Status.SUCCESS
    assert max(deepest) == 1_024


def _note_depth(event: Event, depths: list[int]) -> None:
    if isinstance(event, FrameStart):
        depths.append(event.message.depth)


def test_the_largest_frames_at_every_depth_end_as_the_rules_say() -> None:
    """Each level recurses until its stack height is used up just once, then calls itself."""
    locals_ = " ".join(["i64"] * 1_000)
    world = World()
    world.install(
        contract(
            "(call $getAddress (i32.const 0))(call $deep (i32.const 14))",
            imports=GET_ADDRESS + CALL,
            more=f"(func $deep (param $n i32) (local {locals_})"
            "(if (local.get $n) (then (call $deep (i32.sub (local.get $n) (i32.const 1))))"
            "(else (drop (call $call (i64.const 0x7fffffffffffffff) (i32.const 0) (i32.const 32)"
            " (i32.const 0) (i32.const 0))))))",
        )
    )
    depths: list[int] = []
    world.vm.tracer = lambda event: _note_depth(event, depths)
    outcome = world.call(gas=10**14)
    assert outcome.status is Status.SUCCESS
    assert max(depths) == 1_024


def test_a_runaway_loop_ends_by_gas() -> None:
    world = World(schedule="particles")
    world.install(contract("(loop (br 0))"))
    assert world.call(gas=10_000).halt is HaltReason.OUT_OF_GAS


def test_a_runaway_loop_under_none_is_aborted_without_result() -> None:
    world = World(step_limit=100_000)
    world.install(contract("(loop (br 0))"))
    with pytest.raises(StepLimitExceeded):
        world.call()


def test_steps_are_counted_over_all_frames() -> None:
    loop = (
        "(local $n i32) (loop $l (br_if $l (i32.lt_u (local.tee $n (i32.add (local.get $n)"
        " (i32.const 1))) (i32.const 1000))))"
    )
    world = pair(f"(drop {call_other()}) (drop {call_other()})", loop)
    world.call()
    limited = World(step_limit=10_000)
    limited.state = world.state
    with pytest.raises(StepLimitExceeded):
        limited.call()


def test_live_pages_are_limited_over_all_frames() -> None:
    """Eight frames of 512 pages fit; the ninth may have none."""
    world = World()
    world.install(
        contract(
            "(call $getAddress (i32.const 0))"
            "(drop (memory.grow (i32.const 511)))"
            "(i32.store (i32.const 64) (call $call (i64.const 0x7fffffffffffffff) (i32.const 0)"
            " (i32.const 32) (i32.const 0) (i32.const 0)))",
            imports=GET_ADDRESS + CALL,
        )
    )
    ends: list[FrameEnd] = []
    world.vm.tracer = lambda event: ends.append(event) if isinstance(event, FrameEnd) else None
    assert world.call(gas=10**12).status is Status.SUCCESS
    assert [end.depth for end in ends] == list(range(8, -1, -1))
    assert ends[0].outcome.halt is HaltReason.MEMORY_LIMIT


def test_growth_beyond_the_live_pages_answers_minus_one() -> None:
    grow = "(i32.store (i32.const 256) (memory.grow (i32.const 600)))"
    outcome = run(grow + "(call $finish (i32.const 256) (i32.const 4))", imports=FINISH)
    assert outcome.output == b"\xff" * 4


def test_many_frames_in_one_store_are_independent() -> None:
    world = World()
    world.install(
        contract(
            "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))"
            "(call $finish (i32.const 0) (i32.const 4))",
            imports=FINISH,
        )
    )
    assert {world.call().output for _ in range(200)} == {b"\1\0\0\0"}


def creation(init: bytes, *, gas: int = 5_000_000) -> tuple[World, bytes]:
    """A contract that creates with init code at 128 and answers the result and the address."""
    world = World()
    world.install(
        contract(
            answer(
                f"(call $create (i32.const 0) (i32.const 512) (i32.const {len(init)}) (i32.const 260))"
            ).replace("(i32.const 256) (i32.const 4))", "(i32.const 256) (i32.const 24))"),
            imports=CREATE + FINISH,
            more=data(512, init),
        ),
        balance=ETHER,
    )
    return world, world.call(gas=gas).output


def returning(code: bytes) -> bytes:
    return contract(
        f"(call $finish (i32.const 0) (i32.const {len(code)}))",
        imports=FINISH,
        more=data(0, code),
    )


def test_create_stores_what_the_init_code_returns() -> None:
    code = contract("")
    world, output = creation(returning(code))
    address = contract_address(CONTRACT, 0)
    assert output == bytes(4) + address
    assert world.state.code(address) == code
    assert (world.state.nonce(address), world.state.nonce(CONTRACT)) == (1, 1)


@pytest.mark.parametrize(
    ("init", "result"),
    [
        (b"", 0),
        (returning(b"\x60\x01"), 0),
        (returning(b"\0asm"), 0),
        (b"junk that is not wasm", 1),
        (returning(b"\0asm\1\0\0\0"), 1),
        (returning(b"\0asm\2\0\0\0"), 1),
        (contract("unreachable"), 1),
        (contract("(call $revert (i32.const 0) (i32.const 0))", imports=REVERT), 2),
    ],
)
def test_results_of_creations(init: bytes, result: int) -> None:
    world, output = creation(init)
    assert output[0] == result
    assert (output[4:] == bytes(20)) == (result != 0)
    assert world.state.nonce(CONTRACT) == 1
    assert world.state.exists(contract_address(CONTRACT, 0)) == (result == 0)


def test_a_taken_address_fails_the_creation() -> None:
    world, _ = creation(b"")
    world.state.set_nonce(CONTRACT, 0)
    outcome = world.call()
    assert outcome.output[0] == 1


def test_self_destruct_to_itself_destroys_the_balance() -> None:
    world = World()
    world.install(
        contract(
            "(call $getAddress (i32.const 0)) (call $selfDestruct (i32.const 0))",
            imports=GET_ADDRESS + eei("selfDestruct", "i32"),
        ),
        balance=ETHER,
    )
    outcome = world.call(gas=6_000)
    assert (outcome.status, outcome.particles_left) == (Status.SUCCESS, 998)
    assert world.state.balance(CONTRACT) == 0
    assert world.state.refund == 24_000


def test_a_creator_whose_nonce_is_used_up_creates_nothing() -> None:
    world, _ = creation(b"")
    world.state.set_nonce(CONTRACT, 2**64 - 1)
    outcome = world.call()
    assert (outcome.status, outcome.output[0]) == (Status.SUCCESS, 1)


def test_balance_above_128_bits_fails_the_sender() -> None:
    world = pair(answer(call_other()), "")
    world.state.set_balance(CONTRACT, 2**128)
    code = contract(
        "(i32.store (i32.const 32) (i32.const 1))" + answer(call_other()),
        imports=CALL + FINISH,
        more=OTHER_DATA,
    )
    world.state.set_code(CONTRACT, code)
    assert world.call().halt is HaltReason.OVERFLOW


def test_tracing_shows_frames_calls_and_their_gas() -> None:
    events: list[Event] = []
    world = World(schedule="particles", tracer=events.append)
    world.install(contract("(call $finish (i32.const 0) (i32.const 3))", imports=FINISH), CONTRACT)
    outcome = world.call(gas=1_000)
    start, call, end = events
    assert isinstance(start, FrameStart)
    assert start.message.kind is CallKind.CALL
    assert isinstance(call, MethodCall)
    assert (call.name, call.ended, call.depth) == ("finish", "finish", 0)
    assert call.arguments == (("dataOffset", "0x000000"), ("length", "3"))
    assert call.gas_before == call.gas_after == outcome.particles_left
    assert isinstance(end, FrameEnd)
    assert end.outcome is outcome


def test_a_trap_names_the_functions_on_the_stack() -> None:
    world = World()
    world.install(contract("(call $inner)", more="(func $inner unreachable)"))
    outcome = world.call()
    assert [name.split("`")[1] for name in outcome.backtrace] == ["inner", "main"]


def test_the_largest_gas_limit_fits_the_counter() -> None:
    world = World(schedule="particles")
    world.install(contract(""))
    outcome = world.call(gas=MAX_GAS)
    assert 0 < MAX_GAS * 10_000 - outcome.particles_left < 10_000
