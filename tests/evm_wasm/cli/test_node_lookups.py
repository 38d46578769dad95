"""Accounts, receipts, logs, blocks and balances of a running node."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Ewasm
from node_commands import (
    ALICE,
    BOB,
    CAROL,
    NOBODY,
    TRANSFER,
    balance_of,
    rows,
    transfer,
)
from running_node import running_node

from evm_wasm.client.connection import Node

ROOT = Path(__file__).resolve().parents[3]


def test_accounts_are_those_of_the_well_known_mnemonic(ask: Ewasm) -> None:
    done = ask("accounts")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["account", "nonce", "ether"]
    assert [line.split()[0] for line in lines[1:4]] == [ALICE, BOB, CAROL]
    assert len(lines) == 11
    accounts = ask("accounts", "--json").json
    assert [account["address"] for account in accounts[:3]] == [ALICE, BOB, CAROL]
    assert accounts[9] | {"address": ""} == {
        "address": "",
        "nonce": "0x0",
        "balance": hex(10_000 * 10**18),
    }


def test_a_receipt_as_json_is_that_of_the_node_with_decoded_logs(
    ask: Ewasm, token: str, node: Node
) -> None:
    sent = transfer(ask, token, 5, "--event", TRANSFER, "--json").json
    assert ask("receipt", sent["transactionHash"], "--event", TRANSFER, "--json").json == sent
    (log,) = sent["logs"]
    assert log.pop("decoded") == {
        "event": "Transfer(address,address,uint64)",
        "error": None,
        "arguments": [
            {"name": "from", "type": "address", "indexed": True, "value": ALICE},
            {"name": "to", "type": "address", "indexed": True, "value": BOB},
            {"name": "value", "type": "uint64", "indexed": False, "value": "5"},
        ],
    }
    assert sent.pop("revertReason") is None
    assert sent == node.ask("eth_getTransactionReceipt", sent["transactionHash"])


def test_logs_are_found_by_contract_event_and_block(ask: Ewasm, token: str) -> None:
    first, second = (
        int(transfer(ask, token, amount, "--json").json["blockNumber"], 16) for amount in (1, 2)
    )
    both = ask("logs", "--address", token, "--event", TRANSFER, "--json")
    values = [
        [argument["value"] for argument in json.loads(line)["decoded"]["arguments"]]
        for line in both.out.splitlines()
    ]
    assert values[-2:] == [[ALICE, BOB, "1"], [ALICE, BOB, "2"]]
    words = ("logs", "--address", token, "--from-block", str(second), "--to-block", str(second))
    text = ask(*words, "--event", TRANSFER)
    assert text.out.splitlines() == [
        f"log         Transfer from {token} in block {second}",
        f"            from   {ALICE}",
        f"            to     {BOB}",
        "            value  2",
    ]
    raw = ask("logs", "--address", token, "--from-block", str(first), "--to-block", str(first))
    assert raw.out.splitlines()[0] == f"log         from {token} in block {first}"
    assert raw.out.splitlines()[-1] == f"            data  0x{1:064x}"


def test_logs_of_an_event_that_is_declared_otherwise_are_not_decoded(
    ask: Ewasm, token: str
) -> None:
    assert transfer(ask, token, 1).code == 0
    done = ask("logs", "--address", token, "--event", "Transfer(address indexed,address,uint64)")
    assert done.code == 0
    assert "not decoded: the log has 2 indexed values where Transfer(" in done.out


def test_no_logs_are_no_error(ask: Ewasm, token: str) -> None:
    done = ask("logs", "--address", token, "--event", "Approval(address,address,uint64)")
    assert (done.code, done.out, done.err) == (0, "", "no logs\n")
    assert ask("logs", "--address", NOBODY, "--json").out == ""


def test_older_states_are_read_by_number_and_hash(ask: Ewasm, token: str) -> None:
    before = transfer(ask, token, 7, "--json").json
    assert transfer(ask, token, 8).code == 0
    for block in (str(int(before["blockNumber"], 16)), before["blockNumber"], before["blockHash"]):
        assert balance_of(ask, token, BOB, "--block", block) == 7
    assert balance_of(ask, token, BOB) == 15


def test_blocks_are_shown_by_number_hash_and_name(ask: Ewasm, token: str, node: Node) -> None:
    sent = transfer(ask, token, 1, "--json").json
    number = str(int(sent["blockNumber"], 16))
    done = ask("block")
    shown = rows(done)
    assert (shown["block"], shown["hash"]) == (number, sent["blockHash"])
    assert shown["contains"] == "1 transaction"
    assert done.out.splitlines()[-1].strip() == sent["transactionHash"]
    for word in (number, sent["blockHash"], "latest"):
        assert ask("block", word).out == done.out
    assert ask("block", number, "--json").json == node.ask(
        "eth_getBlockByNumber", hex(int(number)), False
    )
    assert rows(ask("block", "earliest"))["block"] == "0"
    assert ask("block", "pending").code == 0


def test_what_is_not_there_is_told(ask: Ewasm, node: Node) -> None:
    newest = int(node.ask("eth_blockNumber"), 16)
    unknown = "0x" + "77" * 32
    for words, message in (
        (("block", "1000000"), f"there is no block 1000000; the newest is {newest}"),
        (("block", unknown), f"there is no block {unknown}; the newest is {newest}"),
        (("receipt", unknown), f"the node knows no transaction {unknown}; is --rpc-url the right"),
    ):
        done = ask(*words)
        assert (done.code, done.out) == (1, "")
        assert done.error.startswith(message)


def test_without_mining_nothing_is_lost(ewasm: Ewasm) -> None:
    with running_node("--no-mining") as place:
        at = ("--rpc-url", place)
        hashes = []
        sent = ewasm("send", BOB, "--value", "1", "--no-wait", *at)
        assert sent.code == 0
        hashes.append(rows(sent)["transaction"])
        answer = ewasm("send", BOB, "--value", "2", "--no-wait", "--json", *at)
        hashes.append(answer.json["transactionHash"])
        late = ewasm("send", BOB, "--value", "3", "--wait", "0", *at)
        assert late.code == 3
        hashes.append(rows(late)["transaction"])
        assert f"transaction {hashes[2]} was sent and is in no block after 0 seconds" in late.error
        for transaction in hashes:
            done = ewasm("receipt", transaction, *at)
            assert done.code == 1
            assert done.error == f"transaction {transaction} waits for a block; try again later"
        Node(place, timeout=60).ask("evm_mine")
        for transaction in hashes:
            assert rows(ewasm("receipt", transaction, *at))["status"] == "success"
        assert ewasm("balance", BOB, *at).out == "10000.000000000000000006 ether\n"


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colours_are_for_terminals(ask: Ewasm, token: str, no_color: str) -> None:
    transaction = transfer(ask, token, 1, "--json").json["transactionHash"]
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "evm_wasm", "receipt", transaction]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": no_color}
    with subprocess.Popen(command, stdout=slave, env=environment) as process:
        os.close(slave)
        shown = b""
        while b"gas used" not in shown:
            shown += os.read(master, 4_096)
        process.wait()
    os.close(master)
    assert (b"\x1b[32m" in shown) == (not no_color)
    assert "\x1b" not in ask("receipt", transaction).out
