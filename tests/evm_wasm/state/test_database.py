from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sample_state import twins

from evm_wasm.errors import StateError, StoreError
from evm_wasm.model.account import Account
from evm_wasm.primitives import rlp
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.account_rlp import decode_account, decode_slot, encode_account, encode_slot
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.records import Records, decode_undo, encode_undo
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.store.memory import MemoryStore
from evm_wasm.store.opening import open_store

ROOT = Path(__file__).resolve().parents[3]
CONSENSUS = "rules of the tests"
KEEP = 3
ALICE = Address(b"\xa1" * 20)
BOB = Address(b"\xb0" * 20)

ADDRESSES = st.integers(1, 6).map(lambda number: Address(bytes([number]) * 20))
WORDS = st.integers(0, 5).map(lambda number: Word(number.to_bytes(32, "big")))
CHANGES = st.builds(
    AccountChange,
    nonce=st.integers(0, 2),
    balance=st.sampled_from([0, 1, 2**256 - 1]),
    code=st.none() | st.sampled_from([b"", b"\x01", b"code"]),
    clears_storage=st.booleans(),
    slots=st.dictionaries(WORDS, WORDS, max_size=4),
)
BLOCKS = st.dictionaries(ADDRESSES, CHANGES | st.none(), max_size=5)


def contents(world) -> dict:
    """Everything a world says of its accounts."""
    return {
        address: (account, world.code(account.code_hash), dict(world.slots(address)))
        for address, account in world.accounts()
    }


def reachable_nodes(world: WorldState) -> dict[bytes, bytes]:
    """Every node of every trie of a world, walked from its root, under the keys of the store."""
    nodes = {b"t" + path.encode(): node for path, node in world._accounts.unsaved_nodes()}
    for entry in dict(world._accounts.items()).values():
        for path, node in entry.storage.unsaved_nodes():
            nodes[b"u" + entry.address + path.encode()] = node
    return nodes


class Machine(RuleBasedStateMachine):
    """Blocks on a store beside worlds in memory, which keep everything for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.database = self.open()
        self.twins = [WorldState.EMPTY]
        self.held = self.database.world

    def open(self) -> StateDatabase:
        return StateDatabase(self.store, consensus=CONSENSUS, keep=KEEP)

    @rule(blocks=st.lists(BLOCKS, min_size=1, max_size=3))
    def commit(self, blocks: list[dict]) -> None:
        world, twin = self.database.world, self.twins[-1]
        for changes in blocks:
            world, twin = world.apply(changes), twin.apply(changes)
            assert world.root == twin.root
        assert contents(world) == contents(twin)
        self.twins.append(twin)
        number = len(self.twins) - 1
        committed = self.database.commit(world, {b"block": b"%d" % number})
        assert committed.root == twin.root
        assert self.database.head == number
        assert self.database.data(b"block") == b"%d" % number

    @rule(blocks=st.integers(0, KEEP))
    def rewind(self, blocks: int) -> None:
        number = max(self.database.head - blocks, self.database.oldest)
        stale = self.database.world
        world = self.database.rewind(number, {b"block": b"%d" % number})
        del self.twins[number + 1 :]
        assert self.database.head == number
        assert self.database.data(b"block") == b"%d" % number
        assert contents(world) == contents(self.twins[-1])
        with pytest.raises(StateError, match=r"take it again|only what follows"):
            self.database.commit(stale)
        with pytest.raises(StateError, match="taken back; take it again"):
            stale.find(ALICE)
        self.held = world

    @rule()
    def reopen(self) -> None:
        head, oldest = self.database.head, self.database.oldest
        self.database = self.open()
        self.held = self.database.world
        assert (self.database.head, self.database.oldest) == (head, oldest)

    @rule()
    def hold(self) -> None:
        self.held = self.database.world

    @precondition(lambda self: self.held.view.number >= self.database.oldest)
    @rule(changes=BLOCKS)
    def try_on_a_held_view(self, changes: dict) -> None:
        twin = self.twins[self.held.view.number]
        assert contents(self.held) == contents(twin)
        assert self.held.apply(changes).root == twin.apply(changes).root

    @invariant()
    def kept_blocks_are_whole(self) -> None:
        oldest = self.database.oldest
        assert oldest >= len(self.twins) - 1 - KEEP
        for number in range(oldest, len(self.twins)):
            world, twin = self.database.world_at(number), self.twins[number]
            assert world.root == twin.root
            assert contents(world) == contents(twin)
            assert world.account_trie().root() == twin.root
            for address, account in twin.accounts():
                assert world.find(address) == account
                assert world.storage_trie(address).root() == account.storage_root
                for key in range(6):
                    word = Word(key.to_bytes(32, "big"))
                    assert world.storage(address, word) == twin.storage(address, word)
        for number in range(oldest):
            with pytest.raises(StateError, match=f"the state of block {number} is not kept"):
                self.database.world_at(number)

    @invariant()
    def exactly_the_reachable_nodes_are_stored(self) -> None:
        stored = {key: data[4:] for key, data in self.store.scan(b"") if key[:1] in b"tu"}
        assert stored == reachable_nodes(self.twins[-1])

    @invariant()
    def nothing_of_older_blocks_is_left(self) -> None:
        tables = [key[:1] for key, _ in self.store.scan(b"")]
        assert tables.count(b"b") == self.database.head - self.database.oldest + 1
        assert tables.count(b"j") == self.database.head - self.database.oldest


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=50, stateful_step_count=12)


@pytest.fixture(params=["memory", "lmdb", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "memory:" if request.param == "memory" else f"{request.param}:{tmp_path}/state"


def opened(url: str, keep: int | None = None, consensus: str = CONSENSUS) -> StateDatabase:
    return StateDatabase(open_store(url, create=True), consensus=consensus, keep=keep)


def block(number: int) -> dict[Address, AccountChange]:
    slot = Word(number.to_bytes(32, "big"))
    return {ALICE: AccountChange(nonce=number, balance=7, code=b"code", slots={slot: slot})}


def test_the_journaled_view_runs_over_a_store(url: str):
    database = opened(url)
    twin = State(WorldState.EMPTY)
    state = State(database.world)
    for number in range(1, 6):
        for view in (state, twin):
            view.add_balance(ALICE, number)
            view.set_code(BOB, bytes([number]))
            mark = view.checkpoint()
            view.store(BOB, Word(bytes(32)), Word(number.to_bytes(32, "big")))
            if number % 2:
                view.revert(mark)
            if number == 4:
                view.destroy(BOB)
            view.finish_transaction(delete_empty=True)
        assert state.commit().root == twin.commit().root
        state.world = database.commit(state.world)
        assert state.load(BOB, Word(bytes(32))) == twin.load(BOB, Word(bytes(32)))
    assert contents(database.world) == contents(twin.world)
    database.close()


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_blocks_are_there_after_reopening(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    roots = []
    for number in range(1, 5):
        with contextlib.closing(opened(url, keep=2)) as database:
            roots.append(database.commit(database.world.apply(block(number))).root)
    with contextlib.closing(opened(url, keep=2)) as database:
        assert [database.world_at(number).root for number in (2, 3, 4)] == roots[1:]
        assert contents(database.world_at(3))[ALICE][0].nonce == 3
        with pytest.raises(StateError, match="not kept; there are blocks 2 to 4"):
            database.world_at(1)
        with pytest.raises(StateError, match="not kept"):
            database.world_at(5)


def test_all_blocks_are_kept_unless_told_otherwise():
    database = opened("memory:")
    for number in range(1, 300):
        database.commit(database.world.apply(block(number)))
    assert database.oldest == 0
    assert contents(database.world_at(0)) == {}
    assert database.world_at(150).account(ALICE).nonce == 150


def test_a_view_ends_with_its_block():
    database = opened("memory:", keep=1)
    database.commit(database.world.apply(block(1)))
    view = database.world
    database.commit(database.world.apply(block(2)))
    assert view.account(ALICE).nonce == 1
    database.commit(database.world.apply(block(3)))
    database.commit(database.world.apply(block(4)))
    with pytest.raises(StateError, match="block 1 is no longer kept"):
        view.account(ALICE)


def test_only_successors_of_the_newest_block_are_committed():
    database, other = opened("memory:"), opened("memory:")
    early = database.world.apply(block(1))
    database.commit(database.world.apply(block(2)))
    for world in (early, other.world, database.world_at(0)):
        with pytest.raises(StateError, match="follows from the newest block"):
            database.commit(world)
    assert database.head == 1
    # It can be read still, and gone on with.
    assert early.account(ALICE).nonce == 1
    assert early.root == WorldState.EMPTY.apply(block(1)).root


def test_a_block_without_changes_is_a_block():
    database = opened("memory:")
    assert database.commit(database.world).root == WorldState.EMPTY.root
    assert database.head == 1
    database.commit(database.world.apply({ALICE: None}))
    assert database.head == 2


def test_another_consensus_version_is_refused_with_both_names(url: str):
    store = open_store(url, create=True)
    StateDatabase(store, consensus="one")
    with pytest.raises(StoreError, match="it has 'one', this program runs 'two'"):
        StateDatabase(store, consensus="two")
    store.close()


def test_stores_of_something_else_or_of_a_newer_format():
    store = MemoryStore()
    store.write({b"key": b"value"})
    with pytest.raises(StoreError, match="something else than a state"):
        StateDatabase(store, consensus=CONSENSUS)
    for change, error in (
        (lambda data: data.replace(b'"format": 1', b'"format": 2'), "format 2; this program"),
        (lambda data: data[:-1], "damaged"),
    ):
        changed = changed_records(b"m", change)
        with pytest.raises((StateError, StoreError), match=error):
            StateDatabase(changed, consensus=CONSENSUS)


def changed_records(key: bytes, change: Callable[[bytes], bytes] | None) -> MemoryStore:
    """A store with two blocks and one record that somebody else changed or took away."""
    store = MemoryStore()
    database = StateDatabase(store, consensus=CONSENSUS)
    database.commit(database.world.apply(block(1)))
    database.commit(database.world.apply({**block(2), BOB: AccountChange(nonce=0, balance=1)}))
    records = Records(store)
    data = records.get(key)
    assert data is not None
    if change is None:
        records.write({key: None})
    elif change(data).startswith(b"{") and change(data).endswith(b"}"):
        records.write({key: change(data)})
    else:
        store.write({key: change(store.get(key) or b"")})
    return store


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")
def test_a_full_disk_leaves_the_last_block(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    program = f"""
import resource, signal
from sample_state import CONSENSUS, block, contents, grow, twins
from evm_wasm.errors import StoreError
from evm_wasm.state.database import StateDatabase
from evm_wasm.store.opening import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = StateDatabase(open_store({url!r}, create=True), consensus=CONSENSUS)
grow(database, 3)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
for _ in range(2):
    try:
        grow(database, 1)
    except StoreError as error:
        print(error)
    assert database.head == 3
    assert contents(database.world) == contents(twins(3)[-1])
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
grow(database, 2)
database.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests/support'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("cannot be written") == 2
    database = StateDatabase(open_store(url), consensus=CONSENSUS)
    assert database.head == 5
    assert database.world.root == twins(5)[-1].root
    assert list(database.find_damage()) == []
    database.close()


def test_heads_that_do_not_fit_are_refused():
    number = (2).to_bytes(8, "big")
    for key, error in (
        (b"h", "half-written"),
        (b"b" + number, "root of block 2 is missing"),
        (b"t", "the top node of a trie is missing"),
    ):
        with pytest.raises(StateError, match=error):
            StateDatabase(changed_records(key, None), consensus=CONSENSUS)
    # A top node that is whole but of another block.
    store = changed_records(b"t", lambda data: data + b"?")
    with pytest.raises(StateError, match="damaged"):
        StateDatabase(store, consensus=CONSENSUS)


def test_records_that_were_lost_are_noticed():
    one = Word((1).to_bytes(32, "big"))
    for key, read in (
        (b"a" + BOB, lambda world: world.find(BOB)),
        (b"s" + ALICE + one, lambda world: world.storage(ALICE, one)),
        (b"c" + keccak256(b"code"), lambda world: world.code(keccak256(b"code"))),
    ):
        database = StateDatabase(changed_records(key, None), consensus=CONSENSUS)
        with pytest.raises(StateError, match=r"is missing|holds no code"):
            read(database.world)
        damaged = changed_records(key, lambda data: data[:-1] + bytes([data[-1] ^ 1]))
        database = StateDatabase(damaged, consensus=CONSENSUS)
        with pytest.raises(StateError, match="wrong checksum"):
            read(database.world)


def test_what_older_blocks_need_and_is_lost_is_noticed():
    lost = changed_records(b"j" + (2).to_bytes(8, "big"), None)
    database = StateDatabase(lost, consensus=CONSENSUS)
    assert database.world.find(BOB) is not None
    with pytest.raises(StateError, match="what block 2 replaced is missing"):
        database.world_at(1).find(BOB)


ACCOUNTS = st.builds(
    Account,
    nonce=st.integers(0, 300) | st.integers(0, 2**64 - 1),
    balance=st.integers(0, 300) | st.integers(0, 2**256 - 1),
    storage_root=st.binary(min_size=32, max_size=32),
    code_hash=st.binary(min_size=32, max_size=32),
)


@given(ACCOUNTS)
def test_accounts_have_their_rlp_form(account: Account):
    data = encode_account(account)
    fields = [rlp.encode_integer(account.nonce), rlp.encode_integer(account.balance)]
    assert data == rlp.encode([*fields, account.storage_root, account.code_hash])
    assert decode_account(data) == account


@given(st.binary(max_size=120) | ACCOUNTS.map(encode_account), st.integers(0, 120))
def test_nothing_else_is_an_account(data: bytes, length: int):
    for other in (data[:length], data + b"\0", data):
        try:
            account = decode_account(other)
        except StateError:
            continue
        assert encode_account(account) == other


@given(st.integers(1, 300) | st.integers(1, 2**256 - 1), st.binary(max_size=40))
def test_slots_have_their_rlp_form(number: int, other: bytes):
    data = encode_slot(Word(number.to_bytes(32, "big")))
    assert data == rlp.encode(rlp.encode_integer(number))
    assert decode_slot(data) == number.to_bytes(32, "big")
    with contextlib.suppress(StateError):
        assert encode_slot(decode_slot(other)) == other


@given(st.dictionaries(st.binary(min_size=1, max_size=80), st.none() | st.binary(max_size=300)))
def test_undo_records(values: dict[bytes, bytes | None]):
    assert decode_undo(encode_undo(values)) == values


def test_records_beside_the_state_change_without_a_block(url: str):
    database = opened(url)
    database.put_data({b"one": b"1", b"two": b"2"})
    database.put_data({b"one": None, b"two": b"3"})
    assert (database.data(b"one"), database.data(b"two")) == (None, b"3")
    assert database.head == 0
    database.close()


def test_block_0_can_be_given_a_state_before_there_are_others(url: str):
    database = opened(url)
    stale = database.world
    world = database.begin(stale.apply(block(7)), {b"genesis": b"1"})
    assert (database.head, database.oldest, database.data(b"genesis")) == (0, 0, b"1")
    assert contents(world) == contents(WorldState.EMPTY.apply(block(7)))
    assert list(database.find_damage()) == []
    with pytest.raises(StateError, match="take it again"):
        stale.find(ALICE)
    database.commit(world.apply(block(8)))
    assert database.world_at(0).account(ALICE).nonce == 7
    with pytest.raises(StateError, match="begun already: its newest block is 1"):
        database.begin(database.world)
    database.close()


def test_only_kept_blocks_can_be_gone_back_to():
    database = opened("memory:", keep=2)
    for number in range(1, 5):
        database.commit(database.world.apply(block(number)))
    for number in (1, 5):
        with pytest.raises(StateError, match="not kept; there are blocks 2 to 4"):
            database.rewind(number)
    assert database.head == 4
    database.rewind(2)
    assert list(database.find_damage()) == []


def test_worlds_of_elsewhere_are_refused():
    database = opened("memory:")
    for world in (WorldState.EMPTY, opened("memory:").world):
        with pytest.raises(StateError, match="only what follows from the newest block"):
            database.commit(world)
