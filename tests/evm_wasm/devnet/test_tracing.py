"""Traces: the tree of frames, what was seen and changed, every EEI call."""

from __future__ import annotations

from pathlib import Path

import pytest
from devnet_scenes import (
    COUNTS,
    ETHER,
    PLACE,
    REVERTS_EMPTY,
    STRANGER,
    request,
    signed,
    token,
    transfer_data,
    word,
)
from small_contracts import contract

from evm_wasm.devnet import LATEST, Bounds, CallRequest, Devnet, DevnetConfig
from evm_wasm.devnet.errors import StateNotKept, TooManyResults
from evm_wasm.devnet.results import AccountView, CallFrame, EeiTrace, GasProfile, PrestateTrace
from evm_wasm.devnet.tracing import TraceOptions, Tracer
from evm_wasm.errors import InputError
from evm_wasm.model.message import CallKind, Status
from evm_wasm.model.trace import FrameEnd, FrameStart, MethodCall
from evm_wasm.primitives.types import ZERO_ADDRESS, Address, Hash32

CALLS = TraceOptions(tracer=Tracer.CALL, with_log=True)
PRESTATE = TraceOptions(tracer=Tracer.PRESTATE)
GAS = TraceOptions(tracer=Tracer.GAS)
DIFF = TraceOptions(tracer=Tracer.PRESTATE, diff_mode=True)
OUTER = Address(b"\xdd" * 20)


def calls_twice(first: Address, second: Address) -> bytes:
    """Logs, calls two contracts, logs again."""
    text = "".join(f"\\{byte:02x}" for byte in first + bytes(12) + second)
    log = "(call $log (i32.const 0) (i32.const 1)" + " (i32.const 0)" * 5 + ")"
    one = "(drop (call $call (i64.const 100000) (i32.const {}) (i32.const 96) (i32.const 0) (i32.const 4)))"
    return contract(
        f"{log} {one.format(0)} {one.format(32)} {log}",
        f'(data (i32.const 0) "{text}")',
        imports=("log", "call"),
    )


def prepared(devnet: Devnet) -> Hash32:
    """A transaction with two frames inside, one of them reverted."""
    reverting = Address(b"\xee" * 20)
    devnet.edit.set_code(PLACE, COUNTS)
    devnet.edit.set_code(reverting, REVERTS_EMPTY)
    devnet.edit.set_code(OUTER, calls_twice(PLACE, reverting))
    return devnet.transact(OUTER, b"\1\2", gas=1_000_000).transaction.hash


def test_the_tree_of_frames(net: Devnet) -> None:
    found = net.traces.transaction(prepared(net), CALLS)
    receipt = net.block_receipts()
    assert receipt is not None
    assert isinstance(found, CallFrame)
    assert (found.kind, found.sender, found.to) == (
        CallKind.CALL,
        net.accounts[0].address,
        OUTER,
    )
    assert found.gas_used == receipt[0].receipt.gas_used
    assert (found.input, found.error, len(found.logs)) == (b"\1\2", "", 2)
    counting, reverting = found.calls
    assert (counting.to, counting.output, counting.error) == (PLACE, word(1), "")
    assert (counting.gas, counting.input) == (100_000, PLACE[:4])
    assert 20_000 < counting.gas_used < 21_000
    assert (reverting.error, reverting.output) == ("execution reverted", b"")
    top = net.traces.transaction(
        receipt[0].transaction.hash, TraceOptions(tracer=Tracer.CALL, only_top_call=True)
    )
    assert isinstance(top, CallFrame)
    assert (top.calls, top.logs, top.gas_used) == ((), (), found.gas_used)


def test_a_creation_has_the_deployed_code_as_output(net: Devnet) -> None:
    place = token(net)
    ((_, found),) = net.traces.block(LATEST, CALLS)
    assert isinstance(found, CallFrame)
    assert (found.kind, found.to, found.output) == (CallKind.CREATE, place, net.code(place))


def test_reverts_in_traces_have_reasons(net: Devnet) -> None:
    place = token(net)
    ask = CallRequest(to=place, data=transfer_data(STRANGER, 1))
    found = net.traces.call(ask, LATEST, CALLS)
    assert isinstance(found, CallFrame)
    assert (found.error, found.reason) == ("execution reverted", "insufficient balance")


def test_what_was_seen_and_what_changed(net: Devnet) -> None:
    place = token(net)
    alice = net.accounts[0].address
    before = net.balance(alice)
    coinbase_before = net.balance(ZERO_ADDRESS)
    sent = net.transact(place, transfer_data(STRANGER, 3))
    keys = [word(int.from_bytes(address, "big")) for address in (alice, STRANGER)]
    seen = net.traces.transaction(sent.transaction.hash, PRESTATE)
    assert isinstance(seen, PrestateTrace)
    assert seen.post is None
    assert set(seen.pre) == {alice, place, ZERO_ADDRESS}
    assert seen.pre[place].storage == {keys[0]: word(1_000_000), keys[1]: word(0)}
    assert (seen.pre[alice].balance, seen.pre[alice].nonce) == (before, 1)
    changed = net.traces.transaction(sent.transaction.hash, DIFF)
    assert isinstance(changed, PrestateTrace)
    assert changed.post is not None
    assert changed.pre[place].storage == {keys[0]: word(1_000_000)}
    assert changed.post[place] == AccountView(storage={keys[0]: word(999_997), keys[1]: word(3)})
    assert changed.post[alice] == AccountView(balance=net.balance(alice), nonce=2)
    assert changed.pre[ZERO_ADDRESS].balance == coinbase_before
    assert changed.post[ZERO_ADDRESS].balance == net.balance(ZERO_ADDRESS)


def test_new_and_destroyed_accounts_in_what_changed(net: Devnet) -> None:
    dying = contract("(call $selfDestruct (i32.const 0))", imports=("selfDestruct",))
    net.edit.set_code(PLACE, dying)
    net.edit.set_balance(PLACE, 7)
    sent = net.transact(PLACE)
    changed = net.traces.transaction(sent.transaction.hash, DIFF)
    assert isinstance(changed, PrestateTrace)
    assert changed.post is not None
    assert changed.pre[PLACE].code == dying
    assert PLACE not in changed.post
    made = net.transact(STRANGER, value=1)
    changed = net.traces.transaction(made.transaction.hash, DIFF)
    assert isinstance(changed, PrestateTrace)
    assert changed.post is not None
    assert STRANGER not in changed.pre
    assert changed.post[STRANGER] == AccountView(balance=1)


def test_every_eei_call(net: Devnet) -> None:
    found = net.traces.transaction(prepared(net))
    assert isinstance(found, EeiTrace)
    assert found.status is Status.SUCCESS
    assert found.scale == 10_000
    shape = [
        event.name if isinstance(event, MethodCall) else type(event).__name__
        for event in found.events
    ]
    assert shape == [
        "FrameStart", "log",
        "FrameStart", "storageLoad", "storageStore", "finish", "FrameEnd", "call",
        "FrameStart", "revert", "FrameEnd", "call",
        "log", "FrameEnd",
    ]  # fmt: skip
    starts = [event.message.depth for event in found.events if isinstance(event, FrameStart)]
    assert starts == [0, 1, 1]
    last = found.events[-1]
    assert isinstance(last, FrameEnd)
    assert not found.is_cut


def test_each_transaction_sees_those_before_it(net: Devnet) -> None:
    net.edit.set_code(PLACE, COUNTS)
    sent = [signed(net, nonce=nonce, to=PLACE, gas=60_000) for nonce in range(3)]
    net.send_raw_batch(each.raw for each in sent)
    outputs = [trace.output for _, trace in net.traces.block(LATEST, CALLS)]  # type: ignore[union-attr]
    assert outputs == [word(1), word(2), word(3)]
    posts = [trace.post[PLACE].storage for _, trace in net.traces.block(LATEST, DIFF)]  # type: ignore[union-attr, index]
    assert posts == [{word(0): word(number)} for number in (1, 2, 3)]
    assert net.storage(PLACE, word(0)) == word(3)


def test_edits_before_the_block_are_seen(tmp_path: Path) -> None:
    with Devnet(DevnetConfig(state=f"sqlite:{tmp_path / 'chain.db'}")) as devnet:
        devnet.edit.set_code(PLACE, COUNTS)
        devnet.edit.set_storage(PLACE, word(0), word(8))
        sent = devnet.transact(PLACE)
        devnet.mine(2)
        devnet.edit.set_storage(PLACE, word(0), word(50))
        for options in (CALLS, DIFF):
            found = devnet.traces.transaction(sent.transaction.hash, options)
            assert (
                found.output == word(9)  # type: ignore[union-attr]
                if options is CALLS
                else found.pre[PLACE].storage == {word(0): word(8)}  # type: ignore[union-attr]
            )


def test_traces_of_calls(net: Devnet) -> None:
    net.edit.set_code(PLACE, COUNTS)
    before = net.dump()
    changed = net.traces.call(request(net, PLACE, value=ETHER), LATEST, DIFF)
    assert isinstance(changed, PrestateTrace)
    assert changed.post is not None
    assert changed.post[PLACE] == AccountView(balance=ETHER, storage={word(0): word(1)})
    assert net.dump() == before


def test_what_cannot_be_traced() -> None:
    devnet = Devnet(DevnetConfig(keep=1))
    with pytest.raises(InputError, match="transaction not found"):
        devnet.traces.transaction(Hash32(bytes(32)))
    sent = devnet.transact(STRANGER)
    devnet.mine(3)
    with pytest.raises(StateNotKept):
        devnet.traces.transaction(sent.transaction.hash)


def test_traces_are_bounded() -> None:
    devnet = Devnet(DevnetConfig(bounds=Bounds(trace_events=2)))
    sent = prepared(devnet)
    found = devnet.traces.transaction(sent)
    assert isinstance(found, EeiTrace)
    assert (len(found.events), found.is_cut) == (2, True)
    with pytest.raises(TooManyResults, match="onlyTopCall"):
        devnet.traces.transaction(sent, CALLS)
    top = devnet.traces.transaction(sent, TraceOptions(tracer=Tracer.CALL, only_top_call=True))
    assert isinstance(top, CallFrame)
    tight = Devnet(DevnetConfig(bounds=Bounds(trace_bytes=1)))
    with pytest.raises(TooManyResults):
        tight.traces.transaction(prepared(tight), CALLS)
    found = tight.traces.transaction(prepared(tight))
    assert isinstance(found, EeiTrace)
    assert found.is_cut


def test_gas_by_frame_and_function(net: Devnet) -> None:
    """The receipt that was kept, and frames that add up to it."""
    sent = prepared(net)
    found = net.traces.transaction(sent, GAS)
    receipt = net.receipt(sent)
    assert isinstance(found, GasProfile)
    assert receipt is not None
    assert found.gas == receipt.receipt.gas
    outer, *inner = found.frames
    assert [(frame.depth, frame.address) for frame in found.frames] == [
        (0, OUTER),
        (1, PLACE),
        (1, Address(b"\xee" * 20)),
    ]
    assert sum(frame.instructions for frame in found.frames) == found.gas.instructions
    assert outer.total == found.gas.instructions + found.gas.eei
    assert [function.name for frame in inner for function in frame.functions] == ["main"] * 2


def test_gas_by_function_of_later_transactions_of_a_block_and_of_calls(net: Devnet) -> None:
    place = token(net)
    net.settings.automine = False
    alice = net.accounts[0].address
    for amount in (1, 2):
        data = transfer_data(STRANGER, amount)
        net.send(CallRequest(sender=alice, to=place, data=data, gas=100_000))
    net.mine()
    first, second = (found for _, found in net.traces.block(LATEST, GAS))
    call = net.traces.call(CallRequest(sender=alice, to=place, data=data), LATEST, GAS)
    assert isinstance(first, GasProfile)
    assert isinstance(second, GasProfile)
    assert isinstance(call, GasProfile)
    assert first.gas.eei > second.gas.eei  # the receiver's slot is new, then not
    assert call.frames == second.frames
    assert "transfer" in {function.name for function in call.frames[0].functions}


def test_a_profile_has_bounds_and_prices() -> None:
    bounded = Devnet(DevnetConfig(bounds=Bounds(trace_events=2)))
    with pytest.raises(TooManyResults, match="more than 2 frames and functions"):
        bounded.traces.transaction(prepared(bounded), GAS)
    free = Devnet(DevnetConfig(schedule="none"))
    with pytest.raises(InputError, match="schedule none has none"):
        free.traces.call(CallRequest(to=PLACE), LATEST, GAS)
