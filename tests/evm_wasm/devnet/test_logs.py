"""Logs and filters: what a query finds, what a filter tells and when it is gone."""

from __future__ import annotations

import pytest
from devnet_scenes import STRANGER, signed, token, transfer_data, word
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.chain.bloom import logs_bloom
from evm_wasm.devnet import Bounds, Devnet, DevnetConfig, LogQuery
from evm_wasm.devnet.errors import TooManyResults, UnknownBlock, UnknownFilter
from evm_wasm.devnet.logs import matches, may_match
from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32, Word

TRANSFER = Word(keccak256(b"Transfer(address,address,uint64)"))


@pytest.fixture
def place(net: Devnet) -> Address:
    return token(net)


def send(devnet: Devnet, place: Address, amount: int) -> Hash32:
    found = devnet.transact(place, transfer_data(STRANGER, amount))
    return found.transaction.hash


def amounts(logs: list[object]) -> list[int]:
    return [int.from_bytes(found.log.data, "big") for found in logs]  # type: ignore[attr-defined]


def test_logs_know_where_they_stand(net: Devnet, place: Address) -> None:
    sent = [signed(net, nonce=1 + n, to=place, data=transfer_data(STRANGER, n), gas=90_000)
            for n in range(3)]  # fmt: skip
    net.send_raw_batch(each.raw for each in sent)
    found = net.logs.find(LogQuery())
    block = net.block()
    assert block is not None
    assert [(log.transaction_index, log.log_index) for log in found] == [(0, 0), (1, 1), (2, 2)]
    assert [log.transaction_hash for log in found] == [each.hash for each in sent]
    assert {(log.block_number, log.block_hash, log.timestamp) for log in found} == {
        (2, block.hash, block.header.timestamp)
    }


def test_ranges(net: Devnet, place: Address) -> None:
    for amount in range(1, 5):
        send(net, place, amount)
    logs = net.logs
    alice = word(int.from_bytes(net.accounts[0].address, "big"))
    assert amounts(logs.find(LogQuery(first=0))) == [1, 2, 3, 4]
    assert amounts(logs.find(LogQuery(first=3, last=4))) == [2, 3]
    assert amounts(logs.find(LogQuery(first=4, last=1_000))) == [3, 4]
    assert amounts(logs.find(LogQuery())) == [4]
    third = net.block(3)
    assert third is not None
    assert amounts(logs.find(LogQuery(block_hash=third.hash))) == [2]
    assert logs.find(LogQuery(first=0, addresses=frozenset({STRANGER}))) == []
    topics = (frozenset({TRANSFER}), frozenset[Word](), frozenset({alice}))
    assert logs.find(LogQuery(first=0, topics=topics)) == []
    assert len(logs.find(LogQuery(first=0, topics=topics[:2]))) == 4
    assert logs.find(LogQuery(first=0, topics=(frozenset[Word](),) * 4)) == []
    with pytest.raises(UnknownBlock):
        logs.find(LogQuery(block_hash=Hash32(bytes(32))))
    with pytest.raises(UnknownBlock, match="invalid block range"):
        logs.find(LogQuery(first=3, last=2))


def test_answers_are_bounded() -> None:
    devnet = Devnet(DevnetConfig(bounds=Bounds(log_results=3)))
    place = token(devnet)
    for amount in range(1, 5):
        send(devnet, place, amount)
    with pytest.raises(TooManyResults, match="more than 3 logs"):
        devnet.logs.find(LogQuery(first=0))
    assert len(devnet.logs.find(LogQuery(first=0, last=4))) == 3


WORDS = st.integers(0, 5).map(word)
ADDRESSES = st.integers(0, 5).map(lambda number: Address(bytes((number,)) * 20))
LOGS = st.lists(
    st.builds(Log, ADDRESSES, st.lists(WORDS, max_size=4).map(tuple), st.just(b"")), max_size=6
)
QUERIES = st.builds(
    LogQuery,
    addresses=st.frozensets(ADDRESSES, max_size=2),
    topics=st.lists(st.frozensets(WORDS, max_size=2), max_size=4).map(tuple),
)


@given(logs=LOGS, query=QUERIES)
def test_a_bloom_never_hides_a_log(logs: list[Log], query: LogQuery) -> None:
    if any(matches(query, log) for log in logs):
        assert may_match(query, logs_bloom(logs))


@given(log=LOGS.filter(bool).map(lambda logs: logs[0]), query=QUERIES)
def test_matching_is_what_the_words_say(log: Log, query: LogQuery) -> None:
    wanted = not query.addresses or log.address in query.addresses
    for position, values in enumerate(query.topics):
        wanted = wanted and position < len(log.topics)
        wanted = wanted and (not values or log.topics[position] in values)
    assert matches(query, log) is wanted


# Filters


def test_a_filter_of_logs_tells_each_once(net: Devnet, place: Address) -> None:
    send(net, place, 1)
    installed = net.filters.new_logs(LogQuery(addresses=frozenset({place})))
    assert net.filters.changes(installed) == []
    send(net, place, 2)
    send(net, place, 3)
    assert amounts(net.filters.changes(installed)) == [2, 3]  # type: ignore[arg-type]
    assert net.filters.changes(installed) == []
    assert amounts(net.filters.logs(installed)) == [3]  # type: ignore[arg-type]


def test_a_filter_keeps_to_its_blocks(net: Devnet, place: Address) -> None:
    installed = net.filters.new_logs(LogQuery(first=3, last=4))
    for amount in range(1, 6):
        send(net, place, amount)
    assert amounts(net.filters.changes(installed)) == [2, 3]  # type: ignore[arg-type]
    assert amounts(net.filters.logs(installed)) == [2, 3]  # type: ignore[arg-type]


def test_a_filter_of_blocks(net: Devnet) -> None:
    installed = net.filters.new_blocks()
    hashes = net.mine(3)
    assert net.filters.changes(installed) == hashes
    assert net.filters.changes(installed) == []
    with pytest.raises(UnknownFilter, match="not one of logs"):
        net.filters.logs(installed)


def test_a_filter_of_waiting_transactions(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    installed = net.filters.new_pending()
    sent = [signed(net, nonce=nonce) for nonce in (0, 1, 5)]
    for each in sent:
        net.send_raw(each.raw)
    assert net.filters.changes(installed) == [each.hash for each in sent[:2]]
    assert net.filters.changes(installed) == []


def test_transactions_are_told_when_nothing_is_missing_before_them(net: Devnet) -> None:
    net.settings.set_automine(automine=False)
    installed = net.filters.new_pending()
    sent = [signed(net, nonce=nonce) for nonce in range(4)]
    for nonce in (1, 2, 0):
        net.send_raw(sent[nonce].raw)
    assert net.filters.changes(installed) == [each.hash for each in sent[:3]]
    better = signed(net, nonce=1, fee=20 * 10**9, tip=2 * 10**9)
    net.send_raw(better.raw)
    net.send_raw(sent[3].raw)
    assert net.filters.changes(installed) == [better.hash, sent[3].hash]


def test_blocks_after_a_revert_are_new(net: Devnet) -> None:
    snapshot = net.snapshot()
    net.mine(3)
    installed = net.filters.new_blocks()
    net.revert(snapshot)
    net.time.increase(50)
    hashes = net.mine(2)
    assert net.filters.changes(installed) == hashes


def test_unknown_filters(net: Devnet) -> None:
    installed = net.filters.new_blocks()
    assert net.filters.uninstall(installed)
    assert not net.filters.uninstall(installed)
    for ask in (net.filters.changes, net.filters.logs):
        with pytest.raises(UnknownFilter, match="filter not found"):
            ask(installed)


@pytest.fixture
def seconds() -> list[int]:
    return [1_000]


def test_forgotten_filters_go(seconds: list[int]) -> None:
    bounds = Bounds(filters=3, filter_seconds=60, filter_changes=2)
    devnet = Devnet(DevnetConfig(bounds=bounds, automine=False), clock=lambda: seconds[0])
    first, second, third = (devnet.filters.new_blocks() for _ in range(3))
    devnet.filters.changes(first)
    fourth = devnet.filters.new_pending()
    with pytest.raises(UnknownFilter):
        devnet.filters.changes(second)
    seconds[0] += 40
    devnet.filters.changes(third)
    devnet.filters.changes(fourth)
    seconds[0] += 40
    with pytest.raises(UnknownFilter):
        devnet.filters.changes(first)
    assert len(devnet.filters) == 2
    for nonce in range(4):
        devnet.send_raw(signed(devnet, nonce=nonce).raw)
    assert len(devnet.filters.changes(fourth)) == 2
    assert devnet.filters.changes(third) == []
    hashes = devnet.mine(5)
    assert devnet.filters.changes(third) == hashes[-2:]
