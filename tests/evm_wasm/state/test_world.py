from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_state import ACCOUNTS, ADDRESSES, change_to, slots, slow_root

from evm_wasm.errors import StateError
from evm_wasm.model.account import (
    EMPTY_ACCOUNT,
    EMPTY_CODE_HASH,
    EMPTY_TRIE_ROOT,
    Account,
)
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.world import WorldState

ALICE = Address(b"\xa1" * 20)


def test_the_empty_world():
    world = WorldState.EMPTY
    assert world.root == EMPTY_TRIE_ROOT
    assert world.account(ALICE) == EMPTY_ACCOUNT
    assert world.find(ALICE) is None
    assert not world.exists(ALICE)
    assert world.storage(ALICE, ZERO_WORD) == ZERO_WORD
    assert list(world.slots(ALICE)) == []
    assert list(world.accounts()) == []
    assert world.code(EMPTY_CODE_HASH) == b""


@given(
    st.dictionaries(ADDRESSES, ACCOUNTS, max_size=6),
    st.dictionaries(ADDRESSES, ACCOUNTS, max_size=3),
    st.data(),
)
def test_applying_changes_gives_the_root_of_the_result(first: dict, second: dict, data):
    world = WorldState.EMPTY.apply({key: change_to(value) for key, value in first.items()})
    assert world.root == slow_root(first)
    changed = {
        address: data.draw(st.none() | ACCOUNTS, label="account") for address in sorted(first)
    } | second
    after = world.apply(
        {key: change_to(value) if value else None for key, value in changed.items()}
    )
    expected = {key: value for key, value in changed.items() if value}
    assert after.root == slow_root(expected)
    assert [address for address, _ in after.accounts()] == sorted(expected)
    for address, account in expected.items():
        assert list(after.slots(address)) == sorted(slots(account).items())
        for key, value in account.storage.items():
            assert after.storage(address, key) == value
        assert after.code(keccak256(account.code)) == account.code
    assert world.root == slow_root(first)


def test_an_empty_account_exists():
    world = WorldState.EMPTY.apply({ALICE: AccountChange(nonce=0, balance=0)})
    assert world.exists(ALICE)
    assert world.find(ALICE) == EMPTY_ACCOUNT
    assert world.root != WorldState.EMPTY.root
    assert world.apply({ALICE: None}).root == WorldState.EMPTY.root


def test_code_and_storage_stay_unless_a_change_says_otherwise():
    one, two = Word(bytes(31) + b"\1"), Word(bytes(31) + b"\2")
    world = WorldState.EMPTY.apply(
        {ALICE: AccountChange(nonce=1, balance=2, code=b"code", slots={one: one})}
    )
    after = world.apply({ALICE: AccountChange(nonce=3, balance=4, slots={two: two})})
    assert dict(after.slots(ALICE)) == {one: one, two: two}
    account = after.account(ALICE)
    assert (account.nonce, account.balance) == (3, 4)
    assert after.code(account.code_hash) == b"code"
    cleared = after.apply({ALICE: AccountChange(nonce=3, balance=4, code=b"", clears_storage=True)})
    assert cleared.account(ALICE) == Account(3, 4)


def test_unknown_code_means_a_damaged_state():
    with pytest.raises(StateError, match="no code with the hash 0x0101"):
        WorldState.EMPTY.code(b"\1" * 32)
