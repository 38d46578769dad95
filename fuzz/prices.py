"""Gas is linear in the prices: each price moves it by how often that thing was executed."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import wasmtime

from fuzz.engine import MUCH, RETURNED, Run
from fuzz.gas import MODEST, random_schedule
from fuzz.programs import program
from fuzz.proof import Disagreement, Tally, agree, chance
from fuzz.smith import contract_module, run_tool
from injector import LARGE_LIMITS, Policy, Schedule, instrument, load_schedule
from injector.opcodes import MNEMONICS, OPCODES, TYPE_NAMES, Opcode
from injector.policy import REFERENCE_TYPES
from injector.schedule import FREE

FIELDS = (
    "function_entry", "local", "br_table_entry", "copy_word", "table_element", "memory_page",
)  # fmt: skip
"""Prices that belong to no one instruction."""

_TABLES = Policy("tables", frozenset({REFERENCE_TYPES}), contract=True)
_UNITS = {name: int(name not in FREE) for name in MNEMONICS}
ONES = Schedule("ones", 1, _UNITS, **dict.fromkeys(FIELDS, 1))
"""One for everything; initial pages are free."""

TIMES = 3


def raised(name: str, base: Schedule = ONES) -> Schedule:
    """The schedule with one price, of an instruction or of `FIELDS`, higher by one."""
    if name in FIELDS:
        return replace(base, **{name: getattr(base, name) + 1})
    prices = dict(base.instructions)
    prices[name] += 1
    return replace(base, instructions=prices)


def price(schedule: Schedule, name: str) -> int:
    """The price of an instruction or of one of `FIELDS`."""
    value = getattr(schedule, name) if name in FIELDS else schedule.price(name)
    return int(value)


def used(wasm: bytes, schedule: Schedule, policy: Policy | str) -> int | None:
    """Gas that `main` uses; None where it does not return."""
    metered = instrument(wasm, policy=policy, schedule=schedule, limits=LARGE_LIMITS)
    run = Run(metered, "global", MUCH)
    return run.call("main").used if run.instantiate() == RETURNED else None


def gas_is_linear(seed: int) -> Tally:
    """One-hot counts of a random contract add up to its gas under any prices, and to its fuel."""
    smithy = seed % 2 == 0
    wasm = contract_module("prices", seed) if smithy else program("prices", seed)
    limited = Run(wasm, "fuel", MODEST)
    limited.instantiate()
    fuel = limited.call("main")
    base = used(wasm, ONES, _TABLES) if fuel.used is not None else None
    if base is None or fuel.used is None:
        return Tally({"modules that do not return": 1})
    present, absent = _mnemonics(wasm)
    counts = {}
    for name in [*present, *FIELDS]:
        after = used(wasm, raised(name), _TABLES)
        counts[name] = -1 if after is None else after - base
    host = base - sum(counts.values())
    agree("gas of the host methods", host, sum(len(call.name) for call in fuel.calls), seed)
    random = replace(
        random_schedule(chance("prices", seed)), free_initial_pages=ONES.free_initial_pages
    )
    ours = host + sum(price(random, name) * count for name, count in counts.items())
    agree("gas under random prices", used(wasm, random, _TABLES), ours, seed)
    prices = dict(_UNITS) | dict.fromkeys(absent, 1_000)
    agree("gas with absent ones dear", used(wasm, replace(ONES, instructions=prices), _TABLES),
          base, seed)  # fmt: skip
    _compare_with_fuel(counts, host, fuel.used, seed)
    return Tally({"modules": 1, "counts": len(counts)})


def _compare_with_fuel(counts: dict[str, int], host: int, fuel: int, seed: int) -> None:
    """The counts priced as fuel are the engine's fuel, up to lengths: those it counts in bytes."""
    engine = load_schedule("fuel")
    ours = host + sum(
        price(engine, name) * count for name, count in counts.items() if name != "copy_word"
    )
    words = counts["copy_word"]
    least = max(0, 32 * words - 31 * _bulk(counts))
    agree("fuel", least <= fuel - ours <= 32 * words, True, seed, f"{ours} of {fuel}, {words}")


def _bulk(counts: dict[str, int]) -> int:
    return sum(counts.get(name, 0) for name in ("memory.copy", "memory.fill", "memory.init"))


def _mnemonics(wasm: bytes) -> tuple[list[str], list[str]]:
    """Which priced instructions stand in a module, and which do not, by its text form."""
    text = (run_tool("print", data=wasm) or b"").decode()
    words = set(re.findall(r"[a-z0-9_.]+", text))
    names = [name for name in MNEMONICS if name not in FREE]
    return [n for n in names if n in words], [n for n in names if n not in words]


# Every instruction, executed a known number of times

_CONSTANT = {
    "i32": "(i32.const 1)", "i64": "(i64.const 1)", "f32": "(f32.const 1)", "f64": "(f64.const 1)",
}  # fmt: skip
_SPECIAL = {
    "unreachable": "", "nop": "(nop)", "block": "(block)", "loop": "(loop)",
    "if": "(if (i32.const 1) (then))", "br": "(block (br 0))",
    "br_if": "(block (br_if 0 (i32.const 0)))", "br_table": "(block (br_table 0 0 (i32.const 0)))",
    "call": "(call $empty)", "call_indirect": "(call_indirect (type $v) (i32.const 0))",
    "drop": "(drop (i32.const 1))", "return": "(call $returns)",
    "select": "(drop (select (i32.const 1) (i32.const 2) (i32.const 0)))",
    "local.get": "(drop (local.get 0))", "local.set": "(local.set 0 (i32.const 1))",
    "local.tee": "(drop (local.tee 0 (i32.const 1)))", "global.get": "(drop (global.get $g))",
    "global.set": "(global.set $g (i32.const 1))", "memory.size": "(drop (memory.size))",
    "memory.grow": "(drop (memory.grow (i32.const 1)))", "i32.const": "(drop (i32.const 1))",
    "i64.const": "(drop (i64.const 1))", "f32.const": "(drop (f32.const 1))",
    "f64.const": "(drop (f64.const 1))", "data.drop": "(data.drop $d)", "elem.drop": "(elem.drop $e)",
    "memory.init": "(memory.init $d (i32.const 0) (i32.const 0) (i32.const 0))",
    "memory.copy": "(memory.copy (i32.const 0) (i32.const 9) (i32.const 33))",
    "memory.fill": "(memory.fill (i32.const 0) (i32.const 9) (i32.const 32))",
    "table.get": "(drop (table.get $t (i32.const 0)))",
    "table.set": "(table.set $t (i32.const 0) (ref.null func))",
    "table.size": "(drop (table.size $t))",
    "table.grow": "(drop (table.grow $t (ref.null func) (i32.const 2)))",
    "table.fill": "(table.fill $t (i32.const 0) (ref.null func) (i32.const 2))",
    "table.init": "(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 0))",
    "table.copy": "(table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1))",
    "ref.null": "(drop (ref.null func))", "ref.func": "(drop (ref.func $empty))",
    "ref.is_null": "(drop (ref.is_null (ref.null func)))",
}  # fmt: skip
_LENGTHS = {  # units of a field that one execution takes
    "br_table": ("br_table_entry", 2), "memory.grow": ("memory_page", 1),
    "memory.copy": ("copy_word", 2), "memory.fill": ("copy_word", 1),
    "table.grow": ("table_element", 2), "table.fill": ("table_element", 2),
    "table.copy": ("table_element", 1), "call": ("function_entry", 1),
    "call_indirect": ("function_entry", 1), "return": ("function_entry", 1),
}  # fmt: skip


def _once(opcode: Opcode) -> str:
    """Code that executes an instruction once and leaves nothing behind."""
    if opcode.mnemonic in _SPECIAL:
        return _SPECIAL[opcode.mnemonic]
    arguments = " ".join(_CONSTANT[TYPE_NAMES[kind]] for kind in opcode.pops or ())
    code = f"({opcode.mnemonic} {arguments})"
    return f"(drop {code})" if opcode.pushes else code


@cache
def catalogue() -> dict[str, str]:
    """Each priced instruction but `unreachable`, and code that executes it once."""
    return {
        row.mnemonic: _once(row)
        for row in OPCODES
        if row.mnemonic not in FREE and row.mnemonic != "unreachable"
    }


def _module(code: str) -> bytes:
    text = f"""(module (type $v (func)) (memory 1) (data $d "x") (global $g (mut i32) (i32.const 0))
      (table $t 4 funcref) (elem (table $t) (i32.const 0) func $empty) (elem $e func $empty)
      (func $empty) (func $returns (return))
      (func (export "main") (local i32) {code}))"""
    return bytes(wasmtime.wat2wasm(text))


def every_price_counts(name: str) -> Tally:
    """Executing an instruction three times more moves the gas by three times its price.

    Compared are modules with `TIMES` executions and with one. What the code around it executes is
    told apart by raising the one price; lengths, pages and the like must move with it too.
    """
    code = catalogue()[name]
    moved, lengths = [], []
    for wasm in (_module(code), _module(code * TIMES)):
        base, after, long = (used(wasm, each, "core") for each in (ONES, raised(name), _FAR_APART))
        if base is None or after is None or long is None:
            raise Disagreement(f"{name} does not return")
        moved.append(after - base)
        lengths.append(long - base)
    agree("executions", moved[1] - moved[0], TIMES - 1, name)
    field, units = _LENGTHS.get(name, ("", 0))
    weight = 0 if not field else getattr(_FAR_APART, field) - 1
    agree("lengths", lengths[1] - lengths[0], (TIMES - 1) * units * weight, name)
    return Tally({"instructions": 1})


_FAR_APART = replace(ONES, **{field: 1 + 40**i for i, field in enumerate(FIELDS)})
"""Prices of `FIELDS` so different that their counts can be told from one sum."""
