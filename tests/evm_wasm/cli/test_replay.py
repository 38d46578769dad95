"""`ewasm replay`: what it prints and how it exits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Ewasm
from sample_chain import mine, open_history, sample, signed

from evm_wasm.chain.block_records import encode_receipts
from evm_wasm.chain.chain import Chain
from evm_wasm.devnet.config import DevnetConfig
from evm_wasm.devnet.devnet import Devnet
from evm_wasm.state.database import StateDatabase
from evm_wasm.store.opening import open_store


@pytest.fixture(params=["lmdb:", "sqlite:"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    sample(request.param, tmp_path, keep=1).close()
    return f"{request.param}{tmp_path}/{request.param[:-1]}"


def test_a_chain_comes_out_as_it_is_stored(ewasm: Ewasm, url: str) -> None:
    done = ewasm("replay", "--state", url)
    assert (done.code, done.err) == (0, "")
    assert done.out == "blocks 1 to 7 come out as they are stored\n"


def test_json_says_the_same(ewasm: Ewasm, url: str) -> None:
    done = ewasm("replay", "--state", url, "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == {
        "first": 0,
        "last": 7,
        "head": 7,
        "same": True,
        "difference": None,
    }


def _change_receipt(folder: Path) -> Chain:
    chain = Chain.stored(open_history("sqlite:", folder))
    receipts = list(chain.receipts(2) or ())
    receipts[1] = replace(receipts[1], output=b"\x01")
    chain._history.put_data({b"R" + (2).to_bytes(8, "big"): encode_receipts(receipts)})
    return chain


def test_a_difference_is_named_and_exit_code_1(ewasm: Ewasm, tmp_path: Path) -> None:
    sample("sqlite:", tmp_path).close()
    chain = _change_receipt(tmp_path)
    transaction = "0x" + chain.block(2).transactions[1].hash.hex()
    chain.close()
    url = f"sqlite:{tmp_path}/sqlite"
    done = ewasm("replay", "--state", url)
    assert (done.code, done.err) == (1, "")
    assert done.out == (
        f"block 2, transaction {transaction}: output is stored as 0x01, comes out as 0x\n"
    )
    done = ewasm("replay", "--state", url, "--json")
    assert done.code == 1
    assert json.loads(done.out) == {
        "first": 0,
        "last": 1,
        "head": 7,
        "same": False,
        "difference": {
            "block": 2,
            "transaction": transaction,
            "field": "output",
            "stored": "0x01",
            "found": "0x",
        },
    }


def test_a_dump_of_a_devnet_is_run_again(ewasm: Ewasm, tmp_path: Path) -> None:
    file = tmp_path / "chain.dump"
    devnet = Devnet(DevnetConfig(state=str(file)), clock=lambda: 1_000)
    devnet.mine(3)
    devnet.close()
    done = ewasm("replay", "--state", file)
    assert (done.code, done.err) == (0, "")
    assert done.out == "blocks 1 to 3 come out as they are stored\n"
    done = ewasm("replay", "--state", file, "--code-size-limit", "5")
    assert done.code == 2
    assert "consensus version" in done.error


def test_a_genesis_alone_has_nothing_to_run(ewasm: Ewasm, tmp_path: Path) -> None:
    file = tmp_path / "chain.dump"
    Devnet(DevnetConfig(state=str(file)), clock=lambda: 1_000).close()
    done = ewasm("replay", "--state", file)
    assert (done.code, done.out) == (0, "there is nothing to run after block 0\n")


def test_what_is_no_chain_is_refused(ewasm: Ewasm, tmp_path: Path) -> None:
    done = ewasm("replay", "--state", tmp_path / "missing")
    assert done.code == 2
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/missing")
    assert (done.code, "there is no such store" in done.error) == (3, True)
    store = open_store(f"sqlite:{tmp_path}/state", create=True)
    StateDatabase(store, consensus="any").close()
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/state")
    assert (done.code, "the store holds no chain" in done.error) == (3, True)
    open_store(f"sqlite:{tmp_path}/empty", create=True).close()
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/empty")
    assert (done.code, "the store holds no state" in done.error) == (3, True)


def test_another_consensus_version_is_refused(ewasm: Ewasm, tmp_path: Path) -> None:
    chain = sample("sqlite:", tmp_path)
    mine(chain, signed(8))
    record = json.loads(chain._history.data(b"C"))
    chain._history.put_data({b"C": json.dumps({**record, "consensus": "older"}).encode()})
    chain.close()
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/sqlite")
    assert done.code == 3
    assert "consensus is 'older' there" in done.error
    chain = open_history("sqlite:", tmp_path)
    chain.put_data({b"C": json.dumps({**record, "format": 2}).encode()})
    chain.close()
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/sqlite")
    assert (done.code, "a chain of format 2; this program reads 1" in done.error) == (3, True)
    chain = open_history("sqlite:", tmp_path)
    rules = {**record["rules"], "colour": "red"}
    chain.put_data({b"C": json.dumps({**record, "rules": rules}).encode()})
    chain.close()
    done = ewasm("replay", "--state", f"sqlite:{tmp_path}/sqlite")
    assert (done.code, "rules that this program does not know" in done.error) == (3, True)
