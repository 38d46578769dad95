"""Gas by function: adds up to the gas charged, and each function has what it executed itself."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

import pytest
import wasmtime
from random_modules import CORE, INTEGERS, engine, smith_modules
from random_programs import random_program, random_text
from small_contracts import contract, module, price

from injector import (
    DEFAULT_LIMITS,
    LARGE_LIMITS,
    InjectorError,
    Policy,
    ProfiledFunction,
    Schedule,
    check,
    instrument,
    load_schedule,
    profile,
)
from injector.charges import STACK_EXHAUSTED
from injector.opcodes import MNEMONICS
from injector.policy import REFERENCE_TYPES

AMPLE = 10**12
INTEGER_POLICY = Policy("integers", frozenset({REFERENCE_TYPES}), contract=False)
PAGE = load_schedule("particles").memory_page
WORD = load_schedule("particles").copy_word


class _Stop(Exception):
    """The host ends the frame, as `finish` does."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        trap: What ended it, or None.
        left: The gas global afterwards.
        seen: Gas left as the host saw it at each call.
        memory: The first page of the memory afterwards.
        functions: Gas by function; empty for a module that does not count.
    """

    trap: str | None
    left: int
    seen: tuple[int, ...]
    memory: bytes
    functions: dict[int, int]


def run(
    wasm: bytes,
    functions: tuple[ProfiledFunction, ...] = (),
    *,
    gas: int = AMPLE,
    export: str = "main",
    arguments: tuple[float, ...] = (),
    stop_at: int = -1,
) -> Ended:
    """Runs an instrumented module whose host methods look at the gas and answer 5."""
    store = wasmtime.Store(engine())
    seen: list[int] = []
    compiled = wasmtime.Module(engine(), wasm)

    def host(*_: int) -> int | None:
        seen.append(exports["gas_left"].value(store))
        if len(seen) == stop_at:
            raise _Stop
        return 5

    def method(kind: wasmtime.FuncType) -> wasmtime.Func:
        answers = bool(kind.results)
        return wasmtime.Func(store, kind, lambda *values: host(*values) if answers else _no(host()))

    imports = [method(entry.type) for entry in compiled.imports]
    try:
        exports = wasmtime.Instance(store, compiled, imports).exports(store)
    except wasmtime.Trap:
        return Ended("not instantiated", 0, (), b"", {})
    exports["gas_left"].set_value(store, gas)
    trap = None
    try:
        exports[export](store, *arguments)
    except wasmtime.Trap as error:
        trap = str(error.trap_code)
    except _Stop:
        trap = "stopped"
    memory = exports.get("memory")
    return Ended(
        trap,
        exports["gas_left"].value(store),
        tuple(seen),
        bytes(memory.read(store, 0, 65_536)) if memory is not None else b"",
        {each.index: exports[each.counter].value(store) for each in functions},
    )


def _no(_: object) -> None:
    return None


def by_function(wasm: bytes, schedule: str | Schedule = "particles") -> dict[int, int]:
    """Gas by function of a contract whose `main` returns; the sum is what was charged."""
    profiled = profile(wasm, schedule=schedule)
    ended = run(profiled.wasm, profiled.functions)
    assert ended.trap is None
    assert sum(ended.functions.values()) == AMPLE - ended.left
    return ended.functions


def test_caller_and_callee() -> None:
    helper = "(func $f (param i32) (result i32) (local i64 i64) (local.get 0))"
    wasm = contract("(drop (call $f (call $f (i32.const 1))))", helper)
    assert by_function(wasm) == {
        0: 2 * price("local.get", locals_=2),
        1: price("i32.const", "call", "call", "drop"),
    }


def test_recursion_through_a_table() -> None:
    fields = (
        "(type $t (func (param i32)))",
        "(table 1 funcref)",
        "(elem (i32.const 0) $f)",
        """(func $f (type $t) (if (local.get 0) (then
          (call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)) nop)))""",
    )
    turn = ("local.get", "if", "local.get", "i32.const", "i32.sub", "i32.const", "call_indirect")
    assert by_function(contract("(call $f (i32.const 3))", *fields)) == {
        0: 3 * price(*turn, "nop") + price("local.get", "if"),
        1: price("i32.const", "call"),
    }


def test_a_loop_that_pays_for_all_turns_before_it_starts() -> None:
    code = """(local i32) (local.set 0 (i32.const 10))
      (loop nop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))"""
    turn = ("nop", "local.get", "i32.const", "i32.sub", "local.tee", "br_if")
    expected = price("i32.const", "local.set", "loop", *turn * 10, locals_=1)
    assert by_function(contract(code)) == {0: expected}


@pytest.mark.parametrize(("length", "words"), [(0, 0), (1, 1), (64, 2), (65, 3)])
@pytest.mark.parametrize("kind", ["memory.copy", "memory.fill", "memory.init $d"])
def test_bulk_memory_by_length(kind: str, length: int, words: int) -> None:
    fill = f"(func $f ({kind} (i32.const 0) (i32.const 0) (i32.const {length})))"
    wasm = contract("(call $f)", fill, f'(data $d "{"x" * 80}")')
    base = price("i32.const", "i32.const", "i32.const", kind.partition(" ")[0])
    assert by_function(wasm) == {0: base + words * WORD, 1: price("call")}


@pytest.mark.parametrize(("pages", "given"), [(3, 3), (0, 0), (600, 0), (-1, 0)])
def test_pages_are_counted_where_they_are_given(pages: int, given: int) -> None:
    grow = f"(func $f (drop (memory.grow (i32.const {pages}))))"
    base = price("i32.const", "memory.grow", "drop")
    assert by_function(contract("(call $f)", grow)) == {0: base + given * PAGE, 1: price("call")}


def test_the_initial_memory_is_counted_once_for_main() -> None:
    helper = """(func $f (if (i32.eqz (i32.load (i32.const 0))) (then
      (i32.store (i32.const 0) (i32.const 1)) (call $main))))"""
    functions = by_function(contract("(call $f)", helper, pages=4))
    assert functions[1] == 2 * price("call") + 3 * PAGE


def test_tables_are_counted_by_elements() -> None:
    wasm = module(
        "(table 1 4 externref)",
        "(func $grow (param i32) (result i32) (table.grow 0 (ref.null extern) (local.get 0)))",
        '(func (export "main") (drop (call $grow (i32.const 2))) (drop (call $grow (i32.const 9)))'
        " (table.fill 0 (i32.const 0) (ref.null extern) (i32.const 3)))",
    )
    profiled = profile(wasm, policy="core")
    ended = run(profiled.wasm, profiled.functions)
    element = load_schedule("particles").table_element
    grow = price("ref.null", "local.get", "table.grow")
    calls = price(*("i32.const", "call", "drop") * 2)
    fill = price("i32.const", "ref.null", "i32.const", "table.fill") - price()
    assert ended.functions == {0: 2 * grow + 2 * element, 1: calls + fill + 3 * element}
    assert sum(ended.functions.values()) == AMPLE - ended.left


def test_random_programs_end_as_without_counting_and_the_sum_is_the_gas() -> None:
    """With much gas, with just enough, with too little, and where the host ends the frame."""
    compared = stopped = 0
    for seed in range(80):
        wasm = random_program(seed)
        plain, profiled = instrument(wasm), profile(wasm)
        whole = _same(plain, profiled.wasm, profiled.functions)
        used = AMPLE - whole.left
        if whole.trap is not None:
            continue
        compared += 1
        assert sum(whole.functions.values()) == used, seed
        chance = random.Random(seed)
        for gas in (used, used - 1, chance.randrange(used)):
            _same(plain, profiled.wasm, profiled.functions, gas=gas)
        if whole.seen:
            place = chance.randint(1, len(whole.seen))
            ended = _same(plain, profiled.wasm, profiled.functions, stop_at=place)
            assert sum(ended.functions.values()) == AMPLE - ended.left, seed
            stopped += 1
    assert compared >= 50
    assert stopped >= 20


@pytest.mark.parametrize("locals_", [0, 1, 500])
def test_recursion_ends_at_the_same_depth(locals_: int) -> None:
    """By the limit on the stack, not by the engine's: the counters take no room there."""
    count = "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))"
    kept = " ".join(f"(local.set {i} (i64.load (i32.const {i})))" for i in range(locals_))
    used = " ".join(f"(i64.store (i32.const {9 * i + 8}) (local.get {i}))" for i in range(locals_))
    deep = f"(func $f (local {'i64 ' * locals_}) {count} {kept} (call $f) {used})"
    wasm = contract("(call $f)", deep)
    profiled = profile(wasm)
    ended = _same(instrument(wasm), profiled.wasm, profiled.functions)
    assert ended.left == STACK_EXHAUSTED
    depth = int.from_bytes(ended.memory[:4], "little")
    assert depth > 10
    assert ended.functions[0] >= depth * price(locals_=locals_)


def _same(
    plain: bytes, counting: bytes, functions: tuple[ProfiledFunction, ...], **options: int
) -> Ended:
    """Runs both forms, which must end in the same way; gives the end of the counting one."""
    ended = run(counting, functions, **options)
    assert replace(ended, functions={}) == run(plain, **options)
    return ended


@pytest.mark.parametrize(
    ("policy", "options"),
    [(INTEGER_POLICY, INTEGERS), ("core", (*CORE, "--disallow-traps=true"))],
    ids=["integers", "core"],
)
@pytest.mark.parametrize("schedule", ["particles", "fuel"])
def test_random_modules(policy: str | Policy, options: tuple[str, ...], schedule: str) -> None:
    compared = 0
    for seed, wasm in smith_modules(20, *options, "--ensure-termination"):
        rules = {"policy": policy, "schedule": schedule, "limits": LARGE_LIMITS}
        plain, profiled = instrument(wasm, **rules), profile(wasm, **rules)
        for export in wasmtime.Module(engine(), wasm).exports:
            kind = export.type
            values = {"i32": seed, "i64": seed * seed, "f32": 1.5, "f64": -3.25}
            if not isinstance(kind, wasmtime.FuncType):
                continue
            if not all(str(each) in values for each in kind.params):
                continue
            arguments = tuple(values[str(each)] for each in kind.params)
            call = {"export": export.name, "arguments": arguments}
            ended = run(profiled.wasm, profiled.functions, **call)
            assert replace(ended, functions={}) == run(plain, **call)
            if ended.trap is None:
                compared += 1
                assert sum(ended.functions.values()) == AMPLE - ended.left, (seed, export.name)
    assert compared >= 10


MARKERS = (
    "i32.clz",
    "i32.ctz",
    "i32.popcnt",
    "i32.extend8_s",
    "i32.extend16_s",
    "i64.clz",
)
"""One for each function; the programs use none of them otherwise."""


def test_raising_the_price_of_what_one_function_does_raises_its_gas_alone() -> None:
    """Each function has an instruction of its own; the metered total is the oracle.

    How often it runs is what the gas of the normal form rises by (which is compared with the
    engine's fuel elsewhere), so it is what the count of that function has to rise by.
    """
    ones = {name: int(name not in ("else", "end")) for name in MNEMONICS}
    base = Schedule("ones", 1, ones, 1, 1, 1, 2, 0, 1, 7, 1)
    moved = 0
    for seed in range(25):
        wasm = _marked(seed)
        before = _counted(wasm, base)
        if before is None:
            continue
        for index, marker in zip(sorted(before.functions), MARKERS, strict=False):
            dearer = replace(base, instructions=ones | {marker: 1001})
            rise = before.left - run(instrument(wasm, schedule=dearer)).left
            after = _counted(wasm, dearer)
            assert after is not None
            expected = {
                each: gas + (rise if each == index else 0) for each, gas in before.functions.items()
            }
            assert after.functions == expected, (seed, index)
            moved += rise > 0
    assert moved >= 30


def _counted(wasm: bytes, schedule: Schedule) -> Ended | None:
    """A run that returns, or None."""
    profiled = profile(wasm, schedule=schedule)
    ended = run(profiled.wasm, profiled.functions)
    return ended if ended.trap is None else None


def _marked(seed: int) -> bytes:
    """A random program that executes the marker of its function between all statements."""
    head, *functions = re.split(r"(?=\(func )", random_text(seed).split("(table ", 1)[1])
    start = random_text(seed).split("(table ", 1)[0] + "(table " + head
    parts = [start]
    for text, marker in zip(functions, MARKERS, strict=False):
        kind = marker[:3]
        code = f"(drop ({marker} ({kind}.const 9))) "
        parts.append(re.sub(r"\((?:local\.set|i32\.store|if|loop|br_if) ", rf"{code}\g<0>", text))
    return bytes(wasmtime.wat2wasm("".join(parts)))


def test_names_come_from_the_name_section() -> None:
    helper = "(func $transfer) (func)"
    functions = profile(contract("", helper, imports=("finish",))).functions
    assert functions == (
        ProfiledFunction(1, "transfer", "gas_of_1"),
        ProfiledFunction(2, "function 2", "gas_of_2"),
        ProfiledFunction(3, "main", "gas_of_3"),
    )


def test_as_many_functions_as_a_contract_may_have() -> None:
    fields = ["(func)"] * (DEFAULT_LIMITS.functions - 2)
    wasm = contract("(call $last)", *fields, "(func $last nop)")
    functions = by_function(wasm)
    assert len(functions) == DEFAULT_LIMITS.functions
    assert {index: gas for index, gas in functions.items() if gas} == {
        len(fields): price("nop"),
        len(fields) + 1: price("call"),
    }


def test_too_many_functions_are_refused() -> None:
    wasm = module(*["(func)"] * 10_001)
    with pytest.raises(InjectorError, match="10001 functions; profiles have 10000"):
        profile(wasm, policy="core", limits=LARGE_LIMITS)


def test_a_schedule_without_prices_is_refused() -> None:
    with pytest.raises(InjectorError, match="none: no prices"):
        profile(contract(""), schedule="none")


def test_the_names_of_counters_are_reserved() -> None:
    wasm = module('(global (export "gas_of_0") i32 (i32.const 0))')
    with pytest.raises(InjectorError, match="`gas_of_0`: the name is reserved"):
        profile(wasm, policy="core")


def test_a_counting_module_is_not_instrumented_again() -> None:
    assert check(profile(contract("")).wasm)


def test_a_refused_module_carries_its_findings() -> None:
    with pytest.raises(InjectorError) as refusal:
        profile(module("(func (result f32) (f32.const 1))"))
    assert refusal.value.findings
