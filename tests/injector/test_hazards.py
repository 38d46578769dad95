"""The known ways in which injectors were fooled, each with a test of its number in the study."""

from __future__ import annotations

import pytest
from random_modules import is_valid
from small_contracts import contract, module, price, run, run_metered

from injector import LARGE_LIMITS, InjectorError, Schedule, check, instrument, load_schedule
from injector.opcodes import MNEMONICS, OPCODES


def accepted_and_rechecked(wasm: bytes) -> None:
    assert check(wasm) == ()
    assert instrument(wasm)


def test_h1_no_arm_runs_free() -> None:
    for condition, arm in ((0, ["nop"]), (1, ["nop", "nop"])):
        code = f"nop (if (i32.const {condition}) (then nop nop) (else nop)) nop"
        assert run(contract(code)).used == price("nop", "i32.const", "if", *arm, "nop")


def test_h2_nested_loops_branching_to_the_middle_one() -> None:
    code = """(loop $a (loop $b (loop $c (br_if $b (i32.const 1)) (br_if $a (i32.const 1))
      (br $c))))"""
    wasm = contract(code)
    accepted_and_rechecked(wasm)
    result = run(wasm, gas=10_000_000)
    assert (result.trap, result.left) == (True, -1)


def test_h2_endless_loop_ends() -> None:
    result = run(contract("(loop (br 0))"), gas=10_000_000)
    assert (result.trap, result.left) == (True, -1)


def test_h3_nothing_paid_for_code_skipped_by_br_if() -> None:
    code = "(block (br_if 0 (i32.const 1)) nop nop nop)"
    assert run(contract(code)).used == price("block", "i32.const", "br_if")


@pytest.mark.parametrize(
    ("pages", "paid", "answer"),
    [(0, 0, 1), (1, 1, 1), (511, 511, 1), (512, 0, -1), (65_536, 0, -1), (-1, 0, -1)],
)
def test_h4_pages_are_paid_only_where_memory_grows(pages: int, paid: int, answer: int) -> None:
    code = f"(i32.store (i32.const 0) (memory.grow (i32.const {pages})))"
    result = run(contract(code))
    base = price("i32.const", "i32.const", "memory.grow", "i32.store")
    assert result.used == base + paid * load_schedule("particles").memory_page
    assert int.from_bytes(result.memory[:4], "little", signed=True) == answer


def test_h5_the_maximum_is_always_written() -> None:
    code = (
        "(drop (memory.grow (i32.const 511))) (i32.store (i32.const 0) (memory.grow (i32.const 1)))"
    )
    result = run(contract(code), schedule="none")
    assert result.memory[:4] == b"\xff" * 4
    assert len(result.memory) == 512 * 65_536


def test_h6_bulk_operations_are_paid_before_they_run() -> None:
    code = "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))"
    wasm = contract(code)
    total = run(wasm).used
    short = run(wasm, gas=total - 1)
    assert (short.trap, short.left) == (True, -1)
    assert not any(short.memory)


@pytest.mark.parametrize("schedule", ["particles", "unit"])
def test_h7_no_length_overflows_the_charge(schedule: str) -> None:
    code = "(memory.fill (i32.const 0) (i32.const 1) (i32.const -1))"
    result = run(contract(code), gas=10**9, schedule=schedule)
    assert (result.trap, result.left) == (True, -1)
    dear = Schedule("dear", 1, dict.fromkeys(MNEMONICS, 1), 1, 1, 1, 0, 1 << 30, 1, 1, 1)
    result = run_metered(instrument(contract(code), schedule=dear), gas=1 << 61)
    assert (result.trap, result.left) == (True, -1)


def test_h8_locals_are_paid_and_limited() -> None:
    assert run(contract("(local" + " i64" * 1000 + ")")).used == price(locals_=1000)
    assert "limit" in check(contract("(local" + " i64" * 1025 + ")"))[0].reason


def test_h9_a_huge_segment_does_not_overflow() -> None:
    prices = {name: 0 if name in ("else", "end") else 1 << 30 for name in MNEMONICS}
    dear = Schedule("dear", 1, prices, 1, 1, 1, 1, 0, 1, 1, 1)
    result = run_metered(instrument(contract("nop" + " nop" * 9999), schedule=dear), gas=1 << 62)
    assert result.used == (10_000 << 30) + 1


def test_h10_no_accepted_instruction_lacks_a_price() -> None:
    schedule = load_schedule("particles")
    for row in OPCODES:
        assert schedule.price(row.mnemonic) >= (row.mnemonic not in ("else", "end"))
    partial = Schedule("partial", 1, {"nop": 1}, 1, 1, 1, 1, 0, 1, 1, 1)
    with pytest.raises(InjectorError, match="partial: no price for"):
        instrument(contract(""), schedule=partial)


@pytest.mark.parametrize(
    ("code", "mnemonic", "count"),
    [
        ("(drop (call $id (i32.const 1)))", "call", 1),
        ("(call_indirect (type $t) (i32.const 0)) nop", "call_indirect", 1),
        ("(drop (i32.wrap_i64 (i64.extend_i32_u (i32.const 1))))", "i32.wrap_i64", 1),
        (
            "(drop (i32.rem_u (i32.const 9) (i32.rem_u (i32.const 9) (i32.const 5))))",
            "i32.rem_u",
            2,
        ),
        ("(block (br 0)) (block (br 0))", "br", 2),
    ],
)
def test_h11_raising_one_price_moves_the_gas_by_the_count(
    code: str, mnemonic: str, count: int
) -> None:
    fields = (
        "(func $id (param i32) (result i32) (local.get 0))",
        "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $empty) (func $empty)",
    )
    wasm = contract(code, *fields)
    prices = {name: int(name not in ("else", "end")) for name in MNEMONICS}
    before = Schedule("ones", 1, prices, 1, 1, 1, 1, 0, 1, 1, 1)
    after = Schedule("more", 1, prices | {mnemonic: 101}, 1, 1, 1, 1, 0, 1, 1, 1)
    used = [run(wasm, schedule=schedule).used for schedule in (before, after)]
    assert used[1] - used[0] == 100 * count


def test_h12_br_table_is_paid_by_its_targets() -> None:
    entry = load_schedule("particles").br_table_entry
    code = f"(br_table {'0 ' * 300} (i32.const 0))"
    assert run(contract(code)).used == price("i32.const", "br_table") + 300 * entry


@pytest.mark.parametrize(
    "unit",
    ["(if (i32.const 1) (then nop))", "(block (br_if 0 (i32.const 0)))", "(loop nop)"],
)
def test_h13_work_grows_with_size_only(unit: str) -> None:
    """Counted in steps, not in time: the output grows in proportion to the input."""
    sizes = []
    for count in (500, 1000, 2000):
        wasm = contract(unit * count)
        sizes.append(len(instrument(wasm, limits=LARGE_LIMITS)))
    assert sizes[2] - sizes[1] <= 2.1 * (sizes[1] - sizes[0])


def test_h14_one_release_for_each_function() -> None:
    """Many calls and returns add the accounting of the height once."""
    body = "(block (br_if 0 (i32.const 0)) (return)) (call $f)"
    few, many = (contract(body * n, "(func $f)") for n in (10, 20))
    none = "none"
    growth = [len(instrument(w, schedule=none)) - len(w) for w in (few, many)]
    assert growth[1] - growth[0] < 100


@pytest.mark.parametrize(
    "leave",
    ["(return)", "(br 0)", "(br 1)", "(br_if 1 (i32.const 1))", "(br_table 0 1 (i32.const 1))", ""],
)
def test_h15_every_exit_gives_the_height_back(leave: str) -> None:
    code = """(local i32) (loop (call $f) (br_if 0 (i32.lt_u
      (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 20000))))"""
    wasm = contract(code, f"(func $f (call $g) (block {leave}))", "(func $g)")
    assert not run(wasm).trap


def test_h16_no_index_changes() -> None:
    fields = (
        "(type $t (func (result i32)))",
        "(table 3 funcref)",
        "(elem (i32.const 0) $one $two)",
        "(elem (table 0) (i32.const 2) funcref (ref.func $three))",
        *(
            f"(func ${n} (result i32) (i32.const {i}))"
            for i, n in enumerate(("one", "two", "three"))
        ),
    )
    code = " ".join(
        f"(i32.store8 (i32.const {i}) (call_indirect (type $t) (i32.const {i})))" for i in range(3)
    )
    assert run(contract(code, *fields, imports=("useGas", "finish"))).memory[:3] == b"\0\1\2"


@pytest.mark.parametrize(
    "code",
    [b"\x42\x7f\x24\x00\x0b", b"\x41\x00\x24\x01\x0b", b"\x10\x01\x0b", b"\x10\x02\x0b"],
)
def test_h17_indices_of_added_things_cannot_be_named(code: bytes) -> None:
    """One past the own space, where the counter or a helper will be."""
    wasm = contract("nop nop nop nop nop")
    at = wasm.index(b"\x01" * 5)
    forged = wasm[:at] + (b"\x01" * (6 - len(code)) + code) + wasm[at + 6 :]
    assert "no such" in check(forged)[0].reason


@pytest.mark.parametrize("name", ["gas_left", "useGas"])
def test_h18_names_of_the_meter_are_refused(name: str) -> None:
    assert check(contract("", f'(global (export "{name}") i64 (i64.const 1))'))
    assert check(module(f'(import "ewasm" "{name}" (func))', '(memory (export "memory") 1)',
                        '(func (export "main"))'))  # fmt: skip
    with pytest.raises(InjectorError, match="reserved"):
        instrument(module('(func (export "gas_left"))'), policy="core")


def test_h19_start_is_refused() -> None:
    assert check(contract("", "(start $main)"))[0].found == "start section"


def test_h20_initial_memory_is_the_first_charge() -> None:
    wasm = contract("(call $finish (i32.const 0) (i32.const 0))", imports=("finish",), pages=9)
    pages = 8 * load_schedule("particles").memory_page
    result = run(wasm)
    assert result.seen == (pages + price("i32.const", "i32.const", "call"),)
    assert run(wasm, gas=pages - 1).seen == ()


def test_h21_dead_code_costs_nothing() -> None:
    code = "(block (br 0) nop nop (loop (br 0)) (drop (memory.grow (i32.const 1)))) nop"
    assert run(contract(code)).used == price("block", "br", "nop")
    code = "(block (block (return)) nop (if (i32.const 1) (then nop) (else nop)))"
    assert run(contract(code)).used == price("block", "block", "return")


def test_h22_code_after_a_host_call_is_not_paid_before_it() -> None:
    code = "(call $f) nop nop nop"
    helper = "(func $f (call $finish (i32.const 0) (i32.const 0)) nop nop)"
    expected = price("call") + price("i32.const", "i32.const", "call")
    assert run(contract(code, helper, imports=("finish",))).seen == (expected,)


def test_h23_gas_up_to_the_highest_amount_is_no_negative_number() -> None:
    result = run(contract("nop"), gas=2**63 - 1)
    assert (result.trap, result.used) == (False, price("nop"))


def test_h24_out_of_gas_differs_from_other_traps() -> None:
    assert run(contract("nop"), gas=1).left == -1
    assert run(contract("unreachable")).left == 10**15 - price("unreachable")
    assert run(contract("(call $main)")).left == -2


def test_h24_a_trap_leaves_the_stack_as_it_was() -> None:
    """An embedder that calls again after a trap inside indirect calls has all words again."""
    import wasmtime
    from random_modules import engine

    wasm = module(
        "(type $t (func (param i32) (result i32)))",
        "(table 2 funcref) (elem (i32.const 0) $down $trap)",
        "(func $trap (type $t) unreachable)",
        """(func $down (export "down") (type $t) (if (result i32) (i32.eqz (local.get 0))
             (then (call_indirect (type $t) (i32.const 0) (i32.const 1)))
             (else (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1))
               (i32.const 0)))))""",
    )
    metered = instrument(wasm, policy="core", schedule="none")
    store = wasmtime.Store(engine())
    exports = wasmtime.Instance(store, wasmtime.Module(engine(), metered), []).exports(store)
    for _ in range(3):
        with pytest.raises(wasmtime.Trap):
            exports["down"](store, 1500)
        assert exports["gas_left"].value(store) == 2**63 - 1


@pytest.mark.parametrize(
    "field",
    [
        "(type (func (param f32)))",
        "(type (func (result f64)))",
        "(func (local f64))",
        "(global (mut f32) (f32.const 0))",
        "(func (block (result f32) unreachable) drop)",
        "(func (loop (result f64) unreachable) drop)",
        "(func (drop (select (result f32) unreachable)))",
    ],
)
def test_h25_floats_are_refused_in_every_place(field: str) -> None:
    assert check(contract("", field))[0].reason == "floating point is not deterministic"


def test_h26_a_table_index_of_five_bytes() -> None:
    fields = "(type $t (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f)"
    wasm = contract("(call_indirect (type $t) (i32.const 0)) nop nop nop nop", fields)
    at = wasm.index(b"\x11\x00\x00\x01\x01\x01\x01")
    overlong = wasm[:at] + b"\x11\x00\x80\x80\x80\x80\x00" + wasm[at + 7 :]
    assert check(overlong) == ()
    assert not run(overlong).trap
    stray = wasm[:at] + b"\x11\x00\x80\x80\x80\x80\x10" + wasm[at + 7 :]
    assert "does not fit 32 bits" in check(stray)[0].reason


def test_h27_deep_nesting() -> None:
    deep = contract("(block " * 1024 + ")" * 1024)
    assert check(deep) == ()
    assert is_valid(instrument(deep))
    assert "limit" in check(contract("(block " * 1025 + ")" * 1025))[0].reason
    assert check(contract("(block " * 20_000 + ")" * 20_000), limits=LARGE_LIMITS) == ()


def test_h28_results_are_limited() -> None:
    field = "(func (result" + " i32" * 9 + ") unreachable)"
    assert "limit is 8" in check(contract("", field))[0].reason


def test_h29_division_costs_more_than_addition() -> None:
    schedule = load_schedule("particles")
    for kind in ("i32", "i64"):
        assert schedule.price(f"{kind}.div_u") == 80 * schedule.price(f"{kind}.add")


def test_h30_gas_does_not_depend_on_the_engine() -> None:
    """The same module with other engine options uses the same gas."""
    import wasmtime

    metered = instrument(
        contract("(local i32) (loop (br_if 0 (i32.eqz (local.tee 0 (i32.const 1)))))")
    )
    used = set()
    for level in ("none", "speed"):
        config = wasmtime.Config()
        config.cranelift_opt_level = level
        config.consume_fuel = level == "none"
        engine = wasmtime.Engine(config)
        store = wasmtime.Store(engine)
        if level == "none":
            store.set_fuel(10**9)
        instance = wasmtime.Instance(store, wasmtime.Module(engine, metered), [])
        counter = instance.exports(store)["gas_left"]
        counter.set_value(store, 10**9)
        instance.exports(store)["main"](store)
        used.add(10**9 - counter.value(store))
    assert len(used) == 1
