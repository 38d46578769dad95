"""Genesis files in geth's format."""

from __future__ import annotations

import json

import pytest

from evm_wasm.chain.chain import Chain, ChainConfig
from evm_wasm.chain.genesis import Genesis, read_genesis
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.errors import InputError
from evm_wasm.primitives.types import Address, Word
from evm_wasm.rules.forks import DEVNET

FILE = {
    "config": {"chainId": 1337, "homesteadBlock": 0, "londonBlock": 0},
    "nonce": "0x42",
    "timestamp": "0x5f5e100",
    "extraData": "0x" + "11" * 32,
    "gasLimit": "0x1c9c380",
    "difficulty": "0x1",
    "mixHash": "0x" + "22" * 32,
    "coinbase": "0x" + "33" * 20,
    "baseFeePerGas": "0x7",
    "number": "0x0",
    "gasUsed": "0x0",
    "parentHash": "0x" + "00" * 32,
    "alloc": {"44" * 20: {"balance": "5", "storage": {"0x1": "0x2"}, "code": "0x60"}},
}


def test_every_member_is_taken():
    genesis = read_genesis(json.dumps(FILE), what="genesis.json")
    assert genesis.chain_id == 1337
    header = Chain(MemoryHistory(), ChainConfig(genesis=genesis)).head_block.header
    assert (header.number, header.gas_used, header.parent_hash) == (0, 0, bytes(32))
    assert header.nonce == (0x42).to_bytes(8, "big")
    assert header.timestamp == 100_000_000
    assert header.extra_data == b"\x11" * 32
    assert header.gas_limit == 30_000_000
    assert header.difficulty == 1
    assert header.mix_hash == b"\x22" * 32
    assert header.coinbase == b"\x33" * 20
    assert header.base_fee_per_gas == 7
    assert header.state_root == genesis.world.root
    address = Address(b"\x44" * 20)
    assert genesis.world.account(address).balance == 5
    assert genesis.world.storage(address, Word((1).to_bytes(32, "big")))[-1] == 2


def test_every_member_may_be_left_out():
    genesis = read_genesis({}, what="genesis")
    assert genesis == Genesis(world=genesis.world)
    assert list(genesis.world.accounts()) == []
    header = Chain(MemoryHistory(), ChainConfig()).head_block.header
    assert header.gas_limit == DEVNET.block_gas_limit
    assert header.base_fee_per_gas == DEVNET.base_fee.initial


def test_plain_numbers_are_numbers():
    genesis = read_genesis({"gasLimit": 5, "timestamp": "7", "nonce": "0x0"}, what="genesis")
    assert (genesis.gas_limit, genesis.timestamp) == (5, 7)


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("config", [], "genesis: config: a list where a JSON object was expected"),
        ("config", {"chainId": "x"}, "genesis: config: chainId: "),
        ("gasLimit", "0x1" + "0" * 16, "genesis: gasLimit: the number does not fit in 64 bits"),
        ("gasLimit", "0xffffffffffffffff", "genesis: gasLimit: at most 922337203685477 fits"),
        ("gasLimit", -1, "genesis: gasLimit: a int where hexadecimal text"),
        ("gasLimit", True, "genesis: gasLimit: a bool where hexadecimal text"),
        ("timestamp", [], "genesis: timestamp: a list where"),
        ("nonce", "0x" + "1" * 17, "genesis: nonce: the number does not fit in 64 bits"),
        ("extraData", "0x" + "11" * 33, "genesis: extraData: 33 bytes; a header has 32 at most"),
        ("extraData", 5, "genesis: extraData: a int where"),
        ("mixHash", "0x11", "genesis: mixHash: 1 bytes where 32 were expected"),
        ("coinbase", "0x11", "genesis: coinbase: 1 bytes where 20 were expected"),
        ("baseFeePerGas", "0x" + "1" * 33, "genesis: baseFeePerGas: the number does not fit"),
        ("alloc", {"0x11": {}}, "genesis: alloc: 0x11: 1 bytes where 20 were expected"),
        ("alloc", [], "genesis: alloc: a list where a JSON object was expected"),
    ],
)
def test_what_is_wrong_is_named(member: str, value: object, message: str):
    with pytest.raises(InputError) as caught:
        read_genesis({**FILE, member: value}, what="genesis")
    assert str(caught.value).startswith(message)


def test_text_that_is_no_json_is_refused():
    with pytest.raises(InputError, match="genesis: not JSON"):
        read_genesis("{", what="genesis")
