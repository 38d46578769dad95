"""Settings at the start: what they mean, and which ones are refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from devnet_scenes import COUNTS, ETHER, GWEI, PLACE, STRANGER, TRAPS, signed, word

from evm_wasm.devnet import Devnet, DevnetConfig
from evm_wasm.devnet.errors import StateNotKept
from evm_wasm.devnet.state_file import read_file, write_file
from evm_wasm.errors import InputError, StoreError
from evm_wasm.model.message import HaltReason
from evm_wasm.project.deployer import init_code_of
from evm_wasm.state.database import BLOCKS_ON_DISK
from injector import InjectorError

GENESIS = {
    "config": {"chainId": 99},
    "gasLimit": "0x1c9c380",
    "baseFeePerGas": "0x7",
    "timestamp": "0x64",
    "alloc": {
        f"0x{PLACE.hex()}": {"balance": "0x5", "code": f"0x{COUNTS.hex()}", "storage": {"0x0": "0x8"}},
        "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266": {"balance": "0xde0b6b3a7640000", "nonce": "0x3"},
    },
}  # fmt: skip


def test_a_genesis_file() -> None:
    devnet = Devnet(DevnetConfig(genesis=json.dumps(GENESIS)))
    assert devnet.chain_id == 99
    assert devnet.block(0).header.timestamp == 100  # type: ignore[union-attr]
    assert devnet.settings.gas_limit == 30_000_000
    assert devnet.fees.next_base_fee() == 7
    assert devnet.balance(devnet.accounts[0].address) == ETHER
    assert devnet.balance(devnet.accounts[1].address) == 10_000 * ETHER
    assert devnet.send_raw(signed(devnet, chain_id=99, nonce=3).raw)
    assert devnet.transact(PLACE).receipt.output == word(9)


def test_settings_are_stronger_than_the_genesis_file() -> None:
    config = DevnetConfig(genesis=json.dumps(GENESIS), chain_id=5, gas_limit=10**6, base_fee=9)
    devnet = Devnet(replace(config, timestamp=200))
    header = devnet.block(0).header  # type: ignore[union-attr]
    assert (devnet.chain_id, header.gas_limit, header.base_fee_per_gas, header.timestamp) == (
        5,
        10**6,
        9,
        200,
    )


def test_the_code_size_is_a_setting(tmp_path: Path) -> None:
    state = f"sqlite:{tmp_path / 'chain.db'}"
    config = DevnetConfig(code_size_limit=100, state=state)
    with Devnet(config) as devnet:
        sent = devnet.transact(None, init_code_of(COUNTS))
        assert sent.receipt.halt is HaltReason.CODE_SIZE
        assert devnet.transact(None, init_code_of(TRAPS)).is_success
    with pytest.raises(StoreError, match="another consensus version"):
        Devnet(DevnetConfig(state=state))


def test_a_block_time_ends_automine_unless_both_are_wished() -> None:
    assert not Devnet(DevnetConfig(block_time=5)).settings.automine
    assert Devnet(DevnetConfig(block_time=5, mixed_mining=True)).settings.automine
    net = Devnet()
    net.settings.set_block_time(3)
    assert (net.settings.automine, net.settings.block_time) == (False, 3)
    net.settings.set_block_time(0)
    assert (net.settings.automine, net.settings.block_time) == (False, None)
    net.settings.set_automine(automine=True)
    assert (net.settings.automine, net.settings.block_time) == (True, None)


def test_no_accounts() -> None:
    devnet = Devnet(DevnetConfig(accounts=0))
    assert (devnet.accounts, devnet.signers.addresses()) == ((), ())
    devnet.mine()


@pytest.mark.parametrize(
    "fields",
    [
        {"chain_id": 0},
        {"chain_id": 2**64},
        {"accounts": -1},
        {"gas_limit": 20_999},
        {"gas_limit": 2**63},
        {"block_time": 0},
        {"timestamp": -1},
        {"keep": 0},
        {"call_gas_cap": 1},
    ],
)
def test_settings_that_make_no_chain_are_refused(fields: dict[str, int]) -> None:
    (name,) = fields
    with pytest.raises(InputError, match=f"{name} is -?[0-9]+; it must lie between"):
        DevnetConfig(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [20_999, 2**63])
def test_a_gas_limit_that_makes_no_block_is_refused(net: Devnet, value: int) -> None:
    with pytest.raises(InputError, match="a gas limit of"):
        net.settings.set_gas_limit(value)
    with pytest.raises(InputError, match="a block time of -1"):
        net.settings.set_block_time(-1)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"genesis": "{"}, InputError),
        ({"derivation_path": "x"}, InputError),
        ({"schedule": "nothing-of-that-name"}, InjectorError),
        ({"state": "sqlite:"}, InputError),
    ],
)
def test_texts_that_mean_nothing_are_refused(
    fields: dict[str, str], error: type[Exception]
) -> None:
    config = DevnetConfig(**fields)  # type: ignore[arg-type]
    with pytest.raises(error):
        Devnet(config)


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert read_file(path) is None
    write_file(path, b"one")
    write_file(path, b"two")
    assert read_file(path) == b"two"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(StoreError, match="cannot be written"):
        write_file(tmp_path / "none" / "file", b"")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        write_file(tmp_path / "folder", b"")
    with pytest.raises(InputError, match="cannot be read"):
        read_file(tmp_path / "folder")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder"]


def test_the_fee_of_the_first_block_is_that_of_anvil(net: Devnet) -> None:
    sent = net.transact(STRANGER)
    assert sent.block.header.base_fee_per_gas == GWEI


def test_a_store_keeps_the_states_of_its_last_blocks_unless_told_otherwise(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path}/chain"
    with Devnet(DevnetConfig(state=url)) as net:
        net.mine(BLOCKS_ON_DISK + 2)
        assert net.balance(net.accounts[0].address, 2)
        with pytest.raises(StateNotKept, match="block 1 is not kept"):
            net.balance(net.accounts[0].address, 1)
    with Devnet(DevnetConfig(state=url, keep=BLOCKS_ON_DISK + 5)) as net:
        net.mine(3)
        assert net.balance(net.accounts[0].address, 2)
