"""Transactions: what is refused, what is paid, and that nothing is left half done."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import BLOCK, COINBASE, CONTRACT, ETHER, SENDER, STORE, World, contract

from evm_wasm.chain.intrinsic import intrinsic_gas
from evm_wasm.chain.transition import apply_transaction
from evm_wasm.errors import (
    InvalidTransaction,
    StateError,
    StepLimitExceeded,
    TransactionFault,
)
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.transaction import AccessEntry, Transaction
from evm_wasm.primitives.types import Word
from evm_wasm.rules.forks import BYZANTIUM, DEVNET
from evm_wasm.rules.limits import MAX_GAS
from evm_wasm.rules.transactions import TRANSACTION_FORKS

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
    ("fork", "gas"),
    [
        ("Byzantium", 21_000 + 4 + 68),
        ("Constantinople", 21_000 + 4 + 68),
        ("Istanbul", 21_000 + 4 + 16),
        ("Berlin", 21_000 + 4 + 16),
        ("London", 21_000 + 4 + 16),
    ],
)
def test_intrinsic_gas_by_fork(fork: str, gas: int) -> None:
    assert intrinsic_gas(TRANSACTION_FORKS[fork], b"\0\1", creates=False) == gas


def test_access_lists_are_paid_for_entry_by_entry() -> None:
    key = Word(bytes(32))
    access_list = (AccessEntry(CONTRACT, (key, key)), AccessEntry(CONTRACT, ()))
    gas = intrinsic_gas(TRANSACTION_FORKS["Berlin"], b"", creates=False, access_list=access_list)
    assert gas == 21_000 + 2 * 2_400 + 2 * 1_900
    world = World(rules=DEVNET)
    receipt = apply(world, replace(CALL, access_list=access_list))
    assert receipt.gas.used_gas == gas


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


def test_clearing_a_slot_is_refunded_up_to_a_fifth_from_london_on() -> None:
    world = World(schedule="none", rules=DEVNET)
    world.install(contract("(call $storageStore (i32.const 0) (i32.const 32))", imports=STORE))
    world.state.store(CONTRACT, Word(bytes(32)), Word(b"\1" + bytes(31)))
    receipt = apply(world, CALL)
    assert receipt.gas.refund_gas == 26_000 // 5
    assert receipt.gas.used_gas == 26_000 - 26_000 // 5


def test_the_base_fee_is_burned() -> None:
    world = World(rules=DEVNET)
    block = replace(BLOCK, base_fee=2)
    transaction = replace(CALL, gas_price=3, max_fee_per_gas=5)
    apply_transaction(world.vm, world.state, block, transaction)
    assert world.state.balance(SENDER) == ETHER - 3 * 21_000
    assert world.state.balance(COINBASE) == 21_000


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"max_fee_per_gas": 1}, TransactionFault.BASE_FEE),
        ({"gas_price": 1}, TransactionFault.BASE_FEE),
        ({"max_fee_per_gas": ETHER}, TransactionFault.FUNDS),
        ({"nonce": 1}, TransactionFault.NONCE_TOO_HIGH),
        ({"gas_limit": 20_999}, TransactionFault.INTRINSIC_GAS),
        ({"gas_limit": MAX_GAS + 1}, TransactionFault.GAS_LIMIT_MAXIMUM),
        ({"gas_limit": BLOCK.gas_limit + 1}, TransactionFault.GAS_LIMIT_MAXIMUM),
    ],
)
def test_faults_are_told_to_programs(change: dict[str, int], fault: TransactionFault) -> None:
    world = World(rules=DEVNET)
    block = replace(BLOCK, base_fee=2)
    with pytest.raises(InvalidTransaction) as caught:
        apply_transaction(world.vm, world.state, block, replace(CALL, **change))  # type: ignore[arg-type]
    assert caught.value.fault is fault


def test_what_is_left_of_a_block_binds() -> None:
    world = World()
    with pytest.raises(InvalidTransaction, match="exceeds the block's 99999") as caught:
        apply_transaction(world.vm, world.state, BLOCK, CALL, gas_left=99_999)
    assert caught.value.fault is TransactionFault.BLOCK_GAS_LIMIT


def test_senders_that_have_code_are_refused_from_london_on() -> None:
    for rules, refused in ((BYZANTIUM, False), (DEVNET, True)):
        world = World(rules=rules)
        world.state.set_code(SENDER, b"code")
        if refused:
            with pytest.raises(InvalidTransaction, match="sender not an eoa") as caught:
                apply(world, CALL)
            assert caught.value.fault is TransactionFault.SENDER_HAS_CODE
        apply(world, replace(CALL, is_impersonated=refused))


def test_the_last_nonce_cannot_be_used() -> None:
    world = World()
    world.state.set_nonce(SENDER, 2**64 - 1)
    with pytest.raises(InvalidTransaction, match="cannot grow") as caught:
        apply(world, replace(CALL, nonce=2**64 - 1))
    assert caught.value.fault is TransactionFault.NONCE_MAXIMUM


def test_a_balance_that_overflows_leaves_the_state_as_it_was() -> None:
    world = World()
    world.state.set_balance(COINBASE, 2**256 - 1)
    before = world.state.commit().root
    with pytest.raises(StateError, match="a balance of"):
        apply(world, CALL)
    assert world.state.commit().root == before
    assert apply(world, replace(CALL, gas_price=0)).status is Status.SUCCESS


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
