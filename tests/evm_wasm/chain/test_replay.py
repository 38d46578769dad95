"""A chain that is run again comes out the same, and whatever was changed in it is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sample_chain import (
    ALICE,
    BOB,
    BOB_KEY,
    CONFIG,
    HISTORIES,
    machine,
    mine,
    open_history,
    sample,
    signed,
)

from evm_wasm.chain.block_records import encode_block, encode_receipts
from evm_wasm.chain.chain import Chain, ChainConfig
from evm_wasm.chain.header_rlp import encode_header, header_hash
from evm_wasm.chain.replay import Difference, replay
from evm_wasm.chain.signing import recovered
from evm_wasm.model.block import Block
from evm_wasm.model.message import Status
from evm_wasm.state.change import AccountChange


@pytest.mark.parametrize("kind", HISTORIES)
def test_a_chain_comes_out_as_it_is_stored(kind: str, tmp_path: Path):
    chain = sample(kind, tmp_path)
    chain._store.forget()
    seen = []
    done = replay(chain, machine(), on_block=lambda: seen.append(1))
    assert (done.first, done.last, done.difference) == (0, 7, None)
    assert len(seen) == 8
    chain.close()


def test_old_states_are_not_needed(tmp_path: Path):
    chain = sample("lmdb:", tmp_path, keep=0)
    assert chain.oldest_state == 7
    done = replay(chain, machine())
    assert (done.first, done.last, done.difference) == (0, 7, None)
    chain.close()


def test_without_a_genesis_it_begins_with_the_oldest_state(tmp_path: Path):
    history = open_history("memory:", tmp_path, keep=1)
    world = history.world_at(0)
    history.begin(world.apply({ALICE: AccountChange(nonce=0, balance=10**21)}))
    chain = Chain(history, ChainConfig())
    for nonce in range(3):
        mine(chain, signed(nonce))
    done = replay(chain)
    assert (done.first, done.last, done.difference) == (2, 3, None)


def test_a_genesis_alone_comes_out(tmp_path: Path):
    done = replay(Chain(open_history("memory", tmp_path), CONFIG))
    assert (done.first, done.last, done.difference) == (0, 0, None)


def rewrite(chain: Chain, number: int, block: Block) -> None:
    """Puts another block into the records, and has its hash right."""
    header = encode_header(block.header)
    block = replace(block, hash=header_hash(header))
    chain._history.put_data({b"B" + number.to_bytes(8, "big"): encode_block(block, header)})
    chain._store.forget()


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return sample("memory", tmp_path)


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        (2, "state_root", bytes(32)),
        (2, "transactions_root", bytes(32)),
        (2, "receipts_root", bytes(32)),
        (2, "logs_bloom", b"\1" * 256),
        (2, "gas_used", 5),
        (3, "parent_hash", bytes(32)),
        (3, "number", 4),
        (4, "ommers_hash", bytes(32)),
    ],
)
def test_a_changed_header_is_found(chain: Chain, number: int, field: str, value: object):
    block = chain.block(number)
    stored = getattr(block.header, field)
    rewrite(chain, number, replace(block, header=replace(block.header, **{field: value})))
    done = replay(chain, machine())
    text = {bytes: lambda data: f"0x{data.hex()}", int: str}[type(value)]
    assert done.last == number - 1
    assert done.difference == Difference(
        number=number, transaction=None, field=field, stored=text(value), found=text(stored)
    )


def test_what_miners_choose_shows_in_the_next_blocks_parent(chain: Chain):
    block = chain.block(2)
    rewrite(chain, 2, replace(block, header=replace(block.header, timestamp=1)))
    difference = replay(chain, machine()).difference
    assert (difference.number, difference.field) == (3, "parent_hash")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("status", Status.REVERT, "2"),
        ("gas_used", 1, "1"),
        ("logs", (), "()"),
        ("output", b"\1\2", "0x0102"),
    ],
)
def test_a_changed_receipt_is_found(chain: Chain, field: str, value: object, shown: str):
    receipts = list(chain.receipts(2))
    receipts[1] = replace(receipts[1], **{field: value})
    chain._history.put_data({b"R" + (2).to_bytes(8, "big"): encode_receipts(receipts)})
    chain._store.forget()
    difference = replay(chain, machine()).difference
    transaction = chain.block(2).transactions[1]
    assert (difference.number, difference.transaction) == (2, transaction.hash)
    expected = {"gas_used": "cumulative_gas_used"}.get(field, field)
    assert difference.field == expected
    if expected == field:
        assert difference.stored == shown


def test_a_changed_sender_is_found(chain: Chain):
    block = chain.block(2)
    transactions = list(block.transactions)
    transactions[4] = replace(transactions[4], sender=ALICE)
    rewrite(chain, 2, replace(block, transactions=tuple(transactions)))
    difference = replay(chain, machine()).difference
    assert str(difference) == (
        f"block 2, transaction 0x{transactions[4].hash.hex()}: sender is stored as "
        f"0x{ALICE.hex()}, comes out as 0x{BOB.hex()}"
    )


def test_a_transaction_that_cannot_be_there_is_found(chain: Chain):
    block = chain.block(2)
    wrong = recovered(signed(7, BOB_KEY).signed)
    rewrite(chain, 2, replace(block, transactions=(*block.transactions[:4], wrong)))
    difference = replay(chain, machine()).difference
    assert (difference.transaction, difference.field) == (wrong.hash, "transaction")
    assert difference.found.startswith("refused: nonce too high")


def test_changed_edits_are_found(chain: Chain):
    chain._history.put_data({b"D" + (3).to_bytes(8, "big"): None})
    difference = replay(chain, machine()).difference
    assert (difference.number, difference.field) == (3, "transaction")


def test_a_changed_genesis_is_found(chain: Chain):
    block = chain.block(0)
    rewrite(chain, 0, replace(block, header=replace(block.header, state_root=bytes(32))))
    done = replay(chain, machine())
    assert (done.first, done.last) == (0, 0)
    assert done.difference.field == "state_root"
