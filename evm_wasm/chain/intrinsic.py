"""What a transaction costs before any code runs, and whether it may run at all."""

from __future__ import annotations

from evm_wasm.errors import InvalidTransaction
from evm_wasm.model.transaction import Transaction
from evm_wasm.rules.limits import MAX_GAS
from evm_wasm.rules.schedule import TransactionSchedule
from evm_wasm.state.state import MAX_NONCE, State


def intrinsic_gas(prices: TransactionSchedule, data: bytes, *, creates: bool) -> int:
    """The price of the transaction itself, in gas (yellow paper, section 6.2)."""
    zeros = data.count(0)
    return (
        prices.base
        + (prices.creation if creates else 0)
        + prices.zero_byte * zeros
        + prices.non_zero_byte * (len(data) - zeros)
    )


def check_transaction(
    transaction: Transaction, state: State, *, intrinsic: int, block_gas_limit: int
) -> None:
    """Refuses what may not be in a block.

    Raises:
        InvalidTransaction: Wrong nonce, too little gas or balance, or more gas than the block or
            a frame can hold; the message says which, with both figures.
    """
    sender = transaction.sender
    nonce, balance = state.nonce(sender), state.balance(sender)
    if transaction.nonce != nonce:
        order = "too low" if transaction.nonce < nonce else "too high"
        raise InvalidTransaction(
            f"nonce {order}: the transaction has {transaction.nonce}, the sender {nonce}"
        )
    if nonce >= MAX_NONCE:
        raise InvalidTransaction(f"the sender's nonce {nonce} cannot grow (EIP-2681)")
    if transaction.gas_limit > MAX_GAS:
        raise InvalidTransaction(
            f"gas limit {transaction.gas_limit} does not fit into a frame, {MAX_GAS} does"
        )
    if transaction.gas_limit > block_gas_limit:
        raise InvalidTransaction(
            f"gas limit {transaction.gas_limit} exceeds the block's {block_gas_limit}"
        )
    if transaction.gas_limit < intrinsic:
        raise InvalidTransaction(
            f"intrinsic gas too low: {intrinsic} needed, the limit is {transaction.gas_limit}"
        )
    cost = transaction.value + transaction.gas_limit * transaction.gas_price
    if balance < cost:
        raise InvalidTransaction(
            f"insufficient funds: {cost} wei needed for value and gas, the sender has {balance}"
        )
