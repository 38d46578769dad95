"""Calls and estimates: answers, reasons, overrides, and that nothing of them is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from devnet_scenes import (
    COUNTS,
    ETHER,
    GWEI,
    LOGS_THEN_TRAPS,
    LOOPS,
    PLACE,
    REVERTS_EMPTY,
    STRANGER,
    TRAPS,
    balance_data,
    request,
    signed,
    token,
    transfer_data,
    word,
)
from hypothesis import given
from hypothesis import strategies as st
from small_contracts import contract

from evm_wasm.devnet import (
    LATEST,
    PENDING,
    AccountOverride,
    BlockOverrides,
    BlockTag,
    CallRequest,
    Devnet,
    DevnetConfig,
)
from evm_wasm.devnet.errors import (
    ExecutionFailed,
    ExecutionReverted,
    StateNotKept,
    UnknownBlock,
)
from evm_wasm.errors import InputError, InvalidTransaction, TransactionFault
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.primitives.types import Address, Hash32

FINISH_8 = "(call $finish (i32.const 0) (i32.const 8))"


def answers(expression: str, *imports: str) -> bytes:
    """A contract that gives a 64-bit number."""
    return contract(
        f"(i64.store (i32.const 0) {expression}) {FINISH_8}", imports=("finish", *imports)
    )


def called(devnet: Devnet, code: bytes, **options: object) -> int:
    """What a contract answers that is there for this call only."""
    state = {PLACE: AccountOverride(code=code)}
    output = devnet.call(CallRequest(to=PLACE), state=state, **options)  # type: ignore[arg-type]
    return int.from_bytes(output, "little")


def test_calls_change_nothing(net: Devnet) -> None:
    net.edit.set_code(PLACE, COUNTS)
    before = net.dump()
    assert net.call(request(net, PLACE)) == word(1)
    assert net.call(request(net, PLACE)) == word(1)
    net.estimate_gas(request(net, PLACE))
    net.access_list(request(net, PLACE))
    assert net.dump() == before


def test_reverts_come_with_reason_and_data(net: Devnet) -> None:
    place = token(net)
    with pytest.raises(ExecutionReverted) as caught:
        net.call(CallRequest(to=place, data=transfer_data(STRANGER, 1)))
    assert str(caught.value) == "execution reverted: insufficient balance"
    assert caught.value.output.startswith(bytes.fromhex("08c379a0"))
    net.edit.set_code(PLACE, REVERTS_EMPTY)
    with pytest.raises(ExecutionReverted) as caught:
        net.call(request(net, PLACE))
    assert (str(caught.value), caught.value.output) == ("execution reverted", b"")


def test_a_trap_comes_with_backtrace_and_lost_logs(net: Devnet) -> None:
    net.edit.set_code(PLACE, LOGS_THEN_TRAPS)
    for ask in (net.call, net.estimate_gas):
        with pytest.raises(ExecutionFailed, match="wasm trap") as caught:
            ask(request(net, PLACE))
        error = caught.value
        assert error.halt is HaltReason.TRAP
        assert [log.data for log in error.logs] == [b"why"]
        assert any("main" in function for function in error.backtrace)


def test_a_runaway_call_ends_by_its_cap() -> None:
    devnet = Devnet(DevnetConfig(call_gas_cap=300_000))
    devnet.edit.set_code(PLACE, LOOPS)
    for gas in (None, 10**12):
        result = devnet.simulate(request(devnet, PLACE, gas=gas))
        assert (result.halt, result.gas_used) == (HaltReason.OUT_OF_GAS, 300_000)


def test_a_result_tells_all(net: Devnet) -> None:
    place = token(net)
    result = net.simulate(request(net, place, transfer_data(STRANGER, 3)))
    assert result.status is Status.SUCCESS
    assert [log.address for log in result.logs] == [place]
    assert result.gas_used == net.transact(place, transfer_data(STRANGER, 3)).receipt.gas_used
    failed = net.simulate(CallRequest(to=place, data=transfer_data(STRANGER, 3)))
    assert failed.status is Status.REVERT


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"gas": 1_000}, TransactionFault.INTRINSIC_GAS),
        ({"value": 20_000 * ETHER}, TransactionFault.FUNDS),
        ({"sender": STRANGER, "gas_price": 1}, TransactionFault.FUNDS),
    ],
)
def test_calls_that_cannot_start(
    net: Devnet, fields: dict[str, object], fault: TransactionFault
) -> None:
    ask = replace(request(net, STRANGER), **fields)  # type: ignore[arg-type]
    with pytest.raises(InvalidTransaction) as caught:
        net.call(ask)
    assert caught.value.fault is fault


def test_a_call_need_not_pay_the_base_fee(net: Devnet) -> None:
    assert net.call(request(net, STRANGER, gas_price=1)) == b""
    assert net.call(request(net, STRANGER, max_fee_per_gas=1)) == b""
    with pytest.raises(InputError, match="both gasPrice and"):
        net.call(request(net, STRANGER, gas_price=1, max_priority_fee_per_gas=1))


def test_old_and_pending_states_can_be_asked(net: Devnet) -> None:
    place = token(net)
    ask = CallRequest(to=place, data=balance_data(STRANGER))
    for amount in (1, 2):
        net.transact(place, transfer_data(STRANGER, amount))
    net.settings.set_automine(automine=False)
    net.send_raw(
        signed(net, to=place, data=transfer_data(STRANGER, 4), gas=100_000).raw,
    )
    found = [net.call(ask, block) for block in (1, 2, LATEST, PENDING)]
    assert found == [word(0), word(1), word(3), word(7)]
    head = net.block()
    assert head is not None
    assert net.call(ask, head.hash) == word(3)
    assert net.call(ask, BlockTag.SAFE) == net.call(ask, BlockTag.FINALIZED) == word(3)
    assert net.call(ask, BlockTag.EARLIEST) == b""


@pytest.mark.parametrize("block", [99, -1, Hash32(bytes(32))])
def test_unknown_blocks(net: Devnet, block: int | Hash32) -> None:
    assert net.block(block) is None
    assert net.block_receipts(block) is None
    for ask in (net.call, net.estimate_gas):
        with pytest.raises(UnknownBlock):
            ask(request(net, STRANGER), block)
    with pytest.raises(UnknownBlock):
        net.balance(STRANGER, block)


def test_states_that_are_not_kept() -> None:
    devnet = Devnet(DevnetConfig(keep=2))
    devnet.mine(5)
    assert devnet.balance(STRANGER, 3) == 0
    with pytest.raises(StateNotKept, match="the oldest kept one is of 3"):
        devnet.call(request(devnet, STRANGER), 2)
    assert devnet.block(2) is not None
    devnet.reset()
    assert devnet.block_number() == 0


def test_state_overrides(net: Devnet) -> None:
    place = token(net)
    key = word(int.from_bytes(STRANGER, "big"))
    ask = CallRequest(to=place, data=balance_data(STRANGER))
    full = AccountOverride(state={key: word(9)})
    assert net.call(ask, state={place: full}) == word(9)
    assert net.call(ask, state={place: AccountOverride(state_diff={key: word(8)})}) == word(8)
    alice = CallRequest(to=place, data=balance_data(net.accounts[0].address))
    assert net.call(alice, state={place: full}) == word(0)
    rich = {STRANGER: AccountOverride(balance=5 * ETHER, nonce=7)}
    pay = CallRequest(sender=STRANGER, to=PLACE, value=4 * ETHER)
    assert net.call(pay, state=rich) == b""
    with pytest.raises(InvalidTransaction):
        net.call(pay)
    with pytest.raises(InputError, match="state and stateDiff exclude each other"):
        net.call(ask, state={place: AccountOverride(state={}, state_diff={})})
    with pytest.raises(InputError, match="balance does not fit"):
        net.call(ask, state={place: AccountOverride(balance=2**256)})


def test_overrides_work_on_old_states_of_a_store(tmp_path: Path) -> None:
    with Devnet(DevnetConfig(state=f"sqlite:{tmp_path / 'chain.db'}")) as devnet:
        devnet.mine(3)
        override = {PLACE: AccountOverride(code=COUNTS, state={word(0): word(4)})}
        assert devnet.call(request(devnet, PLACE), 1, state=override) == word(5)


def test_block_overrides(net: Devnet) -> None:
    number = answers("(call $getBlockNumber)", "getBlockNumber")
    timestamp = answers("(call $getBlockTimestamp)", "getBlockTimestamp")
    limit = answers("(call $getBlockGasLimit)", "getBlockGasLimit")
    net.mine(3)
    assert called(net, number) == 3
    assert called(net, number, block=PENDING) == 4
    assert called(net, number, overrides=BlockOverrides(number=77)) == 77
    assert called(net, timestamp, overrides=BlockOverrides(timestamp=5)) == 5
    assert called(net, limit, overrides=BlockOverrides(gas_limit=9)) == 9
    hashes = contract(
        "(drop (call $getBlockHash (i64.const 9) (i32.const 0)))"
        "(call $finish (i32.const 0) (i32.const 32))",
        imports=("getBlockHash", "finish"),
    )
    wanted = Hash32(b"\x07" * 32)
    output = net.call(
        CallRequest(to=PLACE),
        state={PLACE: AccountOverride(code=hashes)},
        overrides=BlockOverrides(number=10, block_hashes={9: wanted}),
    )
    assert output == wanted


# Estimates


def test_a_plain_transfer_costs_21000(net: Devnet) -> None:
    assert net.estimate_gas(request(net, STRANGER, value=1)) == 21_000
    assert net.estimate_gas(CallRequest(sender=STRANGER, to=PLACE, value=1)) == 21_000


def runs(devnet: Devnet, ask: CallRequest, gas: int) -> bool:
    try:
        return devnet.simulate(replace(ask, gas=gas)).status is Status.SUCCESS
    except InvalidTransaction:
        return False


FORWARDS = contract(
    "(i32.store8 (i32.const 19) (i32.const 0xcc))"
    "(if (call $call (i64.const 300000) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0))"
    " (then unreachable))",
    f'(data (i32.const 0) "{"".join(f"{chr(92)}{byte:02x}" for byte in PLACE)}")',
    imports=("call",),
)
"""Calls `PLACE` with up to 300,000 gas, and traps where that fails."""

LOOKS = contract(
    "(if (i64.lt_u (call $getGasLeft) (i64.const 50000)) (then unreachable))",
    imports=("getGasLeft",),
)
"""Traps unless 50,000 gas are left."""


@pytest.mark.parametrize("code", [COUNTS, FORWARDS, LOOKS])
def test_an_estimate_is_the_least_that_is_enough(net: Devnet, code: bytes) -> None:
    caller = Address(b"\xdd" * 20)
    net.edit.set_code(PLACE, COUNTS)
    net.edit.set_code(caller, code)
    ask = request(net, caller)
    estimate = net.estimate_gas(ask)
    assert runs(net, ask, estimate)
    assert not runs(net, ask, estimate - 1)


@given(data=st.binary(max_size=60), amount=st.integers(0, 2**20))
def test_estimates_of_token_transfers(data: bytes, amount: int) -> None:
    devnet = _TOKEN_NET[0]
    to = Address(data[:20].rjust(20, b"\1"))
    ask = request(devnet, _TOKEN_NET[1], transfer_data(to, amount) + data)
    if amount > 1_000_000:
        with pytest.raises(ExecutionReverted, match="insufficient balance"):
            devnet.estimate_gas(ask)
        return
    estimate = devnet.estimate_gas(ask)
    assert runs(devnet, ask, estimate)
    assert not runs(devnet, ask, estimate - 1)


def _token_net() -> tuple[Devnet, Address]:
    devnet = Devnet()
    return devnet, token(devnet)


_TOKEN_NET = _token_net()


def test_estimates_that_have_no_answer(net: Devnet) -> None:
    net.edit.set_code(PLACE, TRAPS)
    with pytest.raises(ExecutionFailed, match="wasm trap"):
        net.estimate_gas(request(net, PLACE))
    net.edit.set_code(PLACE, LOOPS)
    with pytest.raises(ExecutionFailed, match="gas required exceeds allowance: 200000"):
        net.estimate_gas(request(net, PLACE, gas=200_000))
    net.edit.set_balance(STRANGER, 100_000 * GWEI)
    poor = CallRequest(sender=STRANGER, to=PLACE, gas_price=GWEI)
    with pytest.raises(ExecutionFailed, match="gas required exceeds allowance: 100000"):
        net.estimate_gas(poor)
    with pytest.raises(InvalidTransaction, match="insufficient funds"):
        net.estimate_gas(replace(poor, value=ETHER))


def test_an_access_list_names_what_is_used(net: Devnet) -> None:
    place = token(net)
    alice = net.accounts[0].address
    result = net.access_list(request(net, place, transfer_data(STRANGER, 1)))
    (entry,) = result.access_list
    assert entry.address == place
    slots = sorted((word(int.from_bytes(STRANGER, "big")), word(int.from_bytes(alice, "big"))))
    assert entry.storage_keys == tuple(slots)
    used = net.transact(place, transfer_data(STRANGER, 1)).receipt.gas_used
    assert result.gas_used == used + 2_400 + 2 * 1_900
    assert net.access_list(request(net, STRANGER)).access_list == ()
    failed = net.access_list(CallRequest(to=place, data=transfer_data(STRANGER, 1)))
    assert failed.error == "execution reverted: insufficient balance"
