"""Deploying, calling and sending with a running node and the contracts of this repository."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CONTRACTS, COUNTER, TOKEN_DEPLOY, Ewasm
from eth_keyfile.keyfile import create_keyfile_json
from eth_utils.address import to_checksum_address
from node_commands import (
    ALICE,
    BOB,
    CAROL,
    CAROLS_KEY,
    NOBODY,
    SUPPLY,
    TRANSFER,
    address_of,
    balance_of,
    rows,
    transfer,
)

from evm_wasm.client.connection import Node
from evm_wasm.primitives.keccak import keccak256


def test_a_deployment_names_address_gas_and_hash(ask: Ewasm, node: Node) -> None:
    done = ask("deploy", TOKEN_DEPLOY)
    assert (done.code, done.err) == (0, "")
    shown = rows(done)
    assert shown["status"] == "success"
    assert shown["from"] == ALICE
    assert node.ask("eth_getCode", shown["created"], "latest") == (
        "0x" + (CONTRACTS / "token" / "token.wasm").read_bytes().hex()
    )
    receipt = node.ask("eth_getTransactionReceipt", shown["transaction"])
    assert int(shown["gas used"].replace(",", "")) == int(receipt["gasUsed"], 16)
    assert to_checksum_address(receipt["contractAddress"]) == shown["created"]
    assert "\x1b" not in done.out


def test_a_contract_itself_is_wrapped_into_init_code(ask: Ewasm, node: Node) -> None:
    done = ask("deploy", COUNTER, "--runtime", "--json")
    assert done.code == 0
    counter = address_of(done)
    assert node.ask("eth_getCode", counter, "latest") == "0x" + Path(COUNTER).read_bytes().hex()
    for expected in ("1", "2"):
        assert ask("send", counter, "increment()").code == 0
        assert ask("call", counter, "count()(uint64)").out == f"{expected}\n"


def test_a_contract_itself_as_init_code_is_met_with_advice(ask: Ewasm) -> None:
    done = ask("deploy", COUNTER)
    assert (done.code, done.out) == (1, "")
    assert "nothing was sent" in done.error
    assert done.error.endswith("not its init code, deploy it with --runtime")


def test_init_code_that_gives_back_nothing_is_told(ask: Ewasm, wat: Callable[..., Path]) -> None:
    done = ask("deploy", wat("nop"))
    assert done.code == 1
    assert rows(done)["status"] == "success"
    assert "the init code gave back no code" in done.error


STORES_ITS_ARGUMENT = """
  (import "ethereum" "codeCopy" (func $codeCopy (param i32 i32 i32)))
  (import "ethereum" "getCodeSize" (func $getCodeSize (result i32)))
  (import "ethereum" "finish" (func $finish (param i32 i32)))
"""
GIVES_BACK_ITS_ARGUMENT = """
  (call $codeCopy (i32.const 0) (i32.sub (call $getCodeSize) (i32.const 64)) (i32.const 64))
  (call $finish (i32.const 0) (i32.const 64))
"""


def test_a_constructor_gets_its_arguments(ask: Ewasm, wat: Callable[..., Path], node: Node) -> None:
    module = wat(GIVES_BACK_ITS_ARGUMENT, STORES_ITS_ARGUMENT)
    done = ask("deploy", module, "--args", "constructor(address,uint256)", BOB, "77", "--json")
    assert done.code == 0
    code = node.ask("eth_getCode", address_of(done), "latest")
    assert code == "0x" + BOB[2:].lower().rjust(64, "0") + f"{77:064x}"


def test_a_module_from_standard_input_is_deployed(ask: Ewasm) -> None:
    done = ask("deploy", "-", "--json", stdin=Path(TOKEN_DEPLOY).read_bytes())
    assert done.code == 0
    assert done.json["status"] == "0x1"


def test_results_are_decoded(ask: Ewasm, token: str) -> None:
    done = ask("call", token, "totalSupply()(uint64)")
    assert (done.code, done.out, done.err) == (0, f"{SUPPLY}\n", "")
    assert ask("call", token, "totalSupply()(uint64)", "--json").json == {
        "status": "success",
        "returnData": "0x" + f"{SUPPLY:064x}",
        "decoded": [str(SUPPLY)],
        "decodeError": None,
        "revertReason": None,
    }


def test_results_without_types_are_bytes(ask: Ewasm, token: str) -> None:
    plain = ask("call", token, "totalSupply()")
    raw = ask("call", token, "--input", "0x18160ddd")
    assert plain.out == raw.out == f"returned    0x{SUPPLY:064x}\n"


def test_results_of_other_types_are_told(ask: Ewasm, token: str) -> None:
    done = ask("call", token, "totalSupply()(string)")
    assert done.code == 0
    assert rows(done)["decoded"].startswith("not possible: not data of (string)")
    assert ask("call", token, "totalSupply()(string)", "--json").json["decoded"] is None


def test_a_call_that_reverts_says_why(ask: Ewasm, token: str) -> None:
    words = ("call", token, "transfer(address,uint64)", BOB, "1", "--from", CAROL)
    done = ask(*words)
    assert done.code == 1
    assert rows(done)["status"] == "reverted"
    assert rows(done)["reason"] == '"insufficient balance"'
    answer = ask(*words, "--json")
    assert answer.code == 1
    assert answer.json["status"] == "revert"
    assert answer.json["revertReason"] == "insufficient balance"
    assert answer.json["returnData"].startswith("0x08c379a0")


def test_a_transfer_is_sent_and_its_event_decoded(ask: Ewasm, token: str) -> None:
    done = transfer(ask, token, 1_000, "--event", TRANSFER)
    assert (done.code, done.err) == (0, "")
    shown = rows(done)
    assert (shown["status"], shown["from"], shown["to"]) == ("success", ALICE, token)
    assert shown["log"].startswith(f"Transfer from {token}")
    values = [line.split() for line in done.out.splitlines()[-3:]]
    assert values == [["from", ALICE], ["to", BOB], ["value", "1000"]]
    assert balance_of(ask, token, BOB) == 1_000
    assert balance_of(ask, token, ALICE) == SUPPLY - 1_000


def test_what_would_revert_is_not_sent(ask: Ewasm, token: str, node: Node) -> None:
    before = node.ask("eth_getTransactionCount", CAROL, "latest")
    done = transfer(ask, token, 1, "--from", CAROL)
    assert (done.code, done.out) == (1, "")
    assert done.error == (
        'it would revert: "insufficient balance"; nothing was sent (with --gas GAS it is sent '
        "all the same)"
    )
    answer = transfer(ask, token, 1, "--from", CAROL, "--json")
    assert answer.code == 1
    report = json.loads(answer.out)
    assert (report["transactionHash"], report["revertReason"]) == (None, "insufficient balance")
    assert node.ask("eth_getTransactionCount", CAROL, "latest") == before


def test_what_fails_in_a_block_says_why(ask: Ewasm, token: str) -> None:
    done = transfer(ask, token, 1, "--from", CAROL, "--gas", "1_000_000")
    assert done.code == 1
    shown = rows(done)
    assert (shown["status"], shown["reason"]) == ("failed", '"insufficient balance"')
    again = ask("receipt", shown["transaction"])
    assert (again.code, again.out) == (0, done.out)
    assert ask("receipt", shown["transaction"], "--json").json["revertReason"] == (
        "insufficient balance"
    )


def test_a_trap_is_told(ask: Ewasm, wat: Callable[..., Path]) -> None:
    contract = address_of(ask("deploy", wat("unreachable"), "--runtime", "--json"))
    for words in (("call", contract), ("send", contract, "--input", "0x01")):
        done = ask(*words)
        assert (done.code, done.out) == (1, "")
        assert done.error.startswith("the node refused eth_")
        assert "unreachable" in done.error
    sent = ask("send", contract, "--gas", "200000")
    assert sent.code == 1
    assert rows(sent)["status"] == "failed"


def test_ether_is_sent(ask: Ewasm) -> None:
    receiver = "0x00000000000000000000000000000000000A11cE"
    assert ask("balance", receiver).out == "0 ether\n"
    assert ask("send", receiver, "--value", "1.5ether").code == 0
    assert ask("send", receiver, "--value", "1wei", "--from", BOB).code == 0
    assert ask("balance", receiver).out == "1.500000000000000001 ether\n"
    assert ask("balance", receiver, "--block", "0", "--json").json == {
        "address": receiver,
        "block": "0x0",
        "balance": "0x0",
    }


def test_more_than_one_has_is_refused(ask: Ewasm) -> None:
    done = ask("send", BOB, "--value", "1000000ether")
    assert (done.code, done.out) == (1, "")
    assert "nsufficient funds" in done.error


def test_an_account_of_nobody_cannot_send(ask: Ewasm) -> None:
    done = ask("send", BOB, "--value", "0", "--from", NOBODY, "--gas", "21000")
    assert (done.code, done.out) == (1, "")
    assert done.error.startswith("the node refused eth_sendTransaction: ")


def test_a_function_of_an_account_without_code_is_refused(ask: Ewasm) -> None:
    for words in (("call", NOBODY, "f()(uint8)"), ("send", NOBODY, "f()")):
        done = ask(*words)
        assert (done.code, done.out) == (2, "")
        assert "has no code on the chain of http://127.0.0.1" in done.error


def test_a_key_from_the_environment_signs(
    ask: Ewasm, token: str, monkeypatch: pytest.MonkeyPatch, node: Node
) -> None:
    assert transfer(ask, token, 10, to=CAROL).code == 0
    monkeypatch.setenv("EWASM_PRIVATE_KEY", CAROLS_KEY)
    done = transfer(ask, token, 4, "--json")
    assert done.code == 0
    assert to_checksum_address(done.json["from"]) == CAROL
    assert done.json["type"] == "0x2"
    assert CAROLS_KEY not in done.out + done.err
    assert balance_of(ask, token, CAROL) == 6
    sent = node.ask("eth_getTransactionByHash", done.json["transactionHash"])
    assert sent["chainId"] == node.ask("eth_chainId")


def test_a_key_from_a_keystore_deploys(ask: Ewasm, tmp_path: Path) -> None:
    keystore, password = tmp_path / "key.json", tmp_path / "password"
    content = create_keyfile_json(bytes.fromhex(CAROLS_KEY), b"word", iterations=2)
    keystore.write_text(json.dumps(content))
    password.write_text("word\n")
    source = ("--keystore", keystore, "--password-file", password, "--from", CAROL)
    done = ask("deploy", TOKEN_DEPLOY, *source, "--json")
    assert done.code == 0
    token = address_of(done)
    assert balance_of(ask, token, CAROL) == SUPPLY
    assert transfer(ask, token, 3, *source).code == 0
    assert balance_of(ask, token, BOB) == 3


def test_fees_nonce_and_gas_are_as_ordered(ask: Ewasm, node: Node) -> None:
    nonce = int(node.ask("eth_getTransactionCount", BOB, "pending"), 16)
    fees = ("--max-fee", "50gwei", "--priority-fee", "3gwei", "--gas", "30000")
    done = ask("send", NOBODY, "--from", BOB, "--nonce", str(nonce), *fees, "--json")
    assert done.code == 0
    sent = node.ask("eth_getTransactionByHash", done.json["transactionHash"])
    assert (int(sent["nonce"], 16), int(sent["gas"], 16)) == (nonce, 30_000)
    assert int(sent["maxFeePerGas"], 16) == 50 * 10**9
    assert int(sent["maxPriorityFeePerGas"], 16) == 3 * 10**9
    again = ask("send", NOBODY, "--from", BOB, "--nonce", str(nonce), *fees)
    assert again.code == 1
    assert "nonce too low" in again.error


def test_errors_that_a_contract_declares_are_decoded(ask: Ewasm, wat: Callable[..., Path]) -> None:
    error = "TooLittle(uint8,bool)"
    selector = keccak256(error.encode())[:4]
    output = selector + (7).to_bytes(32, "big") + (1).to_bytes(32, "big")
    text = "".join(f"\\{byte:02x}" for byte in output)
    reverts = '(import "ethereum" "revert" (func $revert (param i32 i32)))'
    module = wat(
        f"(call $revert (i32.const 0) (i32.const {len(output)}))",
        f'{reverts} (data (i32.const 0) "{text}")',
    )
    contract = address_of(ask("deploy", module, "--runtime", "--json"))
    called = ask("call", contract, "--error", error)
    assert (called.code, rows(called)["reason"]) == (1, '"TooLittle(7, true)"')
    assert "TooLittle(7, true)" in ask("send", contract, "--error", error).error
    assert f"it would revert with 0x{output.hex()}; nothing" in ask("send", contract).error
    sent = ask("send", contract, "--error", error, "--gas", "200000")
    assert rows(sent)["reason"] == '"TooLittle(7, true)"'
    receipt = ask("receipt", rows(sent)["transaction"], "--error", error, "--json").json
    assert receipt["revertReason"] == "TooLittle(7, true)"
    assert "TooLittle(7, true)" in ask("deploy", module, "--error", error).error
