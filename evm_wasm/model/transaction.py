"""Transactions: as they are signed and sent, and as they are run once the sender is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from evm_wasm.primitives.types import Address, Hash32, Word


class TransactionType(IntEnum):
    """The byte that a typed transaction begins with (EIP-2718); LEGACY has none."""

    LEGACY = 0
    ACCESS_LIST = 1
    DYNAMIC_FEE = 2


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """An account and some of its slots that a transaction says it will use (EIP-2930)."""

    address: Address
    storage_keys: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsignedTransaction:
    """What a signature covers.

    Attributes:
        type: Which of the forms.
        chain_id: The chain it is meant for; None is a legacy one that is valid on any chain.
        nonce: Must equal the sender's.
        max_fee_per_gas: In wei for one gas, what the sender pays at most; the gas price of the
            older types.
        max_priority_fee_per_gas: In wei for one gas, what of it goes to the coinbase at most; the
            gas price of the older types.
        gas_limit: In gas.
        to: None creates a contract.
        value: In wei.
        data: Call data, or init code of a creation.
        access_list: Empty for a legacy one.
    """

    type: TransactionType
    chain_id: int | None
    nonce: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int
    gas_limit: int
    to: Address | None
    value: int
    data: bytes
    access_list: tuple[AccessEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction as it is sent.

    Attributes:
        unsigned: What the signature covers.
        y_parity: 0 or 1.
        r: x of the curve point modulo the order.
        s: The proof; 0 marks one of an account that a devnet impersonates, whose address is `r`.
    """

    unsigned: UnsignedTransaction
    y_parity: int
    r: int
    s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredTransaction:
    """A signed transaction with all that follows from it, each of which is costly to find.

    Attributes:
        signed: What was sent.
        sender: Who signed it.
        hash: keccak256 of `raw`.
        raw: Its bytes (EIP-2718).
    """

    signed: SignedTransaction
    sender: Address
    hash: Hash32
    raw: bytes

    @property
    def unsigned(self) -> UnsignedTransaction:
        """What the signature covers."""
        return self.signed.unsigned

    @property
    def is_impersonated(self) -> bool:
        """Whether a devnet sent it for an account without its key."""
        return self.signed.s == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What a known sender asks for.

    Attributes:
        sender: Recovered from the signature, or given.
        nonce: Must equal the sender's.
        gas_price: In wei for one gas: what is really paid.
        gas_limit: In gas.
        to: None creates a contract.
        value: In wei.
        data: Call data, or init code of a creation.
        access_list: What it says it will use; paid for, of no other effect here.
        max_fee_per_gas: What the sender must be able to pay; None is the gas price.
        is_impersonated: Whether it is sent without the sender's key; the sender may then be a
            contract, whatever the rules say (EIP-3607).
    """

    sender: Address
    nonce: int
    gas_price: int
    gas_limit: int
    to: Address | None
    value: int
    data: bytes
    access_list: tuple[AccessEntry, ...] = ()
    max_fee_per_gas: int | None = None
    is_impersonated: bool = False
