"""Dumps: everything comes back, and nothing else is taken for a dump."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from devnet_scenes import (
    COUNTS,
    ETHER,
    PLACE,
    STRANGER,
    balance_data,
    request,
    signed,
    token,
    transfer_data,
    word,
)

from evm_wasm.devnet import LATEST, Devnet, DevnetConfig, LogQuery
from evm_wasm.devnet.errors import StateNotKept
from evm_wasm.errors import InputError


def busy(devnet: Devnet) -> bytes:
    """A devnet with a bit of everything, and its dump."""
    place = token(devnet)
    devnet.transact(place, transfer_data(STRANGER, 7))
    devnet.edit.set_balance(STRANGER, 3 * ETHER)
    devnet.edit.set_code(PLACE, COUNTS)
    devnet.mine(2)
    devnet.edit.set_storage(PLACE, word(0), word(5))
    devnet.time.increase(1_000)
    devnet.signers.impersonate(STRANGER)
    devnet.settings.set_automine(automine=False)
    devnet.send_raw(signed(devnet, value=1).raw)
    devnet.send(request(devnet, PLACE, value=2))
    devnet.send(replace(request(devnet, PLACE), sender=STRANGER))
    return devnet.dump()


def test_everything_comes_back(net: Devnet) -> None:
    data = busy(net)
    other = Devnet(DevnetConfig(accounts=1, balance_ether=1))
    other.load(data)
    assert other.block() == net.block()
    for number in range(net.block_number() + 1):
        assert other.block(number) == net.block(number)
        assert other.block_receipts(number) == net.block_receipts(number)
        assert other.chain.edits_before(number) == net.chain.edits_before(number)
    assert other.chain.world.root == net.chain.world.root
    assert other.settings == net.settings
    assert other.signers.impersonated() == (STRANGER,)
    assert other.pool.pending() == net.pool.pending()
    assert other.time.peek() == net.time.peek()
    assert other.logs.find(LogQuery(first=0)) == net.logs.find(LogQuery(first=0))
    assert other.mine() == net.mine()
    assert other.call(request(other, PLACE)) == net.call(request(net, PLACE))


def test_a_dump_is_the_same_each_time(net: Devnet) -> None:
    data = busy(net)
    assert net.dump() == data
    other = Devnet()
    other.load(data)
    assert other.dump() == data


def test_states_before_the_dump_are_gone(net: Devnet) -> None:
    place = token(net)
    net.mine(3)
    net.load(net.dump())
    assert net.call(request(net, place, balance_data(net.accounts[0].address))) == word(1_000_000)
    with pytest.raises(StateNotKept, match="block 1 is not kept; the oldest kept one is of 4"):
        net.balance(STRANGER, 1)
    assert net.block(1) is not None


def test_a_file_is_loaded_at_the_start_and_saved_at_the_end(tmp_path: Path) -> None:
    config = DevnetConfig(state=str(tmp_path / "chain.json.gz"), chain_id=99)
    with Devnet(config) as devnet:
        place = token(devnet)
    with Devnet(replace(config, chain_id=None, gas_limit=50_000_000)) as devnet:
        assert devnet.chain_id == 99
        assert devnet.settings.gas_limit == 50_000_000
        assert devnet.code(place)
        devnet.mine()
    with Devnet(config) as devnet:
        assert devnet.block_number() == 2
    assert [path.name for path in tmp_path.iterdir()] == ["chain.json.gz"]
    with pytest.raises(InputError, match="its chain id is '99', this devnet's is '5'"):
        Devnet(replace(config, chain_id=5))


def test_a_store_outlives_the_devnet(tmp_path: Path) -> None:
    config = DevnetConfig(state=f"sqlite:{tmp_path / 'chain.db'}")
    with Devnet(config) as devnet:
        place = token(devnet)
        devnet.edit.set_balance(STRANGER, 5)
        head = devnet.block()
    with Devnet(config) as devnet:
        assert devnet.block() == head
        assert devnet.balance(STRANGER) == 5
        devnet.transact(place, transfer_data(STRANGER, 1))
        assert devnet.balance(STRANGER, 1) == 0
        with pytest.raises(InputError, match="keeps its chain in a store"):
            devnet.load(devnet.dump())
        devnet.reset()
        assert devnet.block_number() == 0
        assert devnet.balance(STRANGER, LATEST) == 0


def rewritten(data: bytes, line: int, **members: object) -> bytes:
    """A dump with other members in one line, and the right hash."""
    lines = gzip.decompress(data).decode().splitlines()[:-1]
    lines[line] = json.dumps({**json.loads(lines[line]), **members})
    body = "".join(f"{each}\n" for each in lines).encode()
    last = json.dumps({"sha256": hashlib.sha256(body).hexdigest()})
    return gzip.compress(body + last.encode() + b"\n")


@pytest.mark.parametrize(
    ("line", "members", "message"),
    [
        (0, {"format": "other"}, "not the dump of a devnet"),
        (0, {"version": 2}, "of version 2; this program reads version 1"),
        (0, {"consensus": "old"}, "its consensus version is 'old', this devnet's is 'injector"),
        (0, {"chainId": 1}, "its chain id is '1', this devnet's is '31337'"),
        (0, {"blocks": 0}, "blocks is not a number"),
        (0, {"blocks": 9}, "block [0-9]+: the members should be"),
        (0, {"more": 1}, "header: the members should be"),
        (1, {"time": {"offset": "1", "interval": None, "next": None}}, "time.offset: of a wrong"),
        (1, {"pool": ["0x01"]}, "pool.0"),
        (1, {"edits": "0xc0ff"}, "the edits before block"),
        (2, {"block": "0x00"}, "block 0 does not"),
        (3, {"receipts": "0xc1c0"}, "block 1 does not decode"),
        (3, {"receipts": "0xc0"}, "block 1 does not decode"),
        (-1, {"accounts": 0}, "the dump has"),
    ],
)
def test_other_things_are_refused_and_change_nothing(
    net: Devnet, line: int, members: dict[str, object], message: str
) -> None:
    data = busy(net)
    other = Devnet()
    before = other.dump()
    with pytest.raises(InputError, match=message):
        other.load(rewritten(data, line, **members))
    assert other.dump() == before


def test_damage_is_noticed(net: Devnet) -> None:
    data = busy(net)
    text = gzip.decompress(data)
    middle = len(text) // 2
    damaged = text[:middle] + bytes((text[middle] ^ 1,)) + text[middle + 1 :]
    for wrong in (b"", b"{}", data[:-9], gzip.compress(b""), gzip.compress(damaged)):
        with pytest.raises(InputError, match="dump: "):
            net.load(wrong)
    other_state = rewritten(data, -2, balance="0x9")
    with pytest.raises(InputError, match="the state is not that of block"):
        net.load(other_state)
