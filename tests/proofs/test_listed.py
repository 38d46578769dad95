"""Proofs whose cases are listed: every instruction, every amount of gas."""

from __future__ import annotations

import pytest
import wasmtime

from fuzz.boundary import PROGRAMS, every_amount
from fuzz.engine import engine
from fuzz.prices import catalogue, every_price_counts
from injector import Counter, instrument
from injector.opcodes import MNEMONICS
from injector.schedule import FREE


def test_every_priced_instruction_is_listed() -> None:
    assert set(catalogue()) == set(MNEMONICS) - FREE - {"unreachable"}


@pytest.mark.parametrize("name", catalogue())
def test_price_moves_gas_by_the_executions(name: str) -> None:
    assert every_price_counts(name)["instructions"] == 1


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_smaller_amount_fails(name: str) -> None:
    tally = every_amount(name)
    assert all(tally[f"amounts in form {counter}"] > 10 for counter in Counter)


def test_gas_is_shared_with_what_the_host_calls_back() -> None:
    """A loop calls the host, which calls another export of the same instance."""
    wasm = bytes(
        wasmtime.wat2wasm("""(module (import "host" "back" (func $back))
          (func (export "other") (local i32) (loop
            (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 7)))))
          (func (export "main") (local i32) (loop nop (call $back) nop
            (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5))))
          ))""")
    )
    metered = instrument(wasm, policy="core", schedule="fuel")
    assert _used_with_reentry(metered, fuel=False) == _used_with_reentry(wasm, fuel=True)


def _used_with_reentry(wasm: bytes, *, fuel: bool) -> list[int]:
    """Gas used at each call of the host and at the end."""
    much = 1_000_000
    store = wasmtime.Store(engine(fuel=fuel))
    if fuel:
        store.set_fuel(much)
    seen: list[int] = []

    def used() -> int:
        return much - (store.get_fuel() if fuel else exports["gas_left"].value(store))

    def back() -> None:
        seen.append(used())
        exports["other"](store)

    module = wasmtime.Module(engine(fuel=fuel), wasm)
    host = wasmtime.Func(store, wasmtime.FuncType([], []), back)
    exports = wasmtime.Instance(store, module, [host]).exports(store)
    if not fuel:
        exports["gas_left"].set_value(store, much)
    exports["main"](store)
    return [*seen, used()]
