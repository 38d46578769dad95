"""Hard modules are valid, grow in proportion, and are metered exactly at sizes that run quickly."""

from __future__ import annotations

import pytest

from benchmarks.hard_modules import SHAPES
from benchmarks.runnable import Runnable
from benchmarks.stopwatch import LIMITS
from injector import instrument

SMALL = 64
IDS = [shape.name for shape in SHAPES]


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_metered_hard_module_runs_and_uses_the_fuel_of_the_engine(shape):
    wasm = shape.build(SMALL)
    metered = Runnable(instrument(wasm, schedule="fuel", limits=LIMITS))
    assert metered.used() == Runnable(wasm, fuel=True).used()


@pytest.mark.parametrize("shape", SHAPES, ids=IDS)
def test_bytes_grow_in_proportion_to_the_size(shape):
    small, middle, large = (len(shape.build(size)) for size in shape.sizes)
    assert shape.sizes[0] * 4 == shape.sizes[1] * 2 == shape.sizes[2]
    assert 1.8 < middle / small < 2.3
    assert 1.8 < large / middle < 2.3
