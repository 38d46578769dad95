"""A chain in memory and one in a store, changed in the same ways, say the same of everything."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sample_chain import (
    ALICE_KEY,
    BOB,
    BOB_KEY,
    COINBASE,
    CONFIG,
    ETHER,
    STRANGER,
    TOKEN,
    deployment,
    impersonated,
    machine,
    mine,
    signed,
    transfer,
)

from evm_wasm.chain.chain import Chain, Edit
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.chain.replay import replay
from evm_wasm.errors import InvalidTransaction
from evm_wasm.model.transaction import RecoveredTransaction, TransactionType
from evm_wasm.primitives.secp256k1 import address_of_key
from evm_wasm.primitives.types import Address, Word
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import StateDatabase
from evm_wasm.store.memory import MemoryStore

ADDRESSES = st.sampled_from([BOB, STRANGER, TOKEN, COINBASE])
CHANGES = st.none() | st.builds(
    AccountChange,
    nonce=st.integers(0, 3),
    balance=st.sampled_from([0, ETHER]),
    clears_storage=st.booleans(),
    slots=st.dictionaries(st.just(Word(bytes(32))), st.just(Word(b"\1" * 32)), max_size=1),
)
SENT = st.tuples(st.sampled_from(["transfer", "send", "create", "token"]), ADDRESSES)


class Machine(RuleBasedStateMachine):
    """Two chains."""

    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore()
        self.in_memory = Chain(MemoryHistory(), CONFIG)
        self.stored = Chain(self.database(), CONFIG)
        self.marks: list[tuple[int, tuple[Edit, ...], bytes, bytes]] = []

    def database(self) -> StateDatabase:
        consensus = consensus_version(CONFIG.schedule, CONFIG.rules.name)
        return StateDatabase(self.store, consensus=consensus)

    @rule(sent=st.lists(SENT, max_size=4))
    def block(self, sent: list[tuple[str, Address]]) -> None:
        builder = self.in_memory.builder(
            machine(), self.in_memory.template(timestamp=2_000, coinbase=COINBASE)
        )
        included = []
        for kind, address in sent:
            transaction = self.transaction(kind, address, builder.state.nonce)
            try:
                builder.add(transaction)
            except InvalidTransaction:
                continue
            included.append(transaction)
        built = builder.seal()
        self.in_memory.append(built)
        assert mine(self.stored, *included, timestamp=2_000).block == built.block

    def transaction(self, kind: str, address: Address, nonce_of) -> RecoveredTransaction:
        alice = nonce_of(address_of_key(ALICE_KEY))
        match kind:
            case "transfer":
                return transfer(alice, address, 1)
            case "create":
                return deployment(alice)
            case "send" if address == BOB:
                return signed(
                    nonce_of(BOB), BOB_KEY, type=TransactionType.LEGACY, to=STRANGER, value=1
                )
            case _:
                return impersonated(address, nonce_of(address), to=BOB)

    @rule(changes=st.dictionaries(ADDRESSES, CHANGES, min_size=1, max_size=2))
    def edit(self, changes: dict) -> None:
        self.in_memory.edit(changes)
        self.stored.edit(changes)

    @rule()
    def mark(self) -> None:
        chain = self.in_memory
        self.marks.append((chain.head, chain.edits, chain.head_block.hash, chain.world.root))

    @rule(data=st.data())
    def rewind(self, data: st.DataObject) -> None:
        if not self.marks:
            return
        index = data.draw(st.integers(0, len(self.marks) - 1))
        number, edits, block_hash, root = self.marks[index]
        del self.marks[index + 1 :]
        for chain in (self.in_memory, self.stored):
            chain.rewind(number, edits)
            assert (chain.head_block.hash, chain.world.root) == (block_hash, root)

    @rule()
    def reopen(self) -> None:
        self.stored = Chain(self.database(), CONFIG)

    @invariant()
    def both_say_the_same(self) -> None:
        one, other = self.in_memory, self.stored
        assert (one.head, one.edits, one.world.root) == (other.head, other.edits, other.world.root)
        assert dict(one.world.accounts()) == dict(other.world.accounts())
        for number in range(one.head + 1):
            block = one.block(number)
            assert block == other.block(number)
            assert one.receipts(number) == other.receipts(number)
            assert one.edits_before(number) == other.edits_before(number)
            assert one.number_of(block.hash) == other.number_of(block.hash) == number
            for transaction in block.transactions:
                assert one.place(transaction.hash) == other.place(transaction.hash)

    def teardown(self) -> None:
        for chain in (self.in_memory, self.stored):
            assert replay(chain, machine()).difference is None
        records = {
            key: value
            for key, value in self.stored._history._records.scan(b"x")
            if key[:2] != b"xC"
        }
        twin = {b"x" + key: value for key, value in self.in_memory._history._data.items()}
        assert records == {key: value for key, value in twin.items() if key[:2] != b"xC"}


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=25, stateful_step_count=12)
