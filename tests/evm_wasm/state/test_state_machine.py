"""Random sequences of everything a state can do, beside its slow twin."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from slow_state import Accounts, SlowState, slots, slow_root, slow_storage_changes

from evm_wasm.errors import StateError
from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Word
from evm_wasm.state.allocation import read_allocation, write_allocation
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState

ADDRESSES = [Address(bytes([number]) * 20) for number in (1, 0xAB)]
KEYS = [Word(number.to_bytes(32, "big")) for number in (0, 1)]
CODES = [b"", b"\0asm", b"code" * 20]

addresses = st.sampled_from(ADDRESSES)
keys = st.sampled_from(KEYS)
words = st.sampled_from([ZERO_WORD, KEYS[1], Word(b"\x12" * 32)])
amounts = st.integers(0, 3)


class StateMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state, self.slow = State(WorldState.EMPTY), SlowState()
        self.checkpoints: list[tuple[int, SlowState]] = []
        self.looks_all_the_time = False
        self.worlds: list[tuple[WorldState, Accounts]] = [(WorldState.EMPTY, {})]

    @initialize(looks_all_the_time=st.booleans())
    def start_with_committed_storage(self, *, looks_all_the_time: bool):
        # Looking fills the state's tables, so it must be tried without as well.
        self.looks_all_the_time = looks_all_the_time
        for address in ADDRESSES:
            self.set_code(address, CODES[1])
            for key in KEYS:
                self.store(address, key, KEYS[1])
        self.finish_and_commit(delete_empty=True)

    @rule(address=addresses, amount=amounts)
    def add_balance(self, address: Address, amount: int):
        self.state.add_balance(address, amount)
        self.slow.change(address).balance += amount

    @rule(address=addresses, amount=amounts)
    def subtract_balance(self, address: Address, amount: int):
        if amount > self.state.balance(address):
            with pytest.raises(StateError):
                self.state.subtract_balance(address, amount)
        else:
            self.state.subtract_balance(address, amount)
            self.slow.change(address).balance -= amount

    @rule(address=addresses, balance=amounts)
    def set_balance(self, address: Address, balance: int):
        self.state.set_balance(address, balance)
        self.slow.change(address).balance = balance

    @rule(address=addresses)
    def increment_nonce(self, address: Address):
        self.state.increment_nonce(address)
        self.slow.change(address).nonce += 1

    @rule(address=addresses, nonce=amounts)
    def set_nonce(self, address: Address, nonce: int):
        self.state.set_nonce(address, nonce)
        self.slow.change(address).nonce = nonce

    @rule(address=addresses, code=st.sampled_from(CODES))
    def set_code(self, address: Address, code: bytes):
        self.state.set_code(address, code)
        self.slow.change(address).code = code

    @rule(address=addresses)
    def touch(self, address: Address):
        self.state.touch(address)
        self.slow.touched.add(address)

    @rule(address=addresses)
    def destroy(self, address: Address):
        assert self.state.destroy(address) is (address not in self.slow.destroyed)
        self.slow.destroyed.add(address)

    @rule(address=addresses, key=keys, value=words)
    def store(self, address: Address, key: Word, value: Word):
        self.state.store(address, key, value)
        self.slow.store(address, key, value)

    @rule(address=addresses, key=keys)
    def load(self, address: Address, key: Word):
        value = slots(self.slow.accounts.get(address)).get(key, ZERO_WORD)
        assert self.state.load(address, key) == value

    @rule(address=addresses)
    def clear_storage(self, address: Address):
        self.state.clear_storage(address)
        self.slow.clear_storage(address)

    @rule(address=addresses, key=keys)
    def add_log(self, address: Address, key: Word):
        log = Log(address, (key,), bytes([len(self.slow.logs)]))
        self.state.add_log(log)
        self.slow.logs.append(log)

    @rule(amount=amounts)
    def add_refund(self, amount: int):
        self.state.add_refund(amount)
        self.slow.refund += amount

    @rule()
    def checkpoint(self):
        self.checkpoints.append((self.state.checkpoint(), self.slow.copy()))

    @precondition(lambda self: self.checkpoints)
    @rule(data=st.data())
    def revert(self, data: st.DataObject):
        chosen = data.draw(st.integers(0, len(self.checkpoints) - 1))
        mark, self.slow = self.checkpoints[chosen]
        del self.checkpoints[chosen:]
        self.state.revert(mark)

    @rule(delete_empty=st.booleans())
    def finish_transaction(self, *, delete_empty: bool):
        self.state.finish_transaction(delete_empty=delete_empty)
        self.slow.finish_transaction(delete_empty=delete_empty)
        self.checkpoints.clear()

    @rule(delete_empty=st.booleans())
    def finish_and_commit(self, *, delete_empty: bool):
        self.finish_transaction(delete_empty=delete_empty)
        world = self.state.commit()
        assert world is self.state.world
        assert world.root == slow_root(self.slow.accounts)
        self.worlds.append((world, self.slow.copy().accounts))

    @invariant()
    def both_look_the_same_without_reading_storage(self):
        for address in ADDRESSES:
            account = self.slow.accounts.get(address)
            assert self.state.exists(address) is (account is not None)
            assert self.state.is_dead(address) is (account is None or account.is_empty)
            assert self.state.balance(address) == (account.balance if account else 0)
            assert self.state.nonce(address) == (account.nonce if account else 0)
            assert self.state.code(address) == (account.code if account else b"")
            assert self.state.code_hash(address) == keccak256(self.state.code(address))
        assert self.state.logs == tuple(self.slow.logs)
        assert self.state.refund == self.slow.refund

    @precondition(lambda self: self.looks_all_the_time)
    @invariant()
    def both_tell_the_same_changes_of_storage(self):
        _, before = self.worlds[-1]
        changes = self.state.storage_changes()
        assert changes == slow_storage_changes(before, self.slow.accounts)
        assert list(changes) == sorted(changes)

    def teardown(self):
        for world, accounts in self.worlds:
            assert world.root == slow_root(accounts)
            assert [address for address, _ in world.accounts()] == sorted(accounts)
            for address, account in accounts.items():
                assert dict(world.slots(address)) == slots(account)
                assert world.code(world.account(address).code_hash) == account.code
            text = write_allocation(world)
            again = read_allocation(text, what="dump")
            assert again.root == world.root
            assert write_allocation(again) == text


TestStateMachine = StateMachine.TestCase
TestStateMachine.settings = settings(max_examples=200, stateful_step_count=40)
