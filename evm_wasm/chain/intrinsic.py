"""What a transaction costs before any code runs, and whether it may run at all."""

from __future__ import annotations

from collections.abc import Sequence

from evm_wasm.errors import InvalidTransaction, TransactionFault
from evm_wasm.model.account import EMPTY_CODE_HASH
from evm_wasm.model.block import BlockContext
from evm_wasm.model.transaction import AccessEntry, Transaction
from evm_wasm.rules.limits import MAX_GAS
from evm_wasm.rules.transactions import TransactionRules
from evm_wasm.state.state import MAX_NONCE, State


def intrinsic_gas(
    rules: TransactionRules,
    data: bytes,
    *,
    creates: bool,
    access_list: Sequence[AccessEntry] = (),
) -> int:
    """The price of the transaction itself, in gas (yellow paper, section 6.2; EIP-2930).

    Entries of the access list that occur twice are paid for twice.
    """
    zeros = data.count(0)
    gas = rules.base + rules.zero_byte * zeros + rules.non_zero_byte * (len(data) - zeros)
    if creates:
        gas += rules.creation
    for entry in access_list:
        gas += rules.access_list_address + rules.access_list_key * len(entry.storage_keys)
    return gas


def check_transaction(
    transaction: Transaction,
    state: State,
    block: BlockContext,
    rules: TransactionRules,
    *,
    intrinsic: int,
    gas_left: int,
) -> None:
    """Refuses what may not be in a block.

    Args:
        transaction: What is asked for.
        state: As the transaction finds it.
        block: Where it would run.
        rules: Of the fork.
        intrinsic: The price of the transaction itself, in gas.
        gas_left: What the block can still hold, in gas.

    Raises:
        InvalidTransaction: Wrong nonce, too little gas or balance, a sender that has code, a price
            below the base fee, or more gas than the block or a frame can hold; the message says
            which, with both figures.
    """
    _check_sender(transaction, state, rules)
    _check_gas(transaction, intrinsic=intrinsic, gas_left=gas_left)
    most = transaction.gas_price
    if transaction.max_fee_per_gas is not None:
        most = transaction.max_fee_per_gas
    if most < block.base_fee:
        raise InvalidTransaction(
            TransactionFault.BASE_FEE,
            f"max fee per gas less than block base fee: {most} wei, the base fee is "
            f"{block.base_fee}",
        )
    cost = transaction.value + transaction.gas_limit * most
    balance = state.balance(transaction.sender)
    if balance < cost:
        raise InvalidTransaction(
            TransactionFault.FUNDS,
            f"insufficient funds: {cost} wei needed for value and gas, the sender has {balance}",
        )


def _check_sender(transaction: Transaction, state: State, rules: TransactionRules) -> None:
    sender = transaction.sender
    nonce = state.nonce(sender)
    if transaction.nonce != nonce:
        is_low = transaction.nonce < nonce
        raise InvalidTransaction(
            TransactionFault.NONCE_TOO_LOW if is_low else TransactionFault.NONCE_TOO_HIGH,
            f"nonce too {'low' if is_low else 'high'}: "
            f"the transaction has {transaction.nonce}, the sender {nonce}",
        )
    if nonce >= MAX_NONCE:
        raise InvalidTransaction(
            TransactionFault.NONCE_MAXIMUM, f"the sender's nonce {nonce} cannot grow (EIP-2681)"
        )
    if (
        rules.refuses_code
        and not transaction.is_impersonated
        and state.code_hash(sender) != EMPTY_CODE_HASH
    ):
        raise InvalidTransaction(
            TransactionFault.SENDER_HAS_CODE,
            f"sender not an eoa: 0x{sender.hex()} has code (EIP-3607)",
        )


def _check_gas(transaction: Transaction, *, intrinsic: int, gas_left: int) -> None:
    gas_limit = transaction.gas_limit
    if gas_limit > MAX_GAS:
        raise InvalidTransaction(
            TransactionFault.GAS_LIMIT_MAXIMUM,
            f"gas limit {gas_limit} does not fit into a frame, {MAX_GAS} does",
        )
    if gas_limit > gas_left:
        raise InvalidTransaction(
            TransactionFault.BLOCK_GAS_LIMIT,
            f"gas limit {gas_limit} exceeds the block's {gas_left}",
        )
    if gas_limit < intrinsic:
        raise InvalidTransaction(
            TransactionFault.INTRINSIC_GAS,
            f"intrinsic gas too low: {intrinsic} needed, the limit is {gas_limit}",
        )
