"""Who sent a transaction, and signing one."""

from __future__ import annotations

from evm_wasm.chain.transaction_rlp import (
    decode_transaction,
    encode_transaction,
    signed_fields,
    transaction_hash,
    type_prefix,
)
from evm_wasm.errors import InputError, InvalidTransaction, TransactionFault
from evm_wasm.model.transaction import (
    RecoveredTransaction,
    SignedTransaction,
    TransactionType,
    UnsignedTransaction,
)
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.rlp import encode, encode_integer
from evm_wasm.primitives.secp256k1 import HALF_ORDER, Signature, recover, sign
from evm_wasm.primitives.types import ADDRESS_LENGTH, Address, Hash32


def signing_hash(unsigned: UnsignedTransaction) -> Hash32:
    """The hash that a signature signs (EIP-155, EIP-2930, EIP-1559)."""
    fields = signed_fields(unsigned)
    if unsigned.type is TransactionType.LEGACY and unsigned.chain_id is not None:
        fields += (encode_integer(unsigned.chain_id), b"", b"")
    return keccak256(type_prefix(unsigned) + encode(fields))


def sign_transaction(unsigned: UnsignedTransaction, secret: bytes) -> SignedTransaction:
    """A transaction signed with a key, the same way each time.

    Raises:
        InputError: Not a key.
    """
    signature = sign(signing_hash(unsigned), secret)
    return SignedTransaction(
        unsigned=unsigned, y_parity=signature.y_parity, r=signature.r, s=signature.s
    )


def impersonate(unsigned: UnsignedTransaction, sender: Address) -> SignedTransaction:
    """A transaction of an account whose key nobody has; devnets make such ones."""
    return SignedTransaction(unsigned=unsigned, y_parity=0, r=int.from_bytes(sender, "big"), s=0)


def sender_of(signed: SignedTransaction) -> Address:
    """Who signed a transaction.

    Raises:
        InvalidTransaction: No key makes such a signature, or s is above half the order of the
            curve (EIP-2).
    """
    if signed.s > HALF_ORDER:
        raise InvalidTransaction(
            TransactionFault.SIGNATURE,
            "invalid signature: s is above half the order of the curve (EIP-2)",
        )
    signature = Signature(y_parity=signed.y_parity, r=signed.r, s=signed.s)
    try:
        return recover(signing_hash(signed.unsigned), signature)
    except InputError as error:
        raise InvalidTransaction(
            TransactionFault.SIGNATURE, f"invalid signature: {error}"
        ) from error


def recover_transaction(raw: bytes, *, what: str = "transaction") -> RecoveredTransaction:
    """A transaction from the bytes a user sends.

    Raises:
        InputError: Not such bytes; names the field.
        InvalidTransaction: The signature is none of a key.
    """
    signed = decode_transaction(raw, what=what)
    return RecoveredTransaction(
        signed=signed, sender=sender_of(signed), hash=transaction_hash(raw), raw=raw
    )


def recovered(signed: SignedTransaction, sender: Address | None = None) -> RecoveredTransaction:
    """A transaction with its bytes, hash and sender.

    Args:
        signed: Signed, or made by `impersonate`.
        sender: Who signed it, if that is known.

    Raises:
        InvalidTransaction: The signature is none of a key.
    """
    if sender is None:
        sender = _impersonated_or_signer(signed)
    raw = encode_transaction(signed)
    return RecoveredTransaction(signed=signed, sender=sender, hash=transaction_hash(raw), raw=raw)


def _impersonated_or_signer(signed: SignedTransaction) -> Address:
    if signed.s == 0 and signed.y_parity == 0 and signed.r >> (8 * ADDRESS_LENGTH) == 0:
        return Address(signed.r.to_bytes(ADDRESS_LENGTH, "big"))
    return sender_of(signed)
