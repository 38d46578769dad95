"""The base fee by EIP-1559, against the formula of the specification written out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_chain import CONFIG

from evm_wasm.chain.base_fee import effective_gas_price, next_base_fee
from evm_wasm.chain.genesis import build_genesis
from evm_wasm.rules.forks import DEVNET, BaseFeeRules
from evm_wasm.state.world import WorldState

PARENT = build_genesis(CONFIG.genesis, DEVNET, WorldState.EMPTY).block.header
RULES = BaseFeeRules()


def by_the_specification(gas_limit: int, gas_used: int, base_fee: int) -> int:
    """EIP-1559, `validate_block`."""
    target = gas_limit // 2
    if gas_used == target:
        return base_fee
    if gas_used > target:
        delta = max(base_fee * (gas_used - target) // target // 8, 1)
        return base_fee + delta
    return base_fee - base_fee * (target - gas_used) // target // 8


@given(st.integers(2, 2**50), st.integers(0, 2**50), st.integers(0, 2**100))
def test_the_next_base_fee(gas_limit: int, gas_used: int, base_fee: int):
    gas_used = min(gas_used, gas_limit)
    parent = replace(PARENT, gas_limit=gas_limit, gas_used=gas_used, base_fee_per_gas=base_fee)
    assert next_base_fee(parent, RULES) == by_the_specification(gas_limit, gas_used, base_fee)


@pytest.mark.parametrize(
    ("gas_used", "expected"),
    [(50_000_000, 1_000), (100_000_000, 1_125), (0, 875), (50_000_001, 1_001)],
)
def test_examples(gas_used: int, expected: int):
    parent = replace(PARENT, gas_limit=100_000_000, gas_used=gas_used, base_fee_per_gas=1_000)
    assert next_base_fee(parent, RULES) == expected


def test_a_block_without_gas_is_no_division_by_zero():
    parent = replace(PARENT, gas_limit=0, gas_used=0, base_fee_per_gas=8)
    assert next_base_fee(parent, RULES) == 8


def test_the_first_block_with_a_base_fee_has_the_initial_one():
    assert next_base_fee(replace(PARENT, base_fee_per_gas=None), RULES) == 10**9


@pytest.mark.parametrize(
    ("max_fee", "priority", "base", "price"),
    [(10, 2, 5, 7), (6, 2, 5, 6), (5, 5, 5, 5), (7, 7, 0, 7)],
)
def test_the_effective_price(max_fee: int, priority: int, base: int, price: int):
    assert effective_gas_price(max_fee, priority, base) == price
