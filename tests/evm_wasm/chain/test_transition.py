"""Transactions: what is refused, what is paid, and that nothing is left half done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import BLOCK, COINBASE, CONTRACT, ETHER, SENDER, STORE, World, contract

from evm_wasm.chain.intrinsic import intrinsic_gas
from evm_wasm.chain.transition import apply_transaction
from evm_wasm.errors import InvalidTransaction, StepLimitExceeded
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.transaction import Transaction
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.rules.limits import MAX_GAS

CALL = Transaction(
    sender=SENDER, nonce=0, gas_price=3, gas_limit=100_000, to=CONTRACT, value=0, data=b""
)


def apply(world: World, transaction: Transaction) -> Receipt:
    return apply_transaction(world.vm, world.state, BLOCK, transaction)


@pytest.mark.parametrize(
    ("data", "creates", "gas"),
    [
        (b"", False, 21_000),
        (b"", True, 53_000),
        (b"\0\1\0\2", False, 21_000 + 2 * 4 + 2 * 68),
    ],
)
def test_intrinsic_gas(data: bytes, creates: bool, gas: int) -> None:
    assert intrinsic_gas(BYZANTIUM.transaction, data, creates=creates) == gas


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"nonce": 1}, "nonce too high: the transaction has 1, the sender 0"),
        ({"gas_limit": 20_999}, "intrinsic gas too low: 21000 needed"),
        ({"gas_limit": BLOCK.gas_limit + 1}, "does not fit into a frame"),
        ({"value": ETHER}, "insufficient funds"),
        ({"gas_price": ETHER}, "insufficient funds"),
    ],
)
def test_refused_transactions_change_nothing(change: dict[str, int], reason: str) -> None:
    world = World()
    before = world.state.commit().root
    with pytest.raises(InvalidTransaction, match=reason):
        apply(world, replace(CALL, **change))  # type: ignore[arg-type]
    assert world.state.commit().root == before


def test_a_used_nonce_is_refused() -> None:
    world = World()
    apply(world, CALL)
    with pytest.raises(InvalidTransaction, match="nonce too low"):
        apply(world, CALL)


def test_the_blocks_gas_limit_binds() -> None:
    world = World()
    block = replace(BLOCK, gas_limit=99_999)
    with pytest.raises(InvalidTransaction, match="exceeds the block's 99999"):
        apply_transaction(world.vm, world.state, block, CALL)
    assert MAX_GAS == 922_337_203_685_477


def test_sender_pays_the_coinbase_to_the_wei() -> None:
    world = World()
    receipt = apply(world, replace(CALL, value=5))
    assert receipt.gas.used_gas == 21_000
    assert world.state.balance(SENDER) == ETHER - 5 - 63_000
    assert world.state.balance(COINBASE) == 63_000
    assert world.state.balance(CONTRACT) == 5


def test_particles_are_rounded_up_once() -> None:
    """One constant and one drop: 1 + 135 particles, 90 for the entry."""
    world = World(schedule="particles")
    world.install(contract("(drop (i32.const 0))"))
    receipt = apply(world, CALL)
    assert receipt.gas.used_gas == 21_001
    assert receipt.gas.instructions == 90 + 1 + 135


def test_the_gas_report_adds_up() -> None:
    world = World(schedule="particles")
    world.install(
        contract(
            "(call $storageStore (i32.const 0) (i32.const 32))",
            imports=STORE,
            more='(data (i32.const 63) "\\01")',
        )
    )
    gas = apply(world, CALL).gas
    assert (gas.intrinsic, gas.eei) == (21_000 * gas.scale, 20_000 * gas.scale)
    assert gas.instructions == 90 + 90 + 1 + 1
    total = gas.intrinsic + gas.eei + gas.deposit + gas.instructions + gas.burned
    assert gas.used_gas == -(-total // gas.scale)


def test_clearing_a_slot_is_refunded_up_to_half() -> None:
    world = World(schedule="none")
    world.install(contract("(call $storageStore (i32.const 0) (i32.const 32))", imports=STORE))
    key = bytes(32)
    world.state.store(CONTRACT, key, b"\1" + bytes(31))  # type: ignore[arg-type]
    receipt = apply(world, CALL)
    assert receipt.gas.refund_gas == 26_000 // 2
    assert receipt.gas.used_gas == 13_000


def test_a_failed_contract_pays_everything_and_keeps_the_nonce() -> None:
    world = World(schedule="particles")
    world.install(contract("unreachable"))
    receipt = apply(world, replace(CALL, value=7))
    assert receipt.status is Status.FAILURE
    assert receipt.gas.used_gas == 100_000
    assert world.state.nonce(SENDER) == 1
    assert world.state.balance(CONTRACT) == 0


def test_an_aborted_run_leaves_the_state_as_it_was() -> None:
    world = World(step_limit=1_000)
    world.install(contract("(loop (br 0))"))
    before = world.state.commit().root
    with pytest.raises(StepLimitExceeded):
        apply(world, CALL)
    assert world.state.commit().root == before
    world.state.set_code(CONTRACT, contract(""))
    assert apply(world, CALL).status is Status.SUCCESS


def test_touched_empty_accounts_vanish() -> None:
    world = World()
    world.state.set_balance(CONTRACT, 0)
    assert world.state.exists(CONTRACT)
    apply(world, replace(CALL, gas_price=0))
    assert not world.state.exists(CONTRACT)
    assert not world.state.exists(COINBASE)


def test_what_a_taken_address_burns_is_reported() -> None:
    world = World()
    world.state.set_nonce(contract_address(SENDER, 0), 1)
    receipt = apply(world, replace(CALL, to=None))
    assert receipt.halt is HaltReason.COLLISION
    assert (receipt.gas.burned, receipt.gas.instructions) == (100_000 - 53_000, 0)
