"""Accounts and slot values as the tries hold them, joined by hand: this is on every hot path.

An account is the RLP list of nonce, balance, storage root and code hash (yellow paper, section
4.1); a slot's value is the RLP form of the number without leading zero bytes.
"""

from __future__ import annotations

from typing import Final

from evm_wasm.errors import StateError
from evm_wasm.model.account import Account
from evm_wasm.primitives.types import WORD_LENGTH, Hash32, Word

_HASHES: Final = 66
"""Bytes at the end of an account: two hashes with their headers."""


def encode_account(account: Account) -> bytes:
    """The RLP form of an account."""
    payload = (
        _number(account.nonce)
        + _number(account.balance)
        + b"\xa0"
        + account.storage_root
        + b"\xa0"
        + account.code_hash
    )
    # The two hashes alone have 66 bytes, and all four fields at most 108: one byte of length.
    return b"\xf8" + bytes((len(payload),)) + payload


def decode_account(data: bytes) -> Account:
    """Inverse of `encode_account`.

    Raises:
        StateError: Not the one RLP form of an account.
    """
    end = len(data) - _HASHES
    nonce_end = 2 + _length(data, 2)
    if end < 4 or nonce_end >= end or nonce_end + _length(data, nonce_end) != end:
        raise StateError("the state holds an account that is malformed")
    account = Account(
        _value(data[2:nonce_end]),
        _value(data[nonce_end:end]),
        Hash32(data[end + 1 : end + 33]),
        Hash32(data[end + 34 :]),
    )
    if encode_account(account) != data:
        raise StateError("the state holds an account that is malformed")
    return account


def encode_slot(value: Word) -> bytes:
    """The RLP form of a slot's value, which is not zero."""
    return _string(value.lstrip(b"\0"))


def decode_slot(data: bytes) -> Word:
    """Inverse of `encode_slot`.

    Raises:
        StateError: Not the one RLP form of a number of 1 to 32 bytes.
    """
    value = Word((data if len(data) == 1 else data[1:]).rjust(WORD_LENGTH, b"\0"))
    if len(value) != WORD_LENGTH or encode_slot(value) != data:
        raise StateError("the state holds a slot that is malformed")
    return value


def _number(number: int) -> bytes:
    return _string(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _string(data: bytes) -> bytes:
    """RLP of at most 55 bytes."""
    if len(data) == 1 and data < b"\x80":
        return data
    return bytes((0x80 + len(data),)) + data


def _length(data: bytes, position: int) -> int:
    """Bytes of the number at a position, header included."""
    first = data[position] if position < len(data) else 0
    return 1 if first < 0x80 else first - 0x7F


def _value(item: bytes) -> int:
    return item[0] if len(item) == 1 and item[0] < 0x80 else int.from_bytes(item[1:], "big")
