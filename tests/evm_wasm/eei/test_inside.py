"""The interface inside the module: its layout, its limits, and what a contract may try."""

from __future__ import annotations

import ctypes

import pytest
from builders import BLOCK, CONTRACT, FINISH, OTHER, SENDER, STORE, World, contract, data, eei

from evm_wasm.eei import exchange
from evm_wasm.eei import frame_memory as layout
from evm_wasm.eei.frame import Frame
from evm_wasm.eei.meter import GasMeter, Tally
from evm_wasm.eei.runtime import INSIDE, runtime
from evm_wasm.eei.table import TABLE
from evm_wasm.engine import FrameMemory
from evm_wasm.errors import InputError
from evm_wasm.model.block import TransactionContext
from evm_wasm.model.message import HaltReason, Outcome, Status
from evm_wasm.model.trace import Event, MethodCall
from evm_wasm.primitives.types import Word
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm import Vm
from evm_wasm.vm.vm import HOST, MODULE

LOAD = eei("storageLoad", "i32", "i32")
LOG = eei("log", *["i32"] * 7)
CODE_COPY = eei("codeCopy", "i32", "i32", "i32")
CALL = eei("call", "i64", "i32", "i32", "i32", "i32", result="i32")
TURN = "(local.set $turn (i32.add (local.get $turn) (i32.const 1)))"


def world(code: bytes, form: str, schedule: str = "particles") -> World:
    made = World(schedule=schedule)
    made.vm = Vm(BYZANTIUM, schedule, eei=form)
    made.install(code)
    return made


def both(code: bytes, **call: object) -> Outcome:
    """Runs a contract in both forms, compares everything, and gives the outcome."""
    seen = []
    for form in (HOST, MODULE):
        made = world(code, form)
        outcome = made.call(**call)  # type: ignore[arg-type]
        state = made.state
        seen.append((outcome, state.refund, state.logs, state.storage_changes()))
    assert seen[0] == seen[1]
    return seen[0][0]


def repeated(turns: int, body: str) -> str:
    again = f"(br_if $again (i32.lt_u (local.get $turn) (i32.const {turns})))"
    return f"(loop $again {body} {TURN} {again})"


def test_fields_lie_side_by_side_in_one_page() -> None:
    end = 0
    for field in layout.FIELDS:
        assert layout.OFFSETS[field.name] == end
        end += field.size
    assert end <= layout.FRAME_PAGES * 65_536
    assert len(layout.OFFSETS) == len(layout.FIELDS)
    assert layout.MOST_SLOTS * layout.SLOT.size == layout.SIZES["slots"]
    assert layout.MOST_SLOTS < layout.SIZES["slot_index"] == 256  # a free place ends each search


def test_filling_covers_all_that_a_former_frame_may_have_left() -> None:
    made = world(b"", MODULE)
    context = TransactionContext(origin=SENDER, gas_price=7)
    frame = Frame(
        message=made.message(data=b"call data"),
        code=b"code",
        state=made.state,
        block=BLOCK,
        transaction=context,
        rules=BYZANTIUM,
        meter=GasMeter(gas=5, scale=7, tally=Tally()),
        call=made.execution().run,
    )
    filled = []
    for former in (b"\0", b"\xff"):
        content = ctypes.create_string_buffer(former * 65_536, 65_536)
        room = FrameMemory(ctypes.addressof(content), 65_536)
        exchange.fill(room, frame, 35, exchange.context(BLOCK, context))
        filled.append(content.raw[: layout.OFFSETS["call_data"] + len(b"call data")])
    assert filled[0] == filled[1]
    rooms = {field.name for field in layout.ROOMS}
    first = min(layout.OFFSETS[name] for name in rooms)
    assert first == layout.OFFSETS["call_data"]
    assert all(
        layout.OFFSETS[each.name] < first for each in layout.FIELDS if each.name not in rooms
    )


def test_methods_that_run_inside_are_methods() -> None:
    assert len(set(INSIDE)) == len(INSIDE)
    assert set(INSIDE) < set(TABLE)
    assert len(INSIDE) == 23


def test_the_runtime_depends_on_prices_and_form_only() -> None:
    assert runtime(BYZANTIUM, 1, counts_steps=True) != runtime(BYZANTIUM, 1, counts_steps=False)
    assert runtime(BYZANTIUM, 7, counts_steps=False) == runtime(BYZANTIUM, 7, counts_steps=False)


def test_another_form_is_refused() -> None:
    with pytest.raises(InputError, match="module"):
        Vm(BYZANTIUM, "none", eei="elsewhere")


def test_a_traced_machine_sees_every_call() -> None:
    events: list[Event] = []
    made = world(contract("(call $finish (i32.const 0) (i32.const 0))", imports=FINISH), MODULE)
    assert made.call().status is Status.SUCCESS
    made.vm = made.vm.traced(events.append)
    assert made.call().status is Status.SUCCESS
    assert [event.name for event in events if isinstance(event, MethodCall)] == ["finish"]


@pytest.mark.parametrize("turns", [layout.MOST_SLOTS - 1, layout.MOST_SLOTS, 200])
def test_more_slots_than_the_cache_holds(turns: int) -> None:
    count = "(i32.store (i32.const 0) (local.get $turn))"
    write = f"{count} (call $storageStore (i32.const 0) (i32.const 32))"
    read = (
        f"{count} (call $storageLoad (i32.const 0) (i32.const 64))"
        "(i32.store (i32.const 96) (i32.add (i32.load (i32.const 96)) (i32.load (i32.const 64))))"
    )
    body = (
        f"(local $turn i32) {repeated(turns, write)} (local.set $turn (i32.const 0))"
        f"{repeated(turns, read)} (call $finish (i32.const 96) (i32.const 4))"
    )
    code = contract(body, imports=STORE + LOAD + FINISH, more=data(32, b"\3"))
    outcome = both(code)
    assert outcome.output == (3 * turns).to_bytes(4, "little")


@pytest.mark.parametrize("length", [0, 1, 8_183, 8_184, 8_185, 60_000])
def test_logs_that_fit_and_logs_that_do_not(length: int) -> None:
    log = f"(call $log (i32.const 0) (i32.const {length}) (i32.const 1) (i32.const 8) (i32.const -1) (i32.const -1) (i32.const -1))"
    small = "(call $log (i32.const 0) (i32.const 3) (i32.const 0) (i32.const -1) (i32.const -1) (i32.const -1) (i32.const -1))"
    code = contract(f"(local $turn i32) {small} {log} {small} {repeated(30, small)}", imports=LOG)
    assert both(code).status is Status.SUCCESS


@pytest.mark.parametrize("size", [100, 12_288, 12_289, 20_000])
def test_code_of_every_size_is_copied(size: int) -> None:
    filler = data(1_000, bytes(range(256)) * (size // 256))
    body = "(call $codeCopy (i32.const 0) (i32.const 8) (i32.const 64))" * 2
    code = contract(
        body + "(call $finish (i32.const 0) (i32.const 64))",
        imports=CODE_COPY + FINISH,
        more=filler,
    )
    assert both(code).output == code[8:72]


@pytest.mark.parametrize("size", [0, 1, 16_384, 16_385, 70_000])
def test_call_data_and_return_data_of_every_size(size: int) -> None:
    echo = contract(
        "(call $callDataCopy (i32.const 0) (i32.const 0) (call $getCallDataSize))"
        "(call $finish (i32.const 0) (call $getCallDataSize))",
        imports=eei("callDataCopy", "i32", "i32", "i32") + eei("getCallDataSize", result="i32") + FINISH,
        pages="2",
    )  # fmt: skip
    sent = bytes(index % 251 for index in range(size))
    assert both(echo, data=sent).output == sent
    ask = contract(
        f"(drop (call $call (i64.const 900000) (i32.const 0) (i32.const 32) (i32.const 64) (i32.const {size})))"
        "(call $returnDataCopy (i32.const 0) (i32.const 0) (call $getReturnDataSize))"
        "(call $finish (i32.const 0) (call $getReturnDataSize))",
        imports=CALL + eei("returnDataCopy", "i32", "i32", "i32") + eei("getReturnDataSize", result="i32") + FINISH,
        more=data(0, OTHER), pages="2",
    )  # fmt: skip
    outputs = []
    for form in (HOST, MODULE):
        made = world(ask, form)
        made.install(echo, OTHER)
        outputs.append(made.call())
    assert outputs[0] == outputs[1]
    assert len(outputs[0].output) == size


def test_a_value_beyond_128_bits_fails_in_both_forms() -> None:
    code = contract("(call $getCallValue (i32.const 0))", imports=eei("getCallValue", "i32"))
    seen = []
    for form in (HOST, MODULE):
        made = world(code, form)
        made.state.set_balance(SENDER, 2**130)
        seen.append(made.call(value=2**129))
    assert seen[0] == seen[1]
    assert seen[0].halt is HaltReason.OVERFLOW


EDGES = (65_536 - 33, 65_536 - 32, 65_536 - 31, 65_536 - 20, 65_536 - 19, 65_535, 65_536, -1)


@pytest.mark.parametrize("method", sorted(set(INSIDE) - {"useGas", "getGasLeft"}))
def test_pointers_at_the_edges_of_the_memory(method: str) -> None:
    row = TABLE[method]
    for place in range(len(row.params)):
        for edge in EDGES:
            arguments = ["(i32.const 0)"] * len(row.params)
            arguments[place] = f"(i32.const {edge})"
            call = f"(call ${method} {' '.join(arguments)})"
            body = f"(drop {call})" if row.result else call
            imports = eei(method, *row.wasm_params, result=row.result)
            both(contract(body, imports=imports), data=bytes(40), gas=100_000)


def test_the_memory_that_grew_is_seen() -> None:
    get = "(call $getCaller (i32.const 70000))"
    code = contract(
        f"(drop (memory.grow (i32.const 1))) {get}", imports=eei("getCaller", "i32"), pages="1 2"
    )
    assert both(code).status is Status.SUCCESS
    assert both(contract(get, imports=eei("getCaller", "i32"))).halt is HaltReason.BOUNDS


def test_no_gas_for_a_call_is_no_gas_in_both_forms() -> None:
    code = contract(
        "(call $storageStore (i32.const 0) (i32.const 32))"
        "(call $storageStore (i32.const 0) (i32.const 32))",
        imports=STORE,
    )
    full = both(code, gas=100_000)
    used = 100_000 - full.particles_left // 10_000
    for gas in range(used - 3, used + 3):
        both(code, gas=gas)
    assert both(code, gas=used - 3).halt is HaltReason.OUT_OF_GAS


@pytest.mark.parametrize("gas", [24_000, 25_500, 30_500, 32_000, 45_300, 45_500, 50_500])
def test_what_cannot_be_paid_is_told_from_what_the_cache_holds(gas: int) -> None:
    write = "(call $storageStore (i32.const 0) (i32.const {}))"
    lines = "".join(write.format(value) for value in (64, 32, 64, 32))
    outcome = both(contract(lines, imports=STORE, more=data(64, b"\1")), gas=gas)
    assert outcome.halt is (None if gas > 50_100 else HaltReason.OUT_OF_GAS)


def test_re_entrance_sees_what_was_written_and_is_seen() -> None:
    key = "(i32.const 0)"
    body = (
        f"(call $storageLoad {key} (i32.const 64))"
        "(if (i32.lt_u (i32.load8_u (i32.const 64)) (i32.const 5)) (then"
        "(i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1)))"
        f"(call $storageStore {key} (i32.const 64))"
        "(drop (call $call (i64.const 500000) (i32.const 128) (i32.const 160) (i32.const 0) (i32.const 0)))))"
        f"(call $storageLoad {key} (i32.const 64)) (call $finish (i32.const 64) (i32.const 1))"
    )
    code = contract(body, imports=STORE + LOAD + CALL + FINISH, more=data(128, CONTRACT))
    assert both(code).output == b"\x05"


def test_frames_1024_deep() -> None:
    body = (
        "(call $storageStore (i32.const 0) (i32.const 64))"
        "(drop (call $call (i64.const 0x7fffffffffffffff) (i32.const 128) (i32.const 160) (i32.const 0) (i32.const 0)))"
        "(call $storageLoad (i32.const 0) (i32.const 64))"
        "(i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))"
        "(call $storageStore (i32.const 0) (i32.const 64)) (call $finish (i32.const 0) (i32.const 1))"
    )
    code = contract(body, imports=STORE + LOAD + CALL + FINISH, more=data(128, CONTRACT))
    made = world(code, MODULE)
    assert made.call(gas=10**14).status is Status.SUCCESS
    stored = made.state.load(CONTRACT, Word(bytes(32)))
    assert int.from_bytes(stored, "little") == 1_025
