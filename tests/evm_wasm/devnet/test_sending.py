"""Sending: what is taken, what is refused and with which words, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from devnet_scenes import (
    COUNTS,
    ETHER,
    GWEI,
    LOOPS,
    PLACE,
    REVERTS_EMPTY,
    STRANGER,
    TRAPS,
    request,
    signed,
    token,
    transfer_data,
    word,
)
from small_contracts import contract

from evm_wasm.chain.signing import impersonate, recovered
from evm_wasm.devnet import PENDING, Bounds, CallRequest, Devnet, DevnetConfig, Order
from evm_wasm.devnet.errors import (
    ExecutionFailed,
    ExecutionReverted,
    NoSigner,
    PoolRefused,
    Refusal,
)
from evm_wasm.errors import EvmWasmError, InputError, InvalidTransaction, TransactionFault
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.model.transaction import AccessEntry, TransactionType
from evm_wasm.project.deployer import init_code_of, with_arguments


def test_a_transaction_is_in_a_block_when_it_is_answered(net: Devnet) -> None:
    sent = signed(net, value=5)
    assert net.send_raw(sent.raw) == sent.hash
    found = net.receipt(sent.hash)
    assert found is not None
    assert found.is_success
    assert (found.block.header.number, found.index) == (1, 0)
    assert net.balance(STRANGER) == 5
    transaction = net.transaction(sent.hash)
    assert transaction is not None
    assert transaction.transaction == sent
    assert transaction.effective_gas_price == net.block(1).header.base_fee_per_gas + GWEI  # type: ignore[union-attr, operator]


@pytest.mark.parametrize("kind", list(TransactionType))
def test_all_types_are_taken(net: Devnet, kind: TransactionType) -> None:
    receipt = net.receipt(net.send_raw(signed(net, kind=kind).raw))
    assert receipt is not None
    assert receipt.receipt.type is kind


def test_a_batch_of_one_account_is_taken_as_a_whole(net: Devnet) -> None:
    sent = [signed(net, nonce=nonce, value=1) for nonce in range(50)]
    assert net.send_raw_batch(each.raw for each in sent) == [each.hash for each in sent]
    assert net.block_number() == 1
    block = net.block()
    assert block is not None
    assert block.transactions == tuple(sent)


def test_a_batch_tells_which_were_refused(net: Devnet) -> None:
    good = signed(net)
    results = net.send_raw_batch([b"", good.raw, good.raw, signed(net, nonce=1).raw])
    kinds = [type(result) if isinstance(result, EvmWasmError) else bytes for result in results]
    assert kinds == [InputError, bytes, PoolRefused, bytes]
    assert len(net.block().transactions) == 2  # type: ignore[union-attr]


def test_a_gap_in_nonces_waits_until_it_is_filled(net: Devnet) -> None:
    late = [signed(net, nonce=nonce) for nonce in (2, 1)]
    for each in late:
        net.send_raw(each.raw)
    assert net.block_number() == 0
    assert (net.pool.status().pending, net.pool.status().queued) == (0, 2)
    assert net.nonce(net.accounts[0].address, PENDING) == 0
    net.send_raw(signed(net, nonce=0).raw)
    assert [len(net.block(number).transactions) for number in (1,)] == [3]  # type: ignore[union-attr]
    assert len(net.pool) == 0


CASES = (
    ({"nonce": 0}, TransactionFault.NONCE_TOO_LOW, "nonce too low: the transaction has 0"),
    ({"gas": 20_999}, TransactionFault.INTRINSIC_GAS, "intrinsic gas too low"),
    ({"gas": 100_000_001}, TransactionFault.BLOCK_GAS_LIMIT, "exceeds the block's 100000000"),
    ({"value": 10_000 * ETHER}, TransactionFault.FUNDS, "insufficient funds"),
    ({"fee": 1, "tip": 1}, TransactionFault.BASE_FEE, "max fee per gas less than block base fee"),
    ({"fee": GWEI, "tip": 2 * GWEI}, TransactionFault.PRIORITY_FEE, "max priority fee per gas"),
    ({"chain_id": 1}, TransactionFault.CHAIN_ID, "wrong chain id"),
    ({"nonce": 2**64 - 1}, TransactionFault.NONCE_MAXIMUM, "EIP-2681"),
)


@pytest.mark.parametrize(("fields", "fault", "message"), CASES)
def test_what_no_block_takes_is_refused(
    net: Devnet, fields: dict[str, int], fault: TransactionFault, message: str
) -> None:
    net.transact(STRANGER)
    before = net.dump()
    with pytest.raises(InvalidTransaction, match=message) as caught:
        net.send_raw(signed(net, **fields).raw)  # type: ignore[arg-type]
    assert caught.value.fault is fault
    assert net.dump() == before


def test_signatures_that_nobody_can_make_are_refused(net: Devnet) -> None:
    unsigned = signed(net).unsigned
    pretended = recovered(impersonate(unsigned, net.accounts[0].address))
    with pytest.raises(InvalidTransaction, match="invalid signature"):
        net.send_raw(pretended.raw)
    with pytest.raises(InputError):
        net.send_raw(signed(net).raw + b"\0")


@pytest.mark.parametrize("fee", [11 * GWEI - 1, 11 * GWEI])
def test_a_replacement_must_pay_a_tenth_more(net: Devnet, fee: int) -> None:
    net.settings.set_automine(automine=False)
    first = signed(net, fee=10 * GWEI, tip=GWEI)
    net.send_raw(first.raw)
    with pytest.raises(PoolRefused, match="transaction already imported"):
        net.send_raw(first.raw)
    second = signed(net, fee=fee, tip=GWEI * 11 // 10)
    if fee < 11 * GWEI:
        with pytest.raises(PoolRefused, match="replacement transaction underpriced") as caught:
            net.send_raw(second.raw)
        assert caught.value.refusal is Refusal.REPLACEMENT_UNDERPRICED
        assert net.pool.get(first.hash) == first
        return
    net.send_raw(second.raw)
    assert net.pool.get(first.hash) is None
    net.mine()
    assert net.receipt(second.hash) is not None


def test_the_pool_is_bounded() -> None:
    bounds = Bounds(pool_transactions=3, nonce_gap=10, transaction_bytes=200, pool_bytes=400)
    devnet = Devnet(DevnetConfig(automine=False, bounds=bounds))
    for nonce in range(3):
        devnet.send_raw(signed(devnet, nonce=nonce).raw)
    with pytest.raises(PoolRefused, match="the transaction pool is full: 3 transactions wait"):
        devnet.send_raw(signed(devnet, nonce=3).raw)
    devnet.send_raw(signed(devnet, nonce=2, fee=20 * GWEI, tip=2 * GWEI).raw)
    with pytest.raises(PoolRefused, match="nonce too far ahead"):
        devnet.send_raw(signed(devnet, nonce=11).raw)
    with pytest.raises(PoolRefused, match=r"too large: 3[0-9]+ bytes, 200 allowed"):
        devnet.send_raw(signed(devnet, data=bytes(200), gas=50_000).raw)
    devnet.pool.clear()
    devnet.send_raw(signed(devnet, nonce=0, data=bytes(70), gas=50_000).raw)
    devnet.send_raw(signed(devnet, nonce=1, data=bytes(70), gas=50_000).raw)
    with pytest.raises(PoolRefused, match="bytes of transactions wait"):
        devnet.send_raw(signed(devnet, nonce=2, data=bytes(70), gas=50_000).raw)


def test_a_minimum_price_is_kept(net: Devnet) -> None:
    net.settings.min_gas_price = 20 * GWEI
    with pytest.raises(PoolRefused, match="transaction underpriced: it pays 10000000000 wei"):
        net.send_raw(signed(net).raw)
    assert net.fees.gas_price() == 20 * GWEI


@pytest.mark.parametrize("order", list(Order))
def test_blocks_take_the_better_paying_or_the_older_first(order: Order) -> None:
    devnet = Devnet(DevnetConfig(automine=False, order=order))
    sent = [signed(devnet, account=account, tip=account * GWEI) for account in range(3)]
    sent.append(signed(devnet, account=0, nonce=1, tip=9 * GWEI))
    devnet.send_raw_batch(each.raw for each in sent)
    devnet.mine()
    block = devnet.block()
    assert block is not None
    by_fee = (sent[2], sent[1], sent[0], sent[3])
    assert block.transactions == (by_fee if order is Order.FEES else tuple(sent))


def test_what_does_not_fit_into_a_block_gets_the_next_one(net: Devnet) -> None:
    net.settings.set_gas_limit(50_000)
    sent = [signed(net, nonce=nonce) for nonce in range(5)]
    net.send_raw_batch(each.raw for each in sent)
    assert net.block_number() == 3
    assert all(net.receipt(each.hash) for each in sent)


def test_what_waits_for_a_lower_base_fee_is_not_lost(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    sent = signed(net, fee=GWEI, tip=0)
    net.send_raw(sent.raw)
    net.settings.next_base_fee = 2 * GWEI
    net.mine()
    assert net.receipt(sent.hash) is None
    net.mine(10)
    assert net.receipt(sent.hash) is not None


def test_what_the_sender_can_no_longer_pay_waits(net: Devnet) -> None:
    alice = net.accounts[0].address
    net.settings.set_automine(automine=False)
    sent = signed(net, value=ETHER)
    net.send_raw(sent.raw)
    net.edit.set_balance(alice, ETHER)
    net.mine()
    assert net.receipt(sent.hash) is None
    net.edit.set_balance(alice, 2 * ETHER)
    net.mine()
    assert net.receipt(sent.hash) is not None


def test_dropping(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    sent = [signed(net, account=account) for account in (0, 1)]
    net.send_raw_batch(each.raw for each in sent)
    assert net.pool.drop(sent[0].hash)
    assert not net.pool.drop(sent[0].hash)
    assert net.pool.drop_sender(sent[1].sender) == 1
    assert len(net.pool) == 0


# What the devnet signs itself


def test_holes_are_filled(net: Devnet) -> None:
    place = token(net)
    unsigned = net.fill(CallRequest(to=place, data=transfer_data(STRANGER, 1)))
    assert unsigned.type is TransactionType.DYNAMIC_FEE
    assert (unsigned.nonce, unsigned.chain_id) == (1, 31_337)
    assert unsigned.max_priority_fee_per_gas == GWEI
    assert unsigned.max_fee_per_gas == 2 * net.fees.next_base_fee() + GWEI
    assert unsigned.gas_limit == net.estimate_gas(request(net, place, transfer_data(STRANGER, 1)))
    assert net.fill(CallRequest(gas_price=5 * GWEI)).type is TransactionType.LEGACY
    with_list = net.fill(CallRequest(gas_price=5 * GWEI, access_list=(AccessEntry(PLACE, ()),)))
    assert with_list.type is TransactionType.ACCESS_LIST
    capped = net.fill(CallRequest(to=STRANGER, max_fee_per_gas=GWEI // 2))
    assert capped.max_priority_fee_per_gas == GWEI // 2


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"chain_id": 5}, InvalidTransaction, r"chain ID \(5\) does not match .* \(31337\)"),
        ({"sender": STRANGER}, NoSigner, "No Signer available"),
        ({"gas_price": 1, "max_fee_per_gas": 1}, InputError, "both gasPrice and"),
    ],
)
def test_requests_that_cannot_be_filled(
    net: Devnet, fields: dict[str, object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        net.send(CallRequest(to=STRANGER, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "status", "halt"),
    [
        (REVERTS_EMPTY, Status.REVERT, None),
        (TRAPS, Status.FAILURE, HaltReason.TRAP),
    ],
)
def test_a_failing_transaction_without_gas_is_mined(
    net: Devnet, code: bytes, status: Status, halt: HaltReason | None
) -> None:
    """As on Anvil: its receipt tells why it failed."""
    net.edit.set_code(PLACE, code)
    found = net.transact(PLACE)
    assert (found.receipt.status, found.receipt.halt) == (status, halt)


def test_deploying_tells_what_went_wrong(net: Devnet) -> None:
    with pytest.raises(ExecutionReverted):
        net.deploy(REVERTS_EMPTY)
    with pytest.raises(ExecutionFailed) as caught:
        net.deploy(LOOPS, gas=200_000)
    assert caught.value.halt is HaltReason.OUT_OF_GAS
    with pytest.raises(ExecutionFailed, match="invalid contract"):
        net.deploy(b"\0asm", gas=100_000)


def test_transact_mines_where_automine_does_not(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    assert net.transact(STRANGER, value=1).block.header.number == 1
    net.settings.set_gas_limit(21_000)
    for account in (0, 1, 2):
        net.send_raw(signed(net, account=account, tip=5 * GWEI).raw)
    assert net.transact(STRANGER, value=1).block.header.number == 5
    net.edit.set_balance(net.accounts[0].address, ETHER)
    net.send_raw(signed(net, value=ETHER * 9 // 10, nonce=net.nonce(net.accounts[0].address)).raw)
    with pytest.raises(PoolRefused, match="no block takes it as things are"):
        net.transact(STRANGER, value=ETHER // 2)
    assert len(net.pool) == 1


def test_a_contract_that_is_only_in_the_pool_can_be_called(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    deploy = net.send(request(net, None, init_code_of(COUNTS)))
    place = net.block(PENDING).transactions[0]  # type: ignore[union-attr]
    assert place.hash == deploy
    receipts = net.block_receipts(PENDING)
    assert receipts is not None
    address = receipts[0].receipt.contract_address
    call = net.send(request(net, address))
    net.mine()
    receipt = net.receipt(call)
    assert receipt is not None
    assert receipt.receipt.output == word(1)


KEEPS_ARGUMENT = contract(
    "(call $codeCopy (i32.const 32) (i32.sub (call $getCodeSize) (i32.const 32)) (i32.const 32))"
    "(call $storageStore (i32.const 0) (i32.const 32))",
    imports=("codeCopy", "getCodeSize", "storageStore"),
)
"""A constructor that stores its one argument."""


def test_a_constructor_finds_its_arguments(net: Devnet) -> None:
    place = net.deploy(with_arguments(KEEPS_ARGUMENT, word(77)))
    assert net.storage(place, word(0)) == word(77)


def test_impersonated_accounts_send_without_a_key(net: Devnet) -> None:
    ask = replace(request(net, net.accounts[1].address, value=1), sender=STRANGER)
    net.edit.set_balance(STRANGER, ETHER)
    net.signers.impersonate(STRANGER)
    found = net.receipt(net.send(ask))
    assert found is not None
    assert found.receipt.sender == STRANGER
    assert STRANGER in net.signers.addresses()
    # Code in it does not hinder it (EIP-3607 is for those with keys).
    net.edit.set_code(STRANGER, COUNTS)
    net.send(ask)
    net.signers.stop_impersonating(STRANGER)
    with pytest.raises(NoSigner):
        net.send(ask)
    net.settings.auto_impersonate = True
    net.send(ask)
    assert net.nonce(STRANGER) == 3


def test_contracts_with_keys_cannot_send(net: Devnet) -> None:
    net.edit.set_code(net.accounts[0].address, COUNTS)
    with pytest.raises(InvalidTransaction, match="EIP-3607"):
        net.send_raw(signed(net).raw)
