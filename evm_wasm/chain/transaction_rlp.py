"""The byte form of signed transactions (EIP-2718, EIP-155, EIP-2930, EIP-1559)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.model.transaction import (
    AccessEntry,
    SignedTransaction,
    TransactionType,
    UnsignedTransaction,
)
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.rlp import Item, decode, decode_integer, encode, encode_integer
from evm_wasm.primitives.types import ADDRESS_LENGTH, WORD_LENGTH, Address, Hash32, Word

Fields = list[Item]
"""The items of a transaction's list."""

_FIRST_STRING: Final = 0x80
_FIRST_LIST: Final = 0xC0
"""Typed transactions begin with a byte below the first, legacy ones with the second or more."""

_UNPROTECTED_V: Final = 27
"""v of a legacy signature that names no chain, for an even y; one more for an odd one."""
_PROTECTED_V: Final = 35
"""v less twice the chain id of one that names it (EIP-155), for an even y."""

_GAS_BITS: Final = 64
_NONCE_BITS: Final = 64
"""EIP-2681. Both are the bounds of the official tests."""

_FIELDS: Final = {
    TransactionType.LEGACY: 9,
    TransactionType.ACCESS_LIST: 11,
    TransactionType.DYNAMIC_FEE: 12,
}
"""How many items a signed transaction is a list of."""


def encode_transaction(signed: SignedTransaction) -> bytes:
    """The bytes of a transaction, as they are sent and as the transactions root covers them.

    Raises:
        InputError: A typed transaction without a chain id.
    """
    unsigned = signed.unsigned
    fields = signed_fields(unsigned)
    if unsigned.type is TransactionType.LEGACY:
        fields.append(encode_integer(_legacy_v(unsigned.chain_id, signed.y_parity)))
    else:
        fields.append(encode_integer(signed.y_parity))
    fields += (encode_integer(signed.r), encode_integer(signed.s))
    return type_prefix(unsigned) + encode(fields)


def transaction_hash(raw: bytes) -> Hash32:
    """The hash of a transaction, from its bytes."""
    return keccak256(raw)


def decode_transaction(raw: bytes, *, what: str = "transaction") -> SignedTransaction:
    """Inverse of `encode_transaction`; accepts nothing that encodes to other bytes.

    Whether the values may be in a block is not looked at, and neither is the signature beyond the
    form of its numbers.

    Raises:
        InputError: Not such bytes; names the field.
    """
    if not raw:
        raise InputError(f"{what}: no bytes")
    if raw[0] >= _FIRST_LIST:
        return _decode_legacy(_list(raw, TransactionType.LEGACY, what), what)
    if raw[0] >= _FIRST_STRING:
        raise InputError(f"{what}: begins with 0x{raw[0]:02x}, neither a type nor a list")
    try:
        kind = TransactionType(raw[0])
    except ValueError:
        kind = TransactionType.LEGACY
    if kind is TransactionType.LEGACY:
        # A legacy transaction has no byte in front, so 0 is as unknown as 3.
        raise InputError(f"{what}: transaction type {raw[0]} is not supported")
    return _decode_typed(_list(raw[1:], kind, what), kind, what)


def signed_fields(unsigned: UnsignedTransaction) -> Fields:
    """What a signature covers, without the type and what EIP-155 adds to legacy transactions.

    Raises:
        InputError: A typed transaction without a chain id.
    """
    fields: Fields = []
    if unsigned.type is not TransactionType.LEGACY:
        if unsigned.chain_id is None:
            raise InputError(f"a transaction of type {int(unsigned.type)} needs a chain id")
        fields.append(encode_integer(unsigned.chain_id))
    fields.append(encode_integer(unsigned.nonce))
    if unsigned.type is TransactionType.DYNAMIC_FEE:
        fields.append(encode_integer(unsigned.max_priority_fee_per_gas))
    fields += (
        encode_integer(unsigned.max_fee_per_gas),
        encode_integer(unsigned.gas_limit),
        unsigned.to or b"",
        encode_integer(unsigned.value),
        unsigned.data,
    )
    if unsigned.type is not TransactionType.LEGACY:
        fields.append([[entry.address, entry.storage_keys] for entry in unsigned.access_list])
    return fields


def type_prefix(unsigned: UnsignedTransaction) -> bytes:
    """The byte that says which form follows; none for the legacy one."""
    return b"" if unsigned.type is TransactionType.LEGACY else bytes((unsigned.type,))


def _legacy_v(chain_id: int | None, y_parity: int) -> int:
    if chain_id is None:
        return _UNPROTECTED_V + y_parity
    return _PROTECTED_V + 2 * chain_id + y_parity


def _list(data: bytes, kind: TransactionType, what: str) -> Fields:
    fields = decode(data, what=what)
    if isinstance(fields, bytes):
        raise InputError(f"{what}: a byte string where a list was expected")
    if len(fields) != _FIELDS[kind]:
        raise InputError(
            f"{what}: {len(fields)} fields; a transaction of type {int(kind)} has {_FIELDS[kind]}"
        )
    return fields


def _decode_legacy(fields: Fields, what: str) -> SignedTransaction:
    nonce, price, gas, to, value, data, v, r, s = fields
    chain_id, y_parity = _split_v(decode_integer(v, what=f"{what}.v"), what)
    gas_price = decode_integer(price, what=f"{what}.gasPrice")
    unsigned = UnsignedTransaction(
        type=TransactionType.LEGACY,
        chain_id=chain_id,
        nonce=decode_integer(nonce, what=f"{what}.nonce", bits=_NONCE_BITS),
        max_fee_per_gas=gas_price,
        max_priority_fee_per_gas=gas_price,
        gas_limit=decode_integer(gas, what=f"{what}.gasLimit", bits=_GAS_BITS),
        to=_decode_to(to, what),
        value=decode_integer(value, what=f"{what}.value"),
        data=_bytes(data, f"{what}.data"),
    )
    return _signed(unsigned, y_parity, r, s, what)


def _decode_typed(fields: Fields, kind: TransactionType, what: str) -> SignedTransaction:
    chain_id, nonce, priority, *rest = fields
    price = rest.pop(0) if kind is TransactionType.DYNAMIC_FEE else priority
    gas, to, value, data, access_list, y_parity, r, s = rest
    unsigned = UnsignedTransaction(
        type=kind,
        chain_id=decode_integer(chain_id, what=f"{what}.chainId"),
        nonce=decode_integer(nonce, what=f"{what}.nonce", bits=_NONCE_BITS),
        max_fee_per_gas=decode_integer(price, what=f"{what}.maxFeePerGas"),
        max_priority_fee_per_gas=decode_integer(priority, what=f"{what}.maxPriorityFeePerGas"),
        gas_limit=decode_integer(gas, what=f"{what}.gasLimit", bits=_GAS_BITS),
        to=_decode_to(to, what),
        value=decode_integer(value, what=f"{what}.value"),
        data=_bytes(data, f"{what}.data"),
        access_list=_decode_access_list(access_list, f"{what}.accessList"),
    )
    return _signed(unsigned, decode_integer(y_parity, what=f"{what}.yParity", bits=8), r, s, what)


def _signed(
    unsigned: UnsignedTransaction, y_parity: int, r: Item, s: Item, what: str
) -> SignedTransaction:
    if y_parity > 1:
        raise InputError(f"{what}.yParity: {y_parity}, it is 0 or 1")
    return SignedTransaction(
        unsigned=unsigned,
        y_parity=y_parity,
        r=decode_integer(r, what=f"{what}.r"),
        s=decode_integer(s, what=f"{what}.s"),
    )


def _split_v(v: int, what: str) -> tuple[int | None, int]:
    """Chain id and y parity."""
    if v in {_UNPROTECTED_V, _UNPROTECTED_V + 1}:
        return None, v - _UNPROTECTED_V
    if v < _PROTECTED_V:
        raise InputError(f"{what}.v: {v}, it is 27, 28, or at least {_PROTECTED_V}")
    return divmod(v - _PROTECTED_V, 2)


def _decode_to(item: Item, what: str) -> Address | None:
    to = _bytes(item, f"{what}.to")
    return _address(to, f"{what}.to") if to else None


def _decode_access_list(item: Item, what: str) -> tuple[AccessEntry, ...]:
    return tuple(
        _decode_entry(entry, f"{what}[{index}]") for index, entry in enumerate(_items(item, what))
    )


def _decode_entry(item: Item, what: str) -> AccessEntry:
    pair = _items(item, what)
    if len(pair) != 2:
        raise InputError(f"{what}: {len(pair)} items; an entry is an address and a list of keys")
    keys_of = f"{what}.storageKeys"
    keys = [_bytes(key, keys_of) for key in _items(pair[1], keys_of)]
    for key in keys:
        if len(key) != WORD_LENGTH:
            raise InputError(f"{keys_of}: a key of {len(key)} bytes; it has {WORD_LENGTH}")
    address_of = f"{what}.address"
    return AccessEntry(_address(_bytes(pair[0], address_of), address_of), tuple(map(Word, keys)))


def _address(data: bytes, what: str) -> Address:
    if len(data) != ADDRESS_LENGTH:
        raise InputError(f"{what}: {len(data)} bytes; an address has {ADDRESS_LENGTH}")
    return Address(data)


def _items(item: Item, what: str) -> Sequence[Item]:
    if isinstance(item, bytes):
        raise InputError(f"{what}: a byte string where a list was expected")
    return item


def _bytes(item: Item, what: str) -> bytes:
    if not isinstance(item, bytes):
        raise InputError(f"{what}: a list where a byte string was expected")
    return item
