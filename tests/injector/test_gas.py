"""Gas is exactly the sum of the prices of the executed instructions."""

from __future__ import annotations

import pytest
import wasmtime
from random_modules import CORE, INTEGERS, engine, smith_modules
from small_contracts import contract, price, run, run_metered

from injector import LARGE_LIMITS, Policy, instrument, load_schedule
from injector.policy import REFERENCE_TYPES

INTEGER_POLICY = Policy("integers", frozenset({REFERENCE_TYPES}), contract=False)


def test_empty_main() -> None:
    assert run(contract("")).used == price()


def test_straight_line() -> None:
    used = run(contract("(drop (i32.add (i32.const 1) (i32.const 2)))")).used
    assert used == price("i32.const", "i32.const", "i32.add", "drop")


def test_locals_are_paid() -> None:
    assert run(contract("(local i32 i64 i32)")).used == price(locals_=3)


@pytest.mark.parametrize(("condition", "arm"), [(1, ["nop", "nop"]), (0, ["i32.const", "drop"])])
def test_only_the_taken_arm_is_paid(condition: int, arm: list[str]) -> None:
    code = f"(if (i32.const {condition}) (then nop nop) (else (drop (i32.const 7)))) nop"
    assert run(contract(code)).used == price("i32.const", "if", *arm, "nop")


@pytest.mark.parametrize("turns", [1, 2, 10])
def test_loop(turns: int) -> None:
    code = f"""(local i32) (local.set 0 (i32.const {turns}))
      (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) nop"""
    turn = ["local.get", "i32.const", "i32.sub", "local.tee", "br_if"]
    expected = price("i32.const", "local.set", "loop", *turn * turns, "nop", locals_=1)
    assert run(contract(code)).used == expected


@pytest.mark.parametrize(("index", "extra"), [(0, ["nop"] * 3), (1, ["nop"] * 2), (9, [])])
def test_br_table(index: int, extra: list[str]) -> None:
    code = f"""(block (block (block (br_table 0 1 2 (i32.const {index}))) nop) nop nop)"""
    particles = load_schedule("particles").br_table_entry
    opener = price("block", "block", "block", "i32.const", "br_table") + 3 * particles
    tail = price(*extra) - price()
    assert run(contract(code)).used == opener + tail


def test_return_from_inside() -> None:
    code = "(block (br_if 0 (i32.const 0)) (return)) nop nop"
    assert run(contract(code)).used == price("block", "i32.const", "br_if", "return")


def test_calls_pay_the_entry_of_the_callee() -> None:
    helper = "(func $f (param i32) (result i32) (local i64) (local.get 0))"
    used = run(contract("(drop (call $f (i32.const 1)))", helper)).used
    assert used == price("i32.const", "call", "drop") + price("local.get", locals_=1)


def test_call_through_a_table() -> None:
    fields = (
        "(type $t (func (param i32) (result i32)))",
        "(table 2 funcref)",
        "(elem (i32.const 0) $f $g)",
        "(func $f (param i32) (result i32) (i32.const 1))",
        "(func $g (param i32) (result i32) (call_indirect (type $t) (local.get 0) (i32.const 0)))",
    )
    code = "(drop (call_indirect (type $t) (i32.const 5) (i32.const 1)))"
    used = run(contract(code, *fields)).used
    outer = price("i32.const", "i32.const", "call_indirect", "drop")
    assert used == outer + price("local.get", "i32.const", "call_indirect") + price("i32.const")


def test_the_host_sees_exact_gas() -> None:
    code = "nop (call $finish (i32.const 0) (i32.const 0)) nop (call $g) nop"
    helper = "(func $g nop (call $finish (i32.const 0) (i32.const 0)) nop nop)"
    result = run(contract(code, helper, imports=("finish",)))
    arguments = ["i32.const", "i32.const", "call"]
    first = price("nop", *arguments)
    second = first + price("nop", "call") - price() + price("nop", *arguments)
    assert result.seen == (first, second)
    assert result.used == second + price("nop", "nop", "nop") - price()


def test_pages_are_paid_before_growing() -> None:
    schedule = load_schedule("particles")
    base = price("i32.const", "memory.grow", "drop")
    assert run(contract("(drop (memory.grow (i32.const 3)))")).used == base + 3 * (
        schedule.memory_page
    )


@pytest.mark.parametrize("schedule", ["particles", "unit"])
@pytest.mark.parametrize(("length", "words"), [(0, 0), (1, 1), (32, 1), (33, 2), (65536, 2048)])
@pytest.mark.parametrize("kind", ["memory.copy", "memory.fill"])
def test_bulk_memory_is_paid_by_length(schedule: str, kind: str, length: int, words: int) -> None:
    code = f"({kind} (i32.const 0) (i32.const 0) (i32.const {length}))"
    base = price("i32.const", "i32.const", "i32.const", kind, schedule=schedule)
    pages = 0 if schedule == "particles" else load_schedule(schedule).memory_page
    used = run(contract(code), schedule=schedule).used
    assert used == base + words * load_schedule(schedule).copy_word + pages


def test_memory_init_and_data_drop() -> None:
    code = "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 33)) (data.drop $d)"
    data = f'(data $d "{"x" * 40}")'
    base = price("i32.const", "i32.const", "i32.const", "memory.init", "data.drop")
    assert run(contract(code, data)).used == base + 2 * load_schedule("particles").copy_word


@pytest.mark.parametrize(("schedule", "pages", "charged"), [("particles", 4, 3), ("unit", 4, 4)])
def test_initial_pages_are_paid_once(schedule: str, pages: int, charged: int) -> None:
    """`main` calls itself: the frame starts once."""
    code = """(if (i32.eqz (i32.load (i32.const 0))) (then
      (i32.store (i32.const 0) (i32.const 1)) (call $main)))"""
    test = ["i32.const", "i32.load", "i32.eqz", "if"]
    expected = price(*test, "i32.const", "i32.const", "i32.store", "call", schedule=schedule)
    expected += price(*test, schedule=schedule)
    expected += charged * load_schedule(schedule).memory_page
    assert run(contract(code, pages=pages), schedule=schedule).used == expected


def test_schedule_none_charges_nothing() -> None:
    result = run(contract("(drop (memory.grow (i32.const 2)))", pages=3), schedule="none")
    assert result.used == 0
    assert not result.trap
    assert len(result.memory) == 5 * 65_536


def test_pages_that_the_engine_refuses_are_given_back() -> None:
    """Below the declared maximum, but above what the store allows: -1, and nothing paid."""
    code = "(i32.store (i32.const 0) (memory.grow (i32.const 3)))"
    metered = instrument(contract(code))
    store = wasmtime.Store(engine())
    store.set_limits(memory_size=2 * 65_536)
    instance = wasmtime.Instance(store, wasmtime.Module(engine(), metered), [])
    exports = instance.exports(store)
    exports["gas_left"].set_value(store, 10**12)
    exports["main"](store)
    base = price("i32.const", "i32.const", "memory.grow", "i32.store")
    assert 10**12 - exports["gas_left"].value(store) == base
    assert exports["memory"].read(store, 0, 4) == b"\xff" * 4


PROGRAMS = {
    "loop": contract(
        """(local i32) (local.set 0 (i32.const 3))
        (loop (i32.store (i32.const 0) (local.get 0))
          (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"""
    ),
    "calls": contract("(call $f) (call $f)", "(func $f (drop (i32.const 1)) (nop))"),
    "host": contract("nop (call $finish (i32.const 0) (i32.const 0)) nop nop", imports=("finish",)),
    "bulk": contract("(memory.fill (i32.const 0) (i32.const 1) (i32.const 100)) nop"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_out_of_gas_at_exactly_the_boundary(name: str) -> None:
    """Every amount from 0 to the total minus one fails; the total succeeds."""
    metered = instrument(PROGRAMS[name], schedule=_small_prices())
    total = run_metered(metered).used
    assert 5 < total < 500
    for gas in range(total):
        result = run_metered(metered, gas)
        assert (result.trap, result.left) == (True, -1)
    result = run_metered(metered, total)
    assert (result.trap, result.left) == (False, 0)


@pytest.mark.parametrize("below", [1, 10_000])
def test_growing_stops_at_exactly_the_boundary(below: int) -> None:
    metered = instrument(contract("(drop (memory.grow (i32.const 2)))"))
    total = run_metered(metered).used
    assert not run_metered(metered, total).trap
    result = run_metered(metered, total - below)
    assert (result.trap, result.left, len(result.memory)) == (True, -1, 65_536)


def _small_prices() -> object:
    from injector import Schedule
    from injector.opcodes import MNEMONICS

    prices = {name: int(name not in ("else", "end")) for name in MNEMONICS}
    return Schedule("ones", 1, prices, 1, 1, 1, 2, 0, 1, 7, 1)


@pytest.mark.parametrize(
    ("policy", "options"),
    [
        (INTEGER_POLICY, INTEGERS),
        (INTEGER_POLICY, (*INTEGERS, "--disallow-traps=true")),
        ("core", (*CORE, "--disallow-traps=true")),
    ],
    ids=["integers", "integers without traps", "core"],
)
def test_gas_is_the_fuel_of_the_engine(policy: str | Policy, options: tuple[str, ...]) -> None:
    """Same results and traps; on normal return the gas is the engine's fuel."""
    compared = 0
    for seed, wasm in smith_modules(60, *options, "--ensure-termination"):
        metered = instrument(wasm, policy=policy, schedule="fuel", limits=LARGE_LIMITS)
        for export in wasmtime.Module(engine(fuel=True), wasm).exports:
            arguments = _arguments(export.type, seed)
            if arguments is None:
                continue
            outcome, fuel = _run_with_fuel(wasm, export.name, arguments)
            metered_outcome, gas = _run_with_gas(metered, export.name, arguments)
            assert metered_outcome == outcome, (seed, export.name)
            if outcome[0] == "returned":
                compared += 1
                assert gas == fuel, (seed, export.name)
    assert compared >= 10


FUEL = 10**9


def _arguments(kind: object, seed: int) -> list[int] | None:
    """Arguments for a function of numbers, None for anything else."""
    if not isinstance(kind, wasmtime.FuncType):
        return None
    values = {"i32": seed, "i64": seed * seed, "f32": 1.5, "f64": -3.25}
    names = [str(each) for each in kind.params]
    if not all(name in values for name in names):
        return None
    return [values[name] for name in names]


def _call(
    store: wasmtime.Store, instance: wasmtime.Instance, name: str, arguments: list[int]
) -> tuple[str, str]:
    try:
        result = instance.exports(store)[name](store, *arguments)
    except wasmtime.Trap as trap:
        return "trapped", str(trap.trap_code)
    return "returned", "reference" if "object at" in repr(result) else repr(result)


def _run_with_fuel(wasm: bytes, name: str, arguments: list[int]) -> tuple[tuple[str, str], int]:
    store = wasmtime.Store(engine(fuel=True))
    store.set_fuel(FUEL)
    try:
        instance = wasmtime.Instance(store, wasmtime.Module(engine(fuel=True), wasm), [])
    except wasmtime.Trap:
        return ("not instantiated", ""), 0
    store.set_fuel(FUEL)
    outcome = _call(store, instance, name, arguments)
    return outcome, FUEL - store.get_fuel()


def _run_with_gas(wasm: bytes, name: str, arguments: list[int]) -> tuple[tuple[str, str], int]:
    store = wasmtime.Store(engine())
    try:
        instance = wasmtime.Instance(store, wasmtime.Module(engine(), wasm), [])
    except wasmtime.Trap:
        return ("not instantiated", ""), 0
    counter = instance.exports(store)["gas_left"]
    counter.set_value(store, FUEL)
    outcome = _call(store, instance, name, arguments)
    return outcome, FUEL - counter.value(store)
