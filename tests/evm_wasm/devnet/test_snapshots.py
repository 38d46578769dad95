"""Snapshots: going back restores everything, whatever was done since."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from devnet_scenes import COUNTS, ETHER, PLACE, STRANGER, request, signed, word
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.chain.replay import replay
from evm_wasm.devnet import PENDING, Bounds, Devnet, DevnetConfig
from evm_wasm.devnet.errors import StateNotKept
from evm_wasm.devnet.events import DevnetEvent, NewBlock, NewTransaction, Reverted
from evm_wasm.errors import EvmWasmError, InputError
from evm_wasm.primitives.types import Address

OPERATIONS: tuple[Callable[[Devnet, int], object], ...] = (
    lambda net, n: net.mine(n % 3 + 1),
    lambda net, n: net.send_raw(signed(net, account=n % 3, value=n, gas=21_000 + n).raw),
    lambda net, n: net.send_raw(
        signed(net, account=n % 3, nonce=net.pool.next_nonce(net.accounts[n % 3].address)).raw
    ),
    lambda net, n: net.send_raw(signed(net, account=n % 3, nonce=n).raw),
    lambda net, n: net.send(request(net, PLACE, gas=60_000 + n)),
    lambda net, n: net.edit.set_balance(STRANGER, n * ETHER),
    lambda net, n: net.edit.set_storage(PLACE, word(n % 2), word(n)),
    lambda net, n: net.edit.set_nonce(net.accounts[n % 3].address, n),
    lambda net, n: net.edit.set_code(PLACE, COUNTS if n % 2 else b""),
    lambda net, n: net.settings.set_automine(automine=n % 2 == 0),
    lambda net, n: net.settings.set_gas_limit(100_000 + n),
    lambda net, n: setattr(net.settings, "next_base_fee", n),
    lambda net, n: net.time.increase(n),
    lambda net, n: net.time.set_interval(n),
    lambda net, n: net.time.set_next(net.time.now() + n),
    lambda net, n: net.signers.impersonate(Address(bytes((n % 5,)) * 20)),
    lambda net, n: net.rollback(n % 2),
    lambda net, n: net.pool.clear(),
)
STEPS = st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 40)), max_size=12)


def apply(devnet: Devnet, steps: list[tuple[Callable[[Devnet, int], object], int]]) -> None:
    for operation, number in steps:
        try:
            operation(devnet, number)
        except EvmWasmError:
            continue


@settings(max_examples=60)
@given(before=STEPS, after=STEPS)
def test_reverting_restores_every_byte(
    before: list[tuple[Callable[[Devnet, int], object], int]],
    after: list[tuple[Callable[[Devnet, int], object], int]],
) -> None:
    devnet = Devnet()
    apply(devnet, before)
    dump, head = devnet.dump(), devnet.block_number()
    snapshot = devnet.snapshot()
    # A rollback below the snapshot would use it up.
    apply(devnet, [step for step in after if step[0] is not OPERATIONS[-2]])
    assert devnet.revert(snapshot)
    assert devnet.dump() == dump
    assert devnet.block_number() == head
    devnet.settings.set_automine(automine=True)
    devnet.mine()
    # What was made in all this is a chain like any other.
    assert replay(devnet.chain).difference is None
    restored = Devnet()
    restored.load(devnet.dump())
    assert restored.dump() == devnet.dump()


@settings(max_examples=40)
@given(steps=STEPS)
def test_a_pending_block_is_the_one_that_is_mined(
    steps: list[tuple[Callable[[Devnet, int], object], int]],
) -> None:
    devnet = Devnet(DevnetConfig(automine=False))
    automines = OPERATIONS[9]
    for step in steps:
        if step[0] is not automines:
            apply(devnet, [step])
        pending, receipts = devnet.block(PENDING), devnet.block_receipts(PENDING)
        snapshot = devnet.snapshot()
        devnet.mine()
        assert devnet.block() == pending
        assert devnet.block_receipts() == receipts
        devnet.revert(snapshot)


def test_ids_are_those_of_anvil(net: Devnet) -> None:
    assert [net.snapshot() for _ in range(3)] == [0, 1, 2]
    assert net.revert(1)
    assert net.snapshots() == (0,)
    assert not net.revert(1)
    assert not net.revert(2)
    assert net.snapshot() == 3
    assert net.revert(0)
    assert not net.revert(0)
    assert net.snapshots() == ()


def test_the_oldest_snapshot_goes() -> None:
    devnet = Devnet(DevnetConfig(bounds=Bounds(snapshots=2)))
    for _ in range(3):
        devnet.snapshot()
    assert devnet.snapshots() == (1, 2)


def test_a_snapshot_whose_state_is_not_kept() -> None:
    devnet = Devnet(DevnetConfig(keep=2))
    snapshot = devnet.snapshot()
    devnet.mine(5)
    dump = devnet.dump()
    with pytest.raises(StateNotKept):
        devnet.revert(snapshot)
    assert devnet.dump() == dump


def test_rolling_back(net: Devnet) -> None:
    early = net.snapshot()
    sent = net.transact(STRANGER, value=1)
    net.mine(2)
    late = net.snapshot()
    net.rollback(3)
    assert net.block_number() == 0
    assert net.transaction(sent.transaction.hash) is None
    assert net.balance(STRANGER) == 0
    assert net.snapshots() == (early,)
    assert not net.revert(late)
    with pytest.raises(InputError, match="current height 0, depth 1"):
        net.rollback()


def test_resetting(net: Devnet) -> None:
    fresh = net.dump()
    net.transact(STRANGER, value=1)
    net.edit.set_balance(STRANGER, 1)
    net.settings.set_automine(automine=False)
    net.send_raw(signed(net).raw)
    net.snapshot()
    net.reset()
    assert net.dump() == fresh
    assert net.snapshots() == ()


def test_whoever_listens_is_told(net: Devnet) -> None:
    told: list[DevnetEvent] = []
    subscription = net.events.subscribe(told.append)
    snapshot = net.snapshot()
    sent = net.transact(STRANGER, value=1)
    net.revert(snapshot)
    pending, block, reverted = told
    assert isinstance(pending, NewTransaction)
    assert pending.transaction.hash == sent.transaction.hash
    assert isinstance(block, NewBlock)
    assert block.block == sent.block
    assert isinstance(reverted, Reverted)
    assert reverted.head.header.number == 0
    subscription.cancel()
    subscription.cancel()
    net.mine()
    assert len(told) == 3


def test_edits(net: Devnet) -> None:
    net.edit.set_code(PLACE, COUNTS)
    net.edit.set_balance(PLACE, 5)
    net.edit.add_balance(PLACE, 2)
    net.edit.set_storage(PLACE, word(0), word(9))
    net.edit.set_nonce(PLACE, 3)
    assert (net.balance(PLACE), net.nonce(PLACE), net.code(PLACE)) == (7, 3, COUNTS)
    assert net.transact(PLACE).receipt.output == word(10)
    assert net.balance(PLACE, 0) == 0
    net.edit.set_code(PLACE, b"")
    assert net.code(PLACE) == b""
    with pytest.raises(InputError, match="code: not a contract"):
        net.edit.set_code(PLACE, b"\0asm")
    with pytest.raises(InputError, match="code: not a contract: the code is not wasm"):
        net.edit.set_code(PLACE, b"\x60\x00")
    with pytest.raises(InputError, match="256 bits"):
        net.edit.set_balance(PLACE, 2**256)
    with pytest.raises(InputError, match="64 bits"):
        net.edit.set_nonce(PLACE, 2**64)


def test_a_nonce_that_is_set_past_waiting_transactions_drops_them(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    for nonce in range(3):
        net.send_raw(signed(net, nonce=nonce).raw)
    net.edit.set_nonce(net.accounts[0].address, 2)
    assert len(net.pool) == 1
    net.mine()
    assert net.nonce(net.accounts[0].address) == 3


def test_proofs_are_of_the_state(net: Devnet) -> None:
    from evm_wasm.state.account_proof import verify_account

    net.edit.set_code(PLACE, COUNTS)
    net.transact(PLACE)
    proof = net.proof(PLACE, [word(0), word(1)])
    block = net.block()
    assert block is not None
    verify_account(block.header.state_root, proof)
    assert [slot.value for slot in proof.slots] == [word(1), word(0)]


@pytest.mark.parametrize("count", [-1, 101])
def test_mining_is_bounded(count: int) -> None:
    devnet = Devnet(DevnetConfig(bounds=Bounds(mine_blocks=100)))
    with pytest.raises(InputError, match="at most 100 at once"):
        devnet.mine(count)
    assert devnet.mine(0) == []
    assert len(devnet.mine(100)) == 100
