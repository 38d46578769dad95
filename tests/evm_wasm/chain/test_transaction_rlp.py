"""Bytes of transactions: what decodes encodes back, and everything else is refused by field."""

from __future__ import annotations

import pytest
import rlp
from hypothesis import given
from hypothesis import strategies as st
from sample_transactions import KEYS, numbers, unsigned_transactions

from evm_wasm.chain.signing import (
    impersonate,
    recover_transaction,
    recovered,
    sender_of,
    sign_transaction,
    signing_hash,
)
from evm_wasm.chain.transaction_rlp import decode_transaction, encode_transaction
from evm_wasm.errors import InputError, InvalidTransaction, TransactionFault
from evm_wasm.model.transaction import SignedTransaction, TransactionType, UnsignedTransaction
from evm_wasm.primitives.secp256k1 import ORDER, address_of_key
from evm_wasm.primitives.types import Address

TO = Address(b"\x35" * 20)

EIP_155_KEY = b"\x46" * 32
EIP_155 = UnsignedTransaction(
    type=TransactionType.LEGACY,
    chain_id=1,
    nonce=9,
    max_fee_per_gas=20 * 10**9,
    max_priority_fee_per_gas=20 * 10**9,
    gas_limit=21_000,
    to=TO,
    value=10**18,
    data=b"",
)
"""The example of EIP-155."""


def test_the_example_of_eip_155():
    assert signing_hash(EIP_155).hex() == (
        "daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53"
    )
    assert encode_transaction(sign_transaction(EIP_155, EIP_155_KEY)).hex() == (
        "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
        "25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276"
        "a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
    )


@given(unsigned_transactions(), st.integers(0, 1), numbers(256), numbers(256))
def test_decoding_inverts_encoding(unsigned: UnsignedTransaction, y_parity: int, r: int, s: int):
    signed = SignedTransaction(unsigned=unsigned, y_parity=y_parity, r=r, s=s)
    assert decode_transaction(encode_transaction(signed)) == signed


@given(unsigned_transactions(), KEYS)
def test_the_signer_is_recovered(unsigned: UnsignedTransaction, key: bytes):
    signed = sign_transaction(unsigned, key)
    transaction = recovered(signed)
    assert transaction.sender == sender_of(signed) == address_of_key(key)
    assert recover_transaction(transaction.raw) == transaction
    assert recovered(signed, transaction.sender) == transaction


@given(unsigned_transactions(), KEYS, st.integers(0, 400), st.integers(1, 255))
def test_whatever_decodes_is_canonical(unsigned, key: bytes, place: int, change: int):
    raw = bytearray(encode_transaction(sign_transaction(unsigned, key)))
    raw[place % len(raw)] ^= change
    try:
        signed = decode_transaction(bytes(raw))
    except InputError:
        return
    assert encode_transaction(signed) == bytes(raw)


@given(unsigned_transactions(), KEYS, st.binary(min_size=1, max_size=3))
def test_neither_more_nor_less_bytes_are_accepted(unsigned, key: bytes, more: bytes):
    raw = encode_transaction(sign_transaction(unsigned, key))
    for wrong in (raw + more, raw[:-1], raw[1:], b"\0" + raw):
        with pytest.raises(InputError):
            decode_transaction(wrong)


LEGACY = [b"\x09", b"\x01", b"\x52\x08", TO, b"", b"", b"\x25", b"\x01", b"\x01"]
ENTRY = [TO, [bytes(32)]]
TYPE_1 = [b"\x01", b"", b"\x01", b"\x52\x08", b"", b"", b"", [ENTRY], b"", b"\x01", b"\x01"]
TYPE_2 = [*TYPE_1[:3], b"\x02", *TYPE_1[3:]]


def with_field(fields: list, index: int, value: object) -> bytes:
    prefix = {9: b"", 11: b"\1", 12: b"\2"}[len(fields)]
    return prefix + rlp.encode([*fields[:index], value, *fields[index + 1 :]])


@pytest.mark.parametrize("fields", [LEGACY, TYPE_1, TYPE_2])
def test_the_samples_below_are_right_but_for_one_field(fields: list):
    decode_transaction(with_field(fields, 0, fields[0]))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "transaction: no bytes"),
        (b"\0" + rlp.encode(LEGACY), "transaction: transaction type 0 is not supported"),
        (b"\3" + rlp.encode(TYPE_2), "transaction: transaction type 3 is not supported"),
        (b"\x7f", "transaction: transaction type 127 is not supported"),
        (b"\x80", "transaction: begins with 0x80, neither a type nor a list"),
        (rlp.encode(rlp.encode(LEGACY)), "transaction: begins with 0xa"),
        (b"\1" + rlp.encode(rlp.encode(TYPE_1)), "transaction: a byte string where a list"),
        (rlp.encode(LEGACY[1:]), "transaction: 8 fields; a transaction of type 0 has 9"),
        (b"\2" + rlp.encode(TYPE_1), "transaction: 11 fields; a transaction of type 2 has 12"),
        (with_field(LEGACY, 0, b"\0"), "transaction.nonce: a number with a leading zero byte"),
        (with_field(LEGACY, 0, b"\1" * 9), "transaction.nonce: a number of 9 bytes does not fit"),
        (with_field(LEGACY, 1, [b"\1"]), "transaction.gasPrice: a list where a number"),
        (with_field(LEGACY, 1, b"\1" * 33), "transaction.gasPrice: a number of 33 bytes"),
        (with_field(LEGACY, 2, b"\0\1"), "transaction.gasLimit: a number with a leading zero"),
        (with_field(LEGACY, 2, b"\1" * 9), "transaction.gasLimit: a number of 9 bytes"),
        (with_field(LEGACY, 3, bytes(19)), "transaction.to: 19 bytes; an address has 20"),
        (with_field(LEGACY, 3, bytes(21)), "transaction.to: 21 bytes; an address has 20"),
        (with_field(LEGACY, 3, []), "transaction.to: a list where a byte string"),
        (with_field(LEGACY, 4, b"\0"), "transaction.value: a number with a leading zero byte"),
        (with_field(LEGACY, 5, [b""]), "transaction.data: a list where a byte string"),
        (with_field(LEGACY, 6, b""), "transaction.v: 0, it is 27, 28, or at least 35"),
        (with_field(LEGACY, 6, b"\x1d"), "transaction.v: 29, it is"),
        (with_field(LEGACY, 6, b"\x22"), "transaction.v: 34, it is"),
        (with_field(LEGACY, 6, b"\0\x1b"), "transaction.v: a number with a leading zero byte"),
        (with_field(LEGACY, 7, b"\0\1"), "transaction.r: a number with a leading zero byte"),
        (with_field(LEGACY, 8, b"\1" * 33), "transaction.s: a number of 33 bytes"),
        (with_field(TYPE_1, 0, b"\0"), "transaction.chainId: a number with a leading zero"),
        (with_field(TYPE_1, 7, b""), "transaction.accessList: a byte string where a list"),
        (with_field(TYPE_1, 7, [b""]), "transaction.accessList[0]: a byte string where a list"),
        (with_field(TYPE_1, 7, [ENTRY, [TO]]), "transaction.accessList[1]: 1 items; an entry"),
        (
            with_field(TYPE_1, 7, [[bytes(19), []]]),
            "transaction.accessList[0].address: 19 bytes; an address has 20",
        ),
        (
            with_field(TYPE_1, 7, [[TO, [bytes(31)]]]),
            "transaction.accessList[0].storageKeys: a key of 31 bytes; it has 32",
        ),
        (
            with_field(TYPE_1, 7, [[TO, b""]]),
            "transaction.accessList[0].storageKeys: a byte string where a list",
        ),
        (with_field(TYPE_1, 8, b"\2"), "transaction.yParity: 2, it is 0 or 1"),
        (with_field(TYPE_1, 8, b"\0"), "transaction.yParity: a number with a leading zero"),
        (with_field(TYPE_2, 2, b"\0"), "transaction.maxPriorityFeePerGas: a number with a"),
        (with_field(TYPE_2, 3, b"\1" * 33), "transaction.maxFeePerGas: a number of 33 bytes"),
    ],
)
def test_what_is_wrong_is_named(raw: bytes, message: str):
    with pytest.raises(InputError) as caught:
        decode_transaction(raw)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("r", "s"),
    [(0, 1), (ORDER, 1), (1, 0), (1, ORDER), (1, ORDER // 2 + 1), (5, 1)],
)
def test_signatures_that_no_key_makes_are_refused(r: int, s: int):
    raw = encode_transaction(SignedTransaction(unsigned=EIP_155, y_parity=0, r=r, s=s))
    with pytest.raises(InvalidTransaction, match="invalid signature") as caught:
        recover_transaction(raw)
    assert caught.value.fault is TransactionFault.SIGNATURE


def test_the_other_s_is_refused():
    """Anybody can turn a signature into another one of the same key (EIP-2)."""
    signed = sign_transaction(EIP_155, EIP_155_KEY)
    other = SignedTransaction(
        unsigned=EIP_155, y_parity=1 - signed.y_parity, r=signed.r, s=ORDER - signed.s
    )
    with pytest.raises(InvalidTransaction, match="above half the order"):
        sender_of(other)


@given(unsigned_transactions(), st.binary(min_size=20, max_size=20).map(Address))
def test_impersonated_ones_are_known_by_their_signature(unsigned, sender: Address):
    signed = impersonate(unsigned, sender)
    transaction = recovered(signed)
    assert (transaction.sender, transaction.is_impersonated) == (sender, True)
    assert decode_transaction(transaction.raw) == signed
    with pytest.raises(InvalidTransaction, match="invalid signature"):
        recover_transaction(transaction.raw)


def test_a_typed_transaction_needs_a_chain():
    unsigned = UnsignedTransaction(
        type=TransactionType.ACCESS_LIST,
        chain_id=None,
        nonce=0,
        max_fee_per_gas=0,
        max_priority_fee_per_gas=0,
        gas_limit=0,
        to=None,
        value=0,
        data=b"",
    )
    with pytest.raises(InputError, match="a transaction of type 1 needs a chain id"):
        sign_transaction(unsigned, EIP_155_KEY)
