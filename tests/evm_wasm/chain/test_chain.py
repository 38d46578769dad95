"""Chains over every kind of history: what is appended is there, whole, until it is taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sample_chain import (
    ALICE,
    BOB,
    BOB_KEY,
    CONFIG,
    ETHER,
    GWEI,
    HISTORIES,
    STRANGER,
    TOKEN,
    build,
    deployment,
    grow,
    machine,
    mine,
    open_history,
    sample,
    signed,
    transfer,
)

from evm_wasm.chain.building import BuiltBlock
from evm_wasm.chain.chain import Chain, ChainConfig, Edit, TransactionPlace
from evm_wasm.chain.genesis import Genesis
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.errors import (
    InputError,
    InvalidTransaction,
    StateError,
    StoreError,
    TransactionFault,
)
from evm_wasm.model.message import Status
from evm_wasm.primitives.types import ZERO_HASH, Hash32, Word
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.change import AccountChange
from evm_wasm.state.world import WorldState

DURABLE = ("lmdb:", "sqlite:")


@pytest.fixture(params=HISTORIES)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def chain(kind: str, tmp_path: Path):
    chain = Chain(open_history(kind, tmp_path), CONFIG)
    yield chain
    chain.close()


def contents(chain: Chain) -> dict:
    """Everything a chain says of its blocks, with its caches as they are."""
    numbers = range(chain.head + 1)
    hashes = [t.hash for number in numbers for t in chain.block(number).transactions]
    return {
        "blocks": [chain.block(number) for number in numbers],
        "headers": [chain.header(number) for number in numbers],
        "hashes": [chain.block_hash(number) for number in numbers],
        "blooms": [chain.logs_bloom(number) for number in numbers],
        "receipts": [chain.receipts(number) for number in numbers],
        "edits": [chain.edits_before(number) for number in numbers],
        "numbers": [chain.number_of(chain.block_hash(number)) for number in numbers],
        "places": [chain.place(hashed) for hashed in hashes],
        "roots": [chain.world_at(number).root for number in numbers],
        "now": (chain.head, chain.head_block, chain.world.root, chain.edits),
    }


def test_the_genesis_is_block_0(chain: Chain):
    header = chain.head_block.header
    assert (chain.head, header.number, header.parent_hash) == (0, 0, ZERO_HASH)
    assert header.state_root == CONFIG.genesis.world.root == chain.world.root
    assert (header.gas_limit, header.timestamp) == (100_000_000, 1_000)
    assert header.base_fee_per_gas == GWEI
    assert chain.block(0) == chain.head_block
    assert chain.receipts(0) == ()


def test_what_was_appended_is_found_by_every_key(chain: Chain):
    built = [mine(chain, deployment()), mine(chain, transfer(1, BOB, 5), signed(0, BOB_KEY))]
    for number, one in enumerate(built, 1):
        assert chain.block(number) == one.block
        assert chain.header(number) == one.block.header
        assert chain.block_hash(number) == one.block.hash
        assert chain.logs_bloom(number) == one.block.header.logs_bloom
        assert chain.number_of(one.block.hash) == number
        assert chain.receipts(number) == one.receipts
        assert chain.world_at(number).root == one.block.header.state_root
        for index, transaction in enumerate(one.block.transactions):
            assert chain.place(transaction.hash) == TransactionPlace(number, index)
    assert built[1].block.header.parent_hash == built[0].block.hash
    assert chain.head_block == built[1].block


def test_what_is_not_there_is_none(chain: Chain):
    for look_up in (chain.block, chain.header, chain.block_hash, chain.receipts, chain.logs_bloom):
        assert look_up(1) is None
        assert look_up(-1) is None
    assert chain.number_of(Hash32(bytes(32))) is None
    assert chain.place(Hash32(bytes(32))) is None
    assert chain.edits_before(1) == ()


def test_records_decode_to_what_was_built(kind: str, tmp_path: Path):
    """The same with and without the blocks that are at hand."""
    chain = sample(kind, tmp_path)
    before = contents(chain)
    chain._store.forget()
    assert contents(chain) == before
    statuses = [[r.status for r in receipts] for receipts in before["receipts"]]
    assert statuses == [
        [],
        [Status.SUCCESS],
        [Status.SUCCESS] * 3 + [Status.REVERT, Status.SUCCESS],
        [Status.SUCCESS],
        [],
        [Status.FAILURE],
        [Status.SUCCESS],
        [Status.SUCCESS],
    ]
    logs = [[(len(r.logs), r.first_log) for r in receipts] for receipts in before["receipts"]]
    assert logs[2] == [(1, 0), (1, 1), (1, 2), (0, 3), (0, 3)]
    assert before["blocks"][2].header.gas_used == before["receipts"][2][-1].cumulative_gas_used
    chain.close()


@pytest.mark.parametrize("kind", DURABLE)
def test_a_chain_goes_on_after_reopening(kind: str, tmp_path: Path):
    chain = sample(kind, tmp_path)
    chain.edit({BOB: AccountChange(nonce=1, balance=1)})
    chain.edit({BOB: None, STRANGER: AccountChange(nonce=9, balance=9)})
    before = contents(chain)
    chain.close()
    chain = Chain(open_history(kind, tmp_path), replace(CONFIG, genesis=Genesis()))
    assert contents(chain) == before
    mine(chain)
    assert chain.edits_before(chain.head) == before["now"][3]
    chain.close()
    chain = Chain.stored(open_history(kind, tmp_path))
    assert chain.config == replace(CONFIG, genesis=Genesis())
    assert (chain.head, chain.edits) == (8, ())
    chain.close()


def test_all_histories_hold_the_same(tmp_path: Path):
    chains = [contents(sample(kind, tmp_path)) for kind in HISTORIES]
    assert all(one == chains[0] for one in chains)


def test_a_block_that_does_not_follow_is_refused(chain: Chain):
    built = build(chain)
    mine(chain)
    with pytest.raises(StateError, match="block 1 does not follow from block 1 and the edits"):
        chain.append(built)
    built = build(chain)
    chain.edit({BOB: None})
    with pytest.raises(StateError, match="does not follow"):
        chain.append(built)
    assert chain.head == 1


# Edits


def test_edits_are_seen_at_once_and_part_of_the_next_block(chain: Chain):
    slots = {Word(bytes(32)): Word(b"\1" * 32)}
    first = Edit(STRANGER, AccountChange(nonce=1, balance=2, code=b"code", slots=slots))
    second = Edit(ALICE, None)
    third = Edit(STRANGER, AccountChange(nonce=3, balance=4, clears_storage=True))
    chain.edit({first.address: first.change, second.address: second.change})
    assert chain.world.account(STRANGER).balance == 2
    assert chain.world.storage(STRANGER, Word(bytes(32))) == b"\1" * 32
    assert not chain.world.exists(ALICE)
    chain.edit({third.address: third.change})
    assert chain.world_at(0).exists(ALICE)
    root = chain.world.root
    built = mine(chain)
    assert built.block.header.state_root == root
    assert (chain.edits, chain.edits_before(1)) == ((), (first, second, third))
    assert chain.world.account(STRANGER).nonce == 3
    assert chain.world.storage(STRANGER, Word(bytes(32))) == bytes(32)
    assert chain.world.code(chain.world.account(STRANGER).code_hash) == b"code"


# Taking back


def test_blocks_are_taken_back_with_all_they_left(kind: str, tmp_path: Path):
    chain = Chain(open_history(kind, tmp_path), CONFIG)
    mine(chain, deployment())
    chain.edit({STRANGER: AccountChange(nonce=1, balance=ETHER)})
    before, edits = contents(chain), chain.edits
    records = all_records(chain)
    built = [mine(chain, transfer(1, BOB, 5)), mine(chain), mine(chain, transfer(2, BOB, 5))]
    chain.edit({BOB: None})
    chain.edit({BOB: AccountChange(nonce=0, balance=0)})
    chain.rewind(1, edits)
    assert contents(chain) == before
    assert all_records(chain) == records
    for one in built:
        assert chain.number_of(one.block.hash) is None
        for transaction in one.block.transactions:
            assert chain.place(transaction.hash) is None
    again = [mine(chain, transfer(1, BOB, 5)), mine(chain), mine(chain, transfer(2, BOB, 5))]
    assert [one.block for one in again] == [one.block for one in built]
    chain.rewind(0)
    assert (chain.head, chain.edits, chain.world.root) == (0, (), chain.world_at(0).root)
    chain.close()


def test_a_transaction_that_is_sent_again_is_found_where_it_was_before(chain: Chain):
    again = signed(0, BOB_KEY, gas_limit=21_000)
    for _ in range(3):
        mine(chain, again)
        account = chain.world.account(BOB)
        chain.edit({BOB: AccountChange(nonce=0, balance=account.balance)})
    assert chain.place(again.hash) == TransactionPlace(3, 0)
    chain.rewind(2)
    assert chain.place(again.hash) == TransactionPlace(2, 0)
    chain.rewind(1)
    assert chain.place(again.hash) == TransactionPlace(1, 0)
    chain.rewind(0)
    assert chain.place(again.hash) is None


def all_records(chain: Chain) -> dict[bytes, bytes]:
    history = chain._history
    if isinstance(history, MemoryHistory):
        return dict(history._data)
    # Codes stay: nobody counts who has them.
    return {key: value for key, value in history._records.scan(b"") if key[:1] != b"c"}


def test_blocks_that_are_not_there_cannot_be_gone_back_to(kind: str, tmp_path: Path):
    chain = sample(kind, tmp_path, keep=2)
    before = [chain.block(number) for number in range(8)]
    assert chain.oldest_state == 5
    for number in (4, 8):
        with pytest.raises(StateError, match="not kept; there are blocks 5 to 7"):
            chain.rewind(number)
        with pytest.raises(StateError, match="not kept"):
            chain.world_at(number)
    assert [chain.block(number) for number in range(8)] == before
    assert chain.head == 7
    chain.close()


# Opening


@pytest.mark.parametrize("kind", DURABLE)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chain_id": 1}, "chainId is 31337 there, this program was asked for 1"),
        ({"rules": BYZANTIUM}, "consensus is 'injector rules .*Devnet' there, .*Byzantium"),
        (
            {"rules": replace(CONFIG.rules, limits=replace(CONFIG.rules.limits, code_size=5))},
            "rules.limits.code_size is 1048576 there, this program was asked for 5",
        ),
        ({"schedule": "unit"}, "consensus is .*schedule particles .*schedule unit"),
    ],
)
def test_another_chain_is_refused(kind: str, tmp_path: Path, change: dict, message: str):
    Chain(open_history(kind, tmp_path), CONFIG).close()
    history = open_history(kind, tmp_path)
    with pytest.raises(StoreError, match=f"the store holds another chain: {message}"):
        Chain(history, replace(CONFIG, **change))
    history.close()


def test_a_state_that_was_loaded_can_begin_a_chain(kind: str, tmp_path: Path):
    history = open_history(kind, tmp_path)
    world = history.world_at(0).apply({ALICE: AccountChange(nonce=0, balance=ETHER)})
    history.begin(world)
    with pytest.raises(InputError, match="both the store and the genesis have accounts"):
        Chain(history, CONFIG)
    chain = Chain(history, ChainConfig())
    assert chain.world.account(ALICE).balance == ETHER
    assert chain.head_block.header.state_root == world.root
    chain.close()


def test_a_state_of_a_later_block_begins_no_chain(kind: str, tmp_path: Path):
    history = open_history(kind, tmp_path)
    history.commit(history.world_at(0))
    with pytest.raises(StateError, match="a state at block 1 and no chain"):
        Chain(history, CONFIG)
    with pytest.raises(StoreError, match="the store holds no chain"):
        Chain.stored(history)
    history.close()


def test_rules_without_a_base_fee_give_headers_without_one(tmp_path: Path):
    chain = Chain(MemoryHistory(), ChainConfig(rules=BYZANTIUM))
    assert chain.head_block.header.base_fee_per_gas is None
    template = chain.template(timestamp=1, coinbase=ALICE, base_fee=5)
    assert template.base_fee is None
    built = chain.builder(machine(), template).seal()
    chain.append(built)
    chain._store.forget()
    assert chain.block(1) == built.block


# Templates and builders


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"timestamp": 999}, "timestamp 999 is before that of the newest block, 1000"),
        ({"timestamp": 1_000, "extra_data": bytes(33)}, "extra data of 33 bytes; at most 32"),
        ({"timestamp": 1_000, "gas_limit": 2**60}, "block gas limit .* fits into a frame"),
    ],
)
def test_what_no_block_can_have_is_refused(chain: Chain, settings: dict, message: str):
    with pytest.raises(InputError, match=message):
        chain.template(coinbase=ALICE, **settings)


def test_a_refused_transaction_leaves_the_block_as_it_was(chain: Chain):
    one, other = signed(0), signed(1)
    template = chain.template(timestamp=1_012, coinbase=ALICE, base_fee=GWEI)
    builder, plain = chain.builder(machine(), template), chain.builder(machine(), template)
    refused = [
        (signed(5), TransactionFault.NONCE_TOO_HIGH),
        (signed(0, chain_id=1), TransactionFault.CHAIN_ID),
        (signed(0, value=10**6 * ETHER), TransactionFault.FUNDS),
        (signed(0, gas_limit=20_999), TransactionFault.INTRINSIC_GAS),
        (
            signed(0, max_fee_per_gas=GWEI - 1, max_priority_fee_per_gas=0),
            TransactionFault.BASE_FEE,
        ),
        (
            signed(0, max_fee_per_gas=2 * GWEI, max_priority_fee_per_gas=3 * GWEI),
            TransactionFault.PRIORITY_FEE,
        ),
        (signed(0, gas_limit=100_000_001), TransactionFault.BLOCK_GAS_LIMIT),
        (signed(0, gas_limit=2**60), TransactionFault.GAS_LIMIT_MAXIMUM),
        (signed(2**64 - 1), TransactionFault.NONCE_MAXIMUM),
        (signed(0, max_fee_per_gas=2**250), TransactionFault.PRICE_MAXIMUM),
    ]
    for transaction in (one, other):
        for bad, fault in refused:
            with pytest.raises(InvalidTransaction) as caught:
                builder.add(bad)
            expected = {TransactionFault.NONCE_TOO_HIGH, TransactionFault.NONCE_TOO_LOW}
            assert caught.value.fault in ({fault} if transaction is one else expected | {fault})
        assert builder.add(transaction) == plain.add(transaction)
    assert builder.gas_left == 100_000_000 - 42_000
    assert builder.seal().block == plain.seal().block


def test_a_block_is_full_when_its_gas_limit_is_reached(chain: Chain):
    template = chain.template(timestamp=1_012, coinbase=ALICE, gas_limit=50_000)
    builder = chain.builder(machine(), template)
    builder.add(signed(0, gas_limit=21_000))
    builder.add(signed(1, gas_limit=29_000))
    with pytest.raises(InvalidTransaction, match="gas limit 8001 exceeds the block's 8000"):
        builder.add(signed(2, gas_limit=8_001))


def test_the_base_fee_goes_to_nobody(chain: Chain):
    paying = signed(0, max_fee_per_gas=10 * GWEI, max_priority_fee_per_gas=2 * GWEI)
    built = mine(chain, paying, base_fee=GWEI)
    [receipt] = built.receipts
    assert receipt.effective_gas_price == 3 * GWEI
    assert chain.world.account(built.block.header.coinbase).balance == 21_000 * 2 * GWEI
    assert chain.world.account(ALICE).balance == 1_000 * ETHER - 21_000 * 3 * GWEI


def test_senders_must_be_able_to_pay_the_maximum(chain: Chain):
    with pytest.raises(InvalidTransaction, match="insufficient funds"):
        build(chain, signed(0, max_fee_per_gas=ETHER, gas_limit=21_000))


def test_accounts_with_code_send_only_by_impersonation(chain: Chain):
    chain.edit({BOB: AccountChange(nonce=0, balance=ETHER, code=b"code")})
    with pytest.raises(InvalidTransaction, match=r"has code .EIP-3607") as caught:
        build(chain, signed(0, BOB_KEY))
    assert caught.value.fault is TransactionFault.SENDER_HAS_CODE


def test_contracts_read_the_hashes_of_earlier_blocks(chain: Chain):
    grow(chain)
    context = chain.builder(machine(), chain.template(timestamp=2_000, coinbase=ALICE)).context
    assert [context.block_hash(number) for number in range(8)] == [
        chain.block(number).hash for number in range(8)
    ]
    assert context.block_hash(8) is None


def test_a_failed_write_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Block, receipts, index and state go into the store in one write."""
    chain = sample("memory:", tmp_path)
    before = contents(chain)
    store = chain._history._records.store
    writes = []

    def failing(batch: dict) -> None:
        writes.append(batch)
        raise StoreError("the disk is full")

    built: BuiltBlock = build(chain, transfer(8, BOB, 1))
    with monkeypatch.context() as patch:
        patch.setattr(store, "write", failing)
        for change in (
            lambda: chain.append(built),
            lambda: chain.rewind(2),
            lambda: chain.edit({BOB: None}),
        ):
            with pytest.raises(StoreError, match="disk is full"):
                change()
        assert len(writes) == 3
    assert contents(chain) == before
    chain.append(built)
    assert chain.head == 8


def test_the_token_is_where_it_was_deployed(chain: Chain):
    built = mine(chain, deployment())
    assert built.receipts[0].contract_address == TOKEN
    assert chain.world.account(TOKEN).nonce == 1


def test_an_empty_genesis_is_a_chain_as_well(tmp_path: Path):
    chain = Chain(MemoryHistory(), ChainConfig())
    assert chain.world.root == WorldState.EMPTY.root
    mine(chain)
    assert chain.head == 1
