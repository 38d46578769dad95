"""The state the obvious way: plain dictionaries, copied whole at every checkpoint."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import rlp
from hypothesis import strategies as st
from trie import HexaryTrie

from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Word
from evm_wasm.state.change import AccountChange


@dataclass
class SlowAccount:
    nonce: int = 0
    balance: int = 0
    code: bytes = b""
    storage: dict[Word, Word] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self.nonce or self.balance or self.code)


Accounts = dict[Address, SlowAccount]


@dataclass
class SlowState:
    accounts: Accounts = field(default_factory=dict)
    touched: set[Address] = field(default_factory=set)
    destroyed: set[Address] = field(default_factory=set)
    logs: list[Log] = field(default_factory=list)
    refund: int = 0

    def change(self, address: Address) -> SlowAccount:
        self.touched.add(address)
        return self.accounts.setdefault(address, SlowAccount())

    def store(self, address: Address, key: Word, value: Word) -> None:
        self.accounts.setdefault(address, SlowAccount()).storage[key] = value

    def clear_storage(self, address: Address) -> None:
        if address in self.accounts:
            self.accounts[address].storage.clear()

    def finish_transaction(self, *, delete_empty: bool) -> None:
        for address in self.destroyed:
            self.accounts.pop(address, None)
        for address in self.touched:
            if delete_empty and address in self.accounts and self.accounts[address].is_empty:
                del self.accounts[address]
        self.touched, self.destroyed, self.logs, self.refund = set(), set(), [], 0

    def copy(self) -> SlowState:
        return copy.deepcopy(self)


def slots(account: SlowAccount | None) -> dict[Word, Word]:
    """Storage without zeros."""
    storage = account.storage if account is not None else {}
    return {key: value for key, value in storage.items() if value != ZERO_WORD}


def slow_root(accounts: Accounts) -> bytes:
    """The state root, by other people's trie and RLP."""

    def minimal(number: int) -> bytes:
        return number.to_bytes((number.bit_length() + 7) // 8, "big")

    tree = HexaryTrie({})
    for address, account in accounts.items():
        storage = HexaryTrie({})
        for key, value in slots(account).items():
            storage[keccak256(key)] = rlp.encode(value.lstrip(b"\0"))
        fields = [minimal(account.nonce), minimal(account.balance)]
        tree[keccak256(address)] = rlp.encode([*fields, storage.root_hash, keccak256(account.code)])
    return tree.root_hash


def slow_storage_changes(
    before: Accounts, now: Accounts
) -> dict[Address, dict[Word, tuple[Word, Word]]]:
    changes: dict[Address, dict[Word, tuple[Word, Word]]] = {}
    for address in sorted({*before, *now}):
        old, new = slots(before.get(address)), slots(now.get(address))
        for key in sorted({*old, *new}):
            pair = old.get(key, ZERO_WORD), new.get(key, ZERO_WORD)
            if pair[0] != pair[1]:
                changes.setdefault(address, {})[key] = pair
    return changes


ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
WORDS = st.binary(min_size=32, max_size=32) | st.integers(0, 300).map(
    lambda number: number.to_bytes(32, "big")
)
ACCOUNTS = st.builds(
    SlowAccount,
    nonce=st.integers(0, 2**64 - 1),
    balance=st.integers(0, 2**256 - 1),
    code=st.binary(max_size=40),
    storage=st.dictionaries(WORDS.map(Word), WORDS.map(Word), max_size=5),
)


def change_to(account: SlowAccount) -> AccountChange:
    return AccountChange(
        nonce=account.nonce,
        balance=account.balance,
        code=account.code,
        clears_storage=True,
        slots=account.storage,
    )
