"""The WebAssembly specification's own tests, run metered beside the engine's fuel."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.fetch import Unavailable, spec_suite
from fuzz.proof import Tally
from fuzz.spec_suite import run_file

PARTS = 12


@pytest.fixture(scope="module")
def files() -> list[Path]:
    try:
        return spec_suite()
    except Unavailable as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("part", range(PARTS))
def test_results_traps_and_gas(files: list[Path], part: int) -> None:
    tally = Tally()
    for path in files[part::PARTS]:
        tally += run_file(path)
    assert tally["files"] == len(files[part::PARTS])
    assert tally["results with equal gas"] > 100
