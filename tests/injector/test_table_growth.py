"""Growing a table pays for its elements only where it succeeds."""

from __future__ import annotations

import wasmtime
from random_modules import engine
from small_contracts import module

from injector import instrument

TEXT = """
  (table $t 1 {maximum} funcref)
  (func (export "grow") (param i32) (result i32)
    (table.grow $t (ref.null func) (local.get 0)))
"""


def grow(count: int, gas: int, maximum: int | str = 5) -> tuple[int | None, int]:
    """What `table.grow` answers (None after a trap) and the gas left."""
    wasm = module(TEXT.format(maximum=maximum))
    store = wasmtime.Store(engine())
    metered = instrument(wasm, policy="core", schedule="fuel")
    exports = wasmtime.Instance(store, wasmtime.Module(engine(), metered), []).exports(store)
    exports["gas_left"].set_value(store, gas)
    try:
        answer = exports["grow"](store, count)
    except wasmtime.Trap:
        answer = None
    return answer, exports["gas_left"].value(store)


BASE = 4
"""Entry, `ref.null`, `local.get`, `table.grow`."""


def test_success_pays_each_element() -> None:
    assert grow(4, BASE + 4) == (1, 0)
    assert grow(4, BASE + 3) == (None, -1)


def test_growth_beyond_the_maximum_pays_nothing_for_elements() -> None:
    for count in (5, 1_000, 0x7FFF_FFFF, -1):
        assert grow(count, BASE) == (-1, 0)


def test_a_table_without_a_maximum_grows_as_far_as_the_engine_lets_it() -> None:
    assert grow(100, BASE + 100, "") == (1, 0)
