"""What is wrong with a transaction whatever the state is."""

from __future__ import annotations

from typing import Final

from evm_wasm.errors import InvalidTransaction, TransactionFault
from evm_wasm.model.transaction import UnsignedTransaction
from evm_wasm.rules.transactions import TransactionRules

_MOST_NONCE: Final = 2**64 - 2
"""EIP-2681: the nonce after the transaction must still fit in 64 bits and be no maximum."""

_MOST_GAS: Final = 2**64 - 1
_MOST_PRICE: Final = 2**256 - 1
"""In wei, for all gas together and for one gas: balances have 256 bits."""


def check_form(unsigned: UnsignedTransaction, rules: TransactionRules, *, chain_id: int) -> None:
    """Refuses what can never be in a block of a chain, whatever its state.

    Signatures are checked where the sender is recovered, and gas against the intrinsic price
    where the transaction would run.

    Args:
        unsigned: The transaction.
        rules: Of the chain.
        chain_id: Of the chain.

    Raises:
        InvalidTransaction: A type that the rules do not have, another chain's id, a nonce, gas
            limit or price that is too large, or a priority fee above the maximum fee.
    """
    if unsigned.type not in rules.types:
        raise InvalidTransaction(
            TransactionFault.TYPE,
            f"transaction type not supported: {int(unsigned.type)}; "
            f"there are {', '.join(str(int(kind)) for kind in rules.types)}",
        )
    if unsigned.chain_id not in {None, chain_id}:
        raise InvalidTransaction(
            TransactionFault.CHAIN_ID,
            f"wrong chain id: the transaction is for {unsigned.chain_id}, this is {chain_id}",
        )
    if unsigned.nonce > _MOST_NONCE:
        raise InvalidTransaction(
            TransactionFault.NONCE_MAXIMUM, f"nonce {unsigned.nonce} is too large (EIP-2681)"
        )
    _check_prices(unsigned)


def _check_prices(unsigned: UnsignedTransaction) -> None:
    if unsigned.gas_limit > _MOST_GAS:
        raise InvalidTransaction(
            TransactionFault.GAS_LIMIT_MAXIMUM,
            f"gas limit {unsigned.gas_limit} does not fit in 64 bits",
        )
    if unsigned.gas_limit * unsigned.max_fee_per_gas > _MOST_PRICE:
        raise InvalidTransaction(
            TransactionFault.PRICE_MAXIMUM,
            "gas limit times price is too large: it does not fit in 256 bits",
        )
    if unsigned.max_priority_fee_per_gas > unsigned.max_fee_per_gas:
        raise InvalidTransaction(
            TransactionFault.PRIORITY_FEE,
            "max priority fee per gas higher than max fee per gas: "
            f"{unsigned.max_priority_fee_per_gas} and {unsigned.max_fee_per_gas} wei",
        )
