"""`evm_*`, `anvil_*` and `hardhat_*`: accounts, prices, settings and the pool."""

from __future__ import annotations

from typing import Final

from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.spec import Method, Param, both
from evm_wasm.rpc.values import (
    ADDRESS,
    BOOLEAN,
    DATA,
    HASH,
    NOTHING,
    NUMBER,
    QUANTITY,
    WORD,
    or_null,
)


def _set_balance(node: Node, address: Address, balance: int) -> None:
    node.devnet.edit.set_balance(address, balance)


def _add_balance(node: Node, address: Address, amount: int) -> None:
    node.devnet.edit.set_balance(address, node.devnet.balance(address) + amount)


def _set_nonce(node: Node, address: Address, nonce: int) -> None:
    node.devnet.edit.set_nonce(address, nonce)


def _set_code(node: Node, address: Address, code: bytes) -> None:
    node.devnet.edit.set_code(address, code)


def _set_storage(node: Node, address: Address, slot: Word, value: Word) -> bool:
    node.devnet.edit.set_storage(address, slot, value)
    return True


def _impersonate(node: Node, address: Address) -> None:
    node.devnet.signers.impersonate(address)


def _stop_impersonating(node: Node, address: Address) -> None:
    node.devnet.signers.stop_impersonating(address)


def _auto_impersonate(node: Node, wanted: bool) -> None:
    node.devnet.settings.auto_impersonate = wanted


def _set_coinbase(node: Node, address: Address) -> None:
    node.devnet.settings.coinbase = address


def _set_gas_limit(node: Node, gas: int) -> bool:
    node.devnet.settings.set_gas_limit(gas)
    return True


def _set_min_gas_price(node: Node, price: int) -> None:
    node.devnet.settings.min_gas_price = price


def _set_next_base_fee(node: Node, fee: int) -> None:
    node.devnet.settings.next_base_fee = fee


def _set_logging(node: Node, wanted: bool) -> None:
    node.devnet.settings.logging = wanted


def _drop_transaction(node: Node, transaction_hash: Hash32) -> Hash32 | None:
    return transaction_hash if node.devnet.pool.drop(transaction_hash) else None


def _drop_all(node: Node) -> None:
    node.devnet.pool.clear()


def _drop_sender(node: Node, sender: Address) -> None:
    node.devnet.pool.drop_sender(sender)


_ADDRESS: Final = Param("address", ADDRESS)

METHODS: Final = (
    Method(
        "anvil_setBalance",
        (_ADDRESS, Param("balance", QUANTITY)),
        NOTHING,
        _set_balance,
        "In wei.",
        aliases=("hardhat_setBalance", "evm_setAccountBalance"),
    ),
    Method(
        "anvil_addBalance",
        (_ADDRESS, Param("amount", QUANTITY)),
        NOTHING,
        _add_balance,
        "Adds to a balance, in wei.",
        aliases=("hardhat_addBalance",),
    ),
    Method(
        "anvil_setNonce",
        (_ADDRESS, Param("nonce", NUMBER)),
        NOTHING,
        _set_nonce,
        "The next nonce of an account.",
        aliases=("hardhat_setNonce", "evm_setAccountNonce"),
    ),
    Method(
        "anvil_setCode",
        (_ADDRESS, Param("code", DATA)),
        NOTHING,
        _set_code,
        "Puts wasm into an account, without a constructor.",
        aliases=("hardhat_setCode", "evm_setAccountCode"),
    ),
    Method(
        "anvil_setStorageAt",
        (_ADDRESS, Param("slot", WORD), Param("value", WORD)),
        BOOLEAN,
        _set_storage,
        "Sets a slot.",
        aliases=("hardhat_setStorageAt", "evm_setAccountStorageAt"),
    ),
    Method(
        "anvil_impersonateAccount",
        (_ADDRESS,),
        NOTHING,
        _impersonate,
        "From now on the account can send without a key.",
        aliases=("hardhat_impersonateAccount",),
    ),
    Method(
        "anvil_stopImpersonatingAccount",
        (_ADDRESS,),
        NOTHING,
        _stop_impersonating,
        "Undoes `anvil_impersonateAccount`.",
        aliases=("hardhat_stopImpersonatingAccount",),
    ),
    Method(
        "anvil_autoImpersonateAccount",
        (Param("wanted", BOOLEAN),),
        NOTHING,
        _auto_impersonate,
        "Whether any account can send without a key.",
        aliases=("hardhat_autoImpersonateAccount",),
    ),
    Method(
        "anvil_setCoinbase",
        (_ADDRESS,),
        NOTHING,
        _set_coinbase,
        "Who gets the fees of coming blocks.",
        aliases=("hardhat_setCoinbase",),
    ),
    Method(
        "evm_setBlockGasLimit",
        (Param("gas", NUMBER),),
        BOOLEAN,
        _set_gas_limit,
        "Gas limit of coming blocks.",
        aliases=both("setBlockGasLimit"),
    ),
    Method(
        "anvil_setMinGasPrice",
        (Param("price", QUANTITY),),
        NOTHING,
        _set_min_gas_price,
        "In wei for one gas: what the pool wants at least.",
        aliases=("hardhat_setMinGasPrice",),
    ),
    Method(
        "anvil_setNextBlockBaseFeePerGas",
        (Param("fee", QUANTITY),),
        NOTHING,
        _set_next_base_fee,
        "Base fee of the next block, in wei for one gas.",
        aliases=("hardhat_setNextBlockBaseFeePerGas",),
    ),
    Method(
        "anvil_setLoggingEnabled",
        (Param("wanted", BOOLEAN),),
        NOTHING,
        _set_logging,
        "Whether requests are printed.",
        aliases=("hardhat_setLoggingEnabled",),
    ),
    Method(
        "anvil_dropTransaction",
        (Param("hash", HASH),),
        or_null(HASH),
        _drop_transaction,
        "Takes a transaction out of the pool; null if it was not there.",
        aliases=("hardhat_dropTransaction",),
    ),
    Method(
        "anvil_dropAllTransactions",
        (),
        NOTHING,
        _drop_all,
        "Empties the pool.",
        aliases=("hardhat_dropAllTransactions",),
    ),
    Method(
        "anvil_removePoolTransactions",
        (_ADDRESS,),
        NOTHING,
        _drop_sender,
        "Takes an account's transactions out of the pool.",
        aliases=("hardhat_removePoolTransactions",),
    ),
)
