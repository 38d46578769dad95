"""Proofs whose cases are listed: every instruction, every amount of gas."""

from __future__ import annotations

import pytest

from fuzz.boundary import PROGRAMS, every_amount
from fuzz.prices import catalogue, every_price_counts
from injector.instrument import COUNTERS
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
    assert all(tally[f"amounts in form {counter}"] > 10 for counter in COUNTERS)
