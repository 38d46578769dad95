"""The accounts of the states that are measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from evm_wasm.model.account import Account
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.state.account_rlp import encode_account
from evm_wasm.state.loading import FullAccount

Figures = dict[str, float]
T = TypeVar("T")


def address_of(number: int) -> Address:
    """The address of an account."""
    return Address(keccak256(number.to_bytes(8, "big"))[:20])


def trie_entry(number: int, balance: int = 10**18) -> tuple[bytes, bytes]:
    """Key and value of an account in the account trie."""
    return keccak256(address_of(number)), encode_account(Account(1, balance + number))


def full_accounts(accounts: int) -> Iterator[FullAccount]:
    """Accounts as a state is loaded from them."""
    for number in range(accounts):
        yield FullAccount(address_of(number), 1, 10**18 + number, b"", ())


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """The seconds that something took, and what it gave."""
    before = time.perf_counter()
    result = work()
    return time.perf_counter() - before, result
