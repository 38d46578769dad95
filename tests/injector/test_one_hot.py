"""Raising one price alone moves the gas by exactly the count of that instruction."""

from __future__ import annotations

from collections import Counter

import pytest
import wasmtime
from random_modules import CORE, engine, smith_modules

from injector import LARGE_LIMITS, Schedule, instrument, load_schedule
from injector.opcodes import MNEMONICS

FREE = ("else", "end")
GAS = 10**12


def used(wasm: bytes, schedule: Schedule) -> dict[str, int]:
    """Gas of each exported function that returns, called with no arguments or small ones."""
    metered = instrument(wasm, policy="core", schedule=schedule, limits=LARGE_LIMITS)
    compiled = wasmtime.Module(engine(), metered)
    gas = {}
    for export in compiled.exports:
        kind = export.type
        if not isinstance(kind, wasmtime.FuncType):
            continue
        if not all(str(each) in ("i32", "i64", "f32", "f64") for each in kind.params):
            continue
        store = wasmtime.Store(engine())
        try:
            exports = wasmtime.Instance(store, compiled, []).exports(store)
            exports["gas_left"].set_value(store, GAS)
            exports[export.name](store, *[3] * len(kind.params))
        except wasmtime.Trap:
            continue
        gas[export.name] = GAS - exports["gas_left"].value(store)
    return gas


def schedule(instructions: dict[str, int], **others: int) -> Schedule:
    fields = dict.fromkeys(
        ("function_entry", "local", "br_table_entry", "copy_byte", "table_element", "memory_page"),
        1,
    )
    return Schedule("test", 1, instructions, **(fields | others))


@pytest.mark.parametrize("seed", [3, 21])
def test_gas_is_linear_in_every_price(seed: int) -> None:
    """The sum over one-hot counts times prices is the gas of any schedule."""
    options = (*CORE, "--ensure-termination", "--disallow-traps=true")
    wasm = next(
        wasm for _, wasm in smith_modules(40, *options, first=seed * 100) if len(wasm) > 500
    )
    ones = {name: int(name not in FREE) for name in MNEMONICS}
    base = used(wasm, schedule(ones))
    counts: dict[str, Counter[str]] = {export: Counter() for export in base}
    for name in MNEMONICS:
        if name not in FREE:
            for export, gas in used(wasm, schedule(ones | {name: 1001})).items():
                extra = gas - base[export]
                assert extra % 1000 == 0
                counts[export][name] = extra // 1000
    particles = load_schedule("particles")
    lengths = {"function_entry", "local", "br_table_entry", "table_element", "memory_page"}
    flat = Schedule("flat", 1, particles.instructions, copy_byte=1, **dict.fromkeys(lengths, 1))
    for export, gas in used(wasm, flat).items():
        priced = sum(particles.price(name) * count for name, count in counts[export].items())
        assert gas == base[export] - counts[export].total() + priced
