"""Random contracts that end: gas is the engine's fuel, at every host call too."""

from __future__ import annotations

import random
from dataclasses import dataclass

import wasmtime
from random_modules import engine
from random_programs import random_program

from injector import check, instrument

AMPLE = 10**9


def number() -> wasmtime.FuncType:
    """The type of the method; a type object must not be shared by engines."""
    return wasmtime.FuncType([], [wasmtime.ValType.i64()])


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        trap: The trap, or None.
        used: Gas or fuel used.
        seen: Gas or fuel used as the host saw it at each call.
        memory: The memory afterwards.
    """

    trap: str | None
    used: int
    seen: list[int]
    memory: bytes


def run_with_fuel(wasm: bytes) -> Ended:
    store = wasmtime.Store(engine(fuel=True))
    store.set_fuel(AMPLE)
    seen: list[int] = []

    def host(caller: wasmtime.Caller) -> int:
        seen.append(AMPLE - wasmtime.Store.get_fuel(caller))
        return 5

    method = wasmtime.Func(store, number(), host, access_caller=True)
    instance = wasmtime.Instance(store, wasmtime.Module(engine(fuel=True), wasm), [method])
    store.set_fuel(AMPLE)
    trap = call_main(store, instance)
    return Ended(trap, AMPLE - store.get_fuel(), seen, memory(store, instance))


def run_with_gas(metered: bytes, gas: int = AMPLE) -> tuple[Ended, int]:
    store = wasmtime.Store(engine())
    seen: list[int] = []

    def host(caller: wasmtime.Caller) -> int:
        seen.append(gas - caller["gas_left"].value(caller))
        return 5

    method = wasmtime.Func(store, number(), host, access_caller=True)
    instance = wasmtime.Instance(store, wasmtime.Module(engine(), metered), [method])
    counter = instance.exports(store)["gas_left"]
    counter.set_value(store, gas)
    trap = call_main(store, instance)
    left = counter.value(store)
    return Ended(trap, gas - left, seen, memory(store, instance)), left


def call_main(store: wasmtime.Store, instance: wasmtime.Instance) -> str | None:
    try:
        instance.exports(store)["main"](store)
    except wasmtime.Trap as trap:
        return str(trap.trap_code)
    return None


def memory(store: wasmtime.Store, instance: wasmtime.Instance) -> bytes:
    data = instance.exports(store)["memory"]
    return bytes(data.read(store, 0, data.data_len(store)))


def test_gas_is_exact_wherever_the_host_can_look() -> None:
    """And the outcome turns at exactly the total, with the same host calls before it."""
    compared = calls = 0
    for seed in range(100):
        wasm = random_program(seed)
        assert check(wasm) == ()
        metered = instrument(wasm, schedule="fuel")
        expected = run_with_fuel(wasm)
        if expected.trap is not None:
            continue
        assert run_with_gas(metered)[0] == expected, seed
        compared += 1
        calls += len(expected.seen)
        total = expected.used
        for gas in (total, total - 1, random.Random(seed).randrange(total)):
            ended, left = run_with_gas(metered, gas)
            assert (ended.trap is None) == (gas >= total), (seed, gas)
            assert left == (0 if gas == total else -1), (seed, gas)
            assert ended.seen == [used for used in expected.seen if used <= gas], (seed, gas)
    assert compared >= 60
    assert calls >= 200
