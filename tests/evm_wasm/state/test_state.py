from __future__ import annotations

import pytest

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_CODE_HASH, Account
from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.state import MAX_BALANCE, MAX_NONCE, State
from evm_wasm.state.world import WorldState

ALICE, BOB = Address(b"\xa1" * 20), Address(b"\xb0" * 20)


def word(number: int) -> Word:
    return Word(number.to_bytes(32, "big"))


@pytest.fixture
def state() -> State:
    """A state over a world in which Alice is a contract with two slots."""
    world = WorldState.EMPTY.apply(
        {
            ALICE: AccountChange(
                nonce=1, balance=10, code=b"code", slots={word(1): word(11), word(2): word(22)}
            )
        }
    )
    return State(world)


def test_an_account_that_is_not_there():
    state = State(WorldState.EMPTY)
    assert not state.exists(BOB)
    assert state.is_dead(BOB)
    assert (state.balance(BOB), state.nonce(BOB), state.code(BOB)) == (0, 0, b"")
    assert state.code_hash(BOB) == EMPTY_CODE_HASH
    assert state.load(BOB, word(1)) == ZERO_WORD
    assert state.commit().root == WorldState.EMPTY.root


def test_what_the_world_holds_is_read_through(state: State):
    assert state.exists(ALICE)
    assert not state.is_dead(ALICE)
    assert (state.balance(ALICE), state.nonce(ALICE)) == (10, 1)
    assert state.code(ALICE) == b"code"
    assert state.code_hash(ALICE) == keccak256(b"code")
    assert state.load(ALICE, word(2)) == word(22)
    assert state.load(ALICE, word(3)) == ZERO_WORD


def test_reading_changes_nothing(state: State):
    before = state.world
    test_what_the_world_holds_is_read_through(state)
    assert state.storage_changes() == {}
    assert state.commit().root == before.root


@pytest.mark.parametrize("add", [State.add_balance, State.subtract_balance])
def test_nothing_added_still_creates_and_touches(add):
    for delete_empty in (False, True):
        state = State(WorldState.EMPTY)
        add(state, BOB, 0)
        assert state.exists(BOB)
        assert state.is_dead(BOB)
        state.finish_transaction(delete_empty=delete_empty)
        assert state.exists(BOB) is not delete_empty


def test_only_touched_empty_accounts_are_deleted():
    state = State(WorldState.EMPTY)
    state.set_balance(ALICE, 0)
    state.set_balance(BOB, 0)
    state.finish_transaction(delete_empty=False)
    state.touch(ALICE)
    state.finish_transaction(delete_empty=True)
    assert not state.exists(ALICE)
    assert state.exists(BOB)


def test_a_reverted_touch_does_not_delete():
    state = State(WorldState.EMPTY)
    state.set_balance(BOB, 0)
    state.finish_transaction(delete_empty=False)
    mark = state.checkpoint()
    state.touch(BOB)
    state.revert(mark)
    state.finish_transaction(delete_empty=True)
    assert state.exists(BOB)


@pytest.mark.parametrize(
    "action",
    [
        lambda state: state.subtract_balance(ALICE, 11),
        lambda state: state.add_balance(ALICE, -11),
        lambda state: state.add_balance(ALICE, MAX_BALANCE - 9),
        lambda state: state.set_balance(BOB, -1),
        lambda state: state.set_nonce(BOB, -1),
        lambda state: state.set_nonce(BOB, MAX_NONCE + 1),
    ],
)
def test_amounts_that_do_not_fit_are_bugs(state: State, action):
    with pytest.raises(StateError):
        action(state)
    assert state.balance(ALICE) == 10
    assert not state.exists(BOB)


def test_the_largest_amounts_fit(state: State):
    state.set_balance(BOB, MAX_BALANCE)
    state.set_nonce(BOB, MAX_NONCE)
    state.finish_transaction(delete_empty=True)
    account = state.commit().account(BOB)
    assert (account.balance, account.nonce) == (MAX_BALANCE, MAX_NONCE)
    with pytest.raises(StateError):
        state.increment_nonce(BOB)


def test_a_destroyed_account_stays_until_the_transaction_ends(state: State):
    assert state.destroy(ALICE) is True
    assert state.destroy(ALICE) is False
    assert state.code(ALICE) == b"code"
    assert state.load(ALICE, word(1)) == word(11)
    with pytest.raises(StateError, match="middle of a transaction"):
        state.commit()
    state.finish_transaction(delete_empty=True)
    assert not state.exists(ALICE)
    assert state.load(ALICE, word(1)) == ZERO_WORD
    assert state.commit().root == WorldState.EMPTY.root


def test_a_reverted_destruction_did_not_happen(state: State):
    root = state.world.root
    mark = state.checkpoint()
    state.destroy(ALICE)
    state.revert(mark)
    state.finish_transaction(delete_empty=True)
    assert state.commit().root == root
    assert state.destroy(ALICE) is True


def test_storage_does_not_come_back_with_the_account(state: State):
    state.destroy(ALICE)
    state.finish_transaction(delete_empty=True)
    state.set_nonce(ALICE, 1)
    assert state.load(ALICE, word(1)) == ZERO_WORD
    state.store(ALICE, word(2), word(22))
    state.finish_transaction(delete_empty=True)
    assert state.storage_changes() == {ALICE: {word(1): (word(11), ZERO_WORD)}}
    world = state.commit()
    # Slot 2 is as it was before, and has to be written all the same.
    assert dict(world.slots(ALICE)) == {word(2): word(22)}
    assert world.account(ALICE).code_hash == EMPTY_CODE_HASH
    assert state.storage_changes() == {}


def test_cleared_storage_can_come_back_by_reverting(state: State):
    state.store(ALICE, word(1), word(5))
    mark = state.checkpoint()
    state.clear_storage(ALICE)
    assert [state.load(ALICE, word(number)) for number in (1, 2)] == [ZERO_WORD, ZERO_WORD]
    state.store(ALICE, word(2), word(6))
    state.revert(mark)
    assert [state.load(ALICE, word(number)) for number in (1, 2)] == [word(5), word(22)]
    state.finish_transaction(delete_empty=True)
    assert dict(state.commit().slots(ALICE)) == {word(1): word(5), word(2): word(22)}


def test_cleared_storage_is_empty_after_the_commit(state: State):
    state.clear_storage(ALICE)
    assert state.storage_changes() == {
        ALICE: {word(1): (word(11), ZERO_WORD), word(2): (word(22), ZERO_WORD)}
    }
    state.finish_transaction(delete_empty=True)
    world = state.commit()
    assert list(world.slots(ALICE)) == []
    assert world.account(ALICE) == Account(1, 10, code_hash=keccak256(b"code"))


@pytest.mark.parametrize("is_destroyed", [False, True])
def test_storage_that_nobody_read_is_gone_as_well(state: State, *, is_destroyed: bool):
    if is_destroyed:
        state.destroy(ALICE)
        state.finish_transaction(delete_empty=True)
        state.set_nonce(ALICE, 1)
    else:
        state.clear_storage(ALICE)
    state.finish_transaction(delete_empty=True)
    world = state.commit()
    assert world.exists(ALICE)
    assert list(world.slots(ALICE)) == []


def test_storing_creates_the_account():
    state = State(WorldState.EMPTY)
    state.store(BOB, word(1), word(2))
    assert state.exists(BOB)
    state.finish_transaction(delete_empty=True)
    assert dict(state.commit().slots(BOB)) == {word(1): word(2)}


def test_logs_and_refund_belong_to_one_transaction(state: State):
    logs = [Log(ALICE, (word(number),), b"data") for number in range(3)]
    state.add_log(logs[0])
    state.add_refund(15_000)
    mark = state.checkpoint()
    state.add_log(logs[1])
    state.add_refund(24_000)
    assert (state.logs, state.refund) == ((logs[0], logs[1]), 39_000)
    state.revert(mark)
    state.add_log(logs[2])
    assert (state.logs, state.refund) == ((logs[0], logs[2]), 15_000)
    state.finish_transaction(delete_empty=True)
    assert (state.logs, state.refund) == ((), 0)


def test_marks_end_with_the_transaction(state: State):
    state.set_balance(BOB, 1)
    mark = state.checkpoint()
    state.finish_transaction(delete_empty=True)
    with pytest.raises(StateError, match="no checkpoint"):
        state.revert(mark)
    assert state.balance(BOB) == 1


def test_several_transactions_and_commits_follow_each_other(state: State):
    first = state.world
    for number in range(1, 4):
        state.increment_nonce(BOB)
        state.store(ALICE, word(7), word(number))
        state.finish_transaction(delete_empty=True)
        assert state.nonce(BOB) == number
    second = state.commit()
    assert state.storage_changes() == {}
    state.store(ALICE, word(7), ZERO_WORD)
    state.set_nonce(BOB, 0)
    state.finish_transaction(delete_empty=True)
    assert state.commit().root == first.root
    assert second.storage(ALICE, word(7)) == word(3)
    assert second.account(BOB).nonce == 3


def test_code_that_was_reverted_is_gone(state: State):
    mark = state.checkpoint()
    state.set_code(ALICE, b"other")
    assert state.code(ALICE) == b"other"
    state.revert(mark)
    assert state.code(ALICE) == b"code"
    state.finish_transaction(delete_empty=True)
    with pytest.raises(StateError, match="no code with the hash"):
        state.commit().code(keccak256(b"other"))
