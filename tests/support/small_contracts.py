"""Small contracts in text form, and running them metered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import wasmtime
from random_modules import engine

from injector import Schedule, instrument, load_schedule
from injector.eei_signatures import EEI_SIGNATURES

MUCH_GAS = 10**15


def contract(main: str, *fields: str, imports: tuple[str, ...] = (), pages: int = 1) -> bytes:
    """A contract with this code in `main`, further module fields, and EEI methods as `$name`."""
    head = " ".join(_import(name) for name in imports)
    body = f'(func $main (export "main") {main})'
    memory = f'(memory (export "memory") {pages})'
    return bytes(wasmtime.wat2wasm(f"(module {head} {memory} {' '.join(fields)} {body})"))


def _import(name: str) -> str:
    params, results = EEI_SIGNATURES[name]
    kind = f"(param {' '.join(params)})" + "".join(f" (result {result})" for result in results)
    return f'(import "ethereum" "{name}" (func ${name} {kind}))'


def module(*fields: str) -> bytes:
    """A module of these fields."""
    return bytes(wasmtime.wat2wasm(f"(module {' '.join(fields)})"))


@dataclass(frozen=True, slots=True)
class Run:
    """How a metered frame ended.

    Attributes:
        trap: Whether it trapped.
        left: The gas global afterwards.
        used: Gas used, in units of the schedule; nonsense after a trap.
        seen: Gas used as the host saw it at each host call.
        memory: Contents of the memory at the end.
    """

    trap: bool
    left: int
    used: int
    seen: tuple[int, ...]
    memory: bytes


def run(wasm: bytes, gas: int = MUCH_GAS, schedule: str | Schedule = "particles") -> Run:
    """Instrument a contract and run its `main`."""
    return run_metered(instrument(wasm, schedule=schedule), gas)


def run_metered(metered: bytes, gas: int = MUCH_GAS, results: int = 0) -> Run:
    """Run an instrumented contract whose host methods return `results`."""
    store = wasmtime.Store(engine())
    compiled = wasmtime.Module(engine(), metered)
    seen: list[int] = []
    instance: wasmtime.Instance | None = None

    def look() -> None:
        assert instance is not None
        seen.append(gas - instance.exports(store)["gas_left"].value(store))

    functions = [
        wasmtime.Func(store, entry.type, _host(look, entry.type, results))
        for entry in compiled.imports
    ]
    instance = wasmtime.Instance(store, compiled, functions)
    exports = instance.exports(store)
    counter = exports["gas_left"]
    counter.set_value(store, gas)
    trap = False
    try:
        exports["main"](store)
    except wasmtime.Trap:
        trap = True
    left = counter.value(store)
    memory = exports["memory"]
    data = bytes(memory.read(store, 0, memory.data_len(store)))
    return Run(trap, left, gas - left, tuple(seen), data)


def _host(
    look: Callable[[], None], kind: wasmtime.FuncType, result: int
) -> Callable[..., int | None]:
    """A host function that looks at the gas and returns `result` where its type has one."""

    def method(*_: int) -> int | None:
        look()
        return result if kind.results else None

    return method


def price(*mnemonics: str, schedule: str = "particles", locals_: int = 0) -> int:
    """The price of one function that executes these instructions once each."""
    prices = load_schedule(schedule)
    entry = prices.function_entry + prices.local * locals_
    return entry + sum(prices.price(mnemonic) for mnemonic in mnemonics)
