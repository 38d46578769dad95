"""The base fee of a block, from the block before (EIP-1559)."""

from __future__ import annotations

from evm_wasm.model.block import Header
from evm_wasm.rules.forks import BaseFeeRules


def next_base_fee(parent: Header, rules: BaseFeeRules) -> int:
    """The base fee of the block after another one, in wei for one gas.

    It stays where the parent used its gas limit divided by the elasticity, and moves by up to one
    part in the change denominator where it used more or less; upward by at least one wei.
    """
    if parent.base_fee_per_gas is None:
        return rules.initial
    base_fee = parent.base_fee_per_gas
    target = parent.gas_limit // rules.elasticity
    if parent.gas_used == target:
        return base_fee
    distance = abs(parent.gas_used - target)
    change = base_fee * distance // max(target, 1) // rules.change_denominator
    if parent.gas_used > target:
        return base_fee + max(change, 1)
    return base_fee - change


def effective_gas_price(max_fee: int, max_priority_fee: int, base_fee: int) -> int:
    """What a transaction pays for one gas, base fee included; at most its maximum fee."""
    return min(max_fee, base_fee + max_priority_fee)
