"""Contracts, transactions and calls that the tests of the devnet share."""

from __future__ import annotations

from pathlib import Path

from small_contracts import contract

from evm_wasm.chain.signing import recovered, sign_transaction
from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.model.transaction import RecoveredTransaction, TransactionType, UnsignedTransaction
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Word

GWEI = 10**9
ETHER = 10**18
CONTRACTS = Path(__file__).parents[2] / "contracts"
STRANGER = Address(b"\x11" * 20)
PLACE = Address(b"\xcc" * 20)

TRAPS = contract("unreachable")
LOOPS = contract("(loop (br 0))")
REVERTS_EMPTY = contract("(call $revert (i32.const 0) (i32.const 0))", imports=("revert",))
LOGS_THEN_TRAPS = contract(
    "(call $log (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0)"
    " (i32.const 0) (i32.const 0)) unreachable",
    '(data (i32.const 0) "why")',
    imports=("log",),
)
COUNTS = contract(
    "(call $storageLoad (i32.const 0) (i32.const 32))"
    "(i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))"
    "(call $storageStore (i32.const 0) (i32.const 32))"
    "(call $finish (i32.const 32) (i32.const 32))",
    imports=("storageLoad", "storageStore", "finish"),
)
"""Adds one to slot 0 and gives the new value."""


def word(number: int) -> Word:
    return Word(number.to_bytes(32, "big"))


def selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def token(devnet: Devnet) -> Address:
    """A new token, all of it in the hands of the first account."""
    return devnet.deploy((CONTRACTS / "token" / "token_deploy.wasm").read_bytes())


def transfer_data(to: Address, amount: int) -> bytes:
    return selector("transfer(address,uint64)") + bytes(12) + to + word(amount)


def balance_data(of: Address) -> bytes:
    return selector("balanceOf(address)") + bytes(12) + of


def signed(
    devnet: Devnet,
    *,
    nonce: int | None = None,
    account: int = 0,
    to: Address | None = STRANGER,
    value: int = 0,
    data: bytes = b"",
    gas: int = 21_000,
    fee: int = 10 * GWEI,
    tip: int = GWEI,
    chain_id: int | None = 31_337,
    kind: TransactionType = TransactionType.DYNAMIC_FEE,
) -> RecoveredTransaction:
    """A transaction of one of the devnet's accounts, signed outside of it."""
    sender = devnet.accounts[account]
    unsigned = UnsignedTransaction(
        type=kind,
        chain_id=chain_id,
        nonce=devnet.nonce(sender.address) if nonce is None else nonce,
        max_fee_per_gas=fee,
        max_priority_fee_per_gas=tip if kind is TransactionType.DYNAMIC_FEE else fee,
        gas_limit=gas,
        to=to,
        value=value,
        data=data,
    )
    return recovered(sign_transaction(unsigned, sender.secret))


def request(devnet: Devnet, to: Address | None, data: bytes = b"", **fields: object) -> CallRequest:
    """A call of the first account."""
    return CallRequest(sender=devnet.accounts[0].address, to=to, data=data, **fields)  # type: ignore[arg-type]
