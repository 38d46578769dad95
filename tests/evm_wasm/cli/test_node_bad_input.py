"""Bad input and bad nodes: one line that says what to do, an exit code, and no key in any text."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import TOKEN_DEPLOY, Ewasm
from eth_keyfile.keyfile import create_keyfile_json
from fake_node import answers, body, serving

ROOT = Path(__file__).resolve().parents[3]

ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
WRONG = "0x70997970c51812dc3A010C7d01b50e0d17dc79C8"
HASH = "0x" + "ab" * 32

# The first account of every devnet, known to everybody.
KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
KEY_ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"

COMMANDS = {
    "accounts": (),
    "deploy": (TOKEN_DEPLOY,),
    "call": (ADDRESS, "f()"),
    "send": (ADDRESS, "--value", "1"),
    "receipt": (HASH,),
    "logs": (),
    "block": (),
    "balance": (ADDRESS,),
}
"""Every command that asks a node, with words that are right."""

BAD_WORDS = {
    "no address": (("balance",), "Missing argument 'ADDRESS'"),
    "a short address": (("balance", "0x12"), "ADDRESS: 1 bytes where 20 were expected"),
    "no hexadecimal": (("balance", "bob"), "ADDRESS: hexadecimal text must begin with 0x"),
    "a mistyped address": (("balance", WRONG), "ADDRESS: the address has a wrong checksum: "),
    "a mistyped receiver": (("send", WRONG), "ADDRESS: the address has a wrong checksum: "),
    "a mistyped sender": (("send", ADDRESS, "--from", WRONG), "--from: the address has a wrong"),
    "a mistyped contract": (("logs", "--address", WRONG), "--address: the address has a wrong"),
    "a mistyped argument": (
        ("call", ADDRESS, "f(address)", WRONG),
        "argument 1 (address): the address has a wrong checksum",
    ),
    "no function": (("call", ADDRESS, "f"), "SIGNATURE: a function is its name and its types"),
    "too few": (("send", ADDRESS, "f(bool,bool)", "true"), "SIGNATURE: f(bool,bool) takes 2 argu"),
    "too many": (("call", ADDRESS, "f()", "1"), "SIGNATURE: f() takes 0 arguments, 1 given"),
    "a wrong type": (("send", ADDRESS, "f(uint8)", "256"), "argument 1 (uint8): the number does"),
    "signature and input": (("call", ADDRESS, "f()", "--input", "0x"), "SIGNATURE or --input"),
    "odd input": (("send", ADDRESS, "--input", "0x1"), "--input: an odd number of hexadecimal"),
    "an unknown unit": (("send", ADDRESS, "--value", "1eth"), "--value: unknown unit 'eth'"),
    "a bad fee": (("send", ADDRESS, "--max-fee", "x"), "--max-fee: an amount is a number"),
    "too much gas": (("send", ADDRESS, "--gas", "1" * 20), "--gas: "),
    "a negative nonce": (("send", ADDRESS, "--nonce", "-1"), "'--nonce'"),
    "the last nonce": (("send", ADDRESS, "--nonce", str(2**64 - 1)), "'--nonce'"),
    "endless waiting": (("send", ADDRESS, "--wait", "nan"), "'--wait'"),
    "no event": (("send", ADDRESS, "--event", "T"), "--event: an event is its name and its types"),
    "no error": (("call", ADDRESS, "f()", "--error", "x"), "--error: a function is its name and"),
    "no events": (("logs", "--event", "T(uint7)"), "--event: (uint7) is no list of ABI types"),
    "a hash as a place": (("logs", "--to-block", HASH), "--to-block: a block is a number, "),
    "no block": (("block", "last"), "BLOCK: a block is a number, latest, pending, "),
    "a huge block": (("balance", ADDRESS, "--block", str(2**64)), "--block: the number does not"),
    "a short hash": (("receipt", "0x12"), "HASH: 1 bytes where 32 were expected"),
    "no file": (("deploy", "missing.wasm"), "missing.wasm: cannot be read: No such file"),
    "arguments alone": (
        ("deploy", TOKEN_DEPLOY, "1"),
        "arguments need --args 'constructor(TYPES)'",
    ),
    "no constructor": (("deploy", TOKEN_DEPLOY, "--args", "f"), "--args: a constructor is written"),
    "too few for it": (
        ("deploy", TOKEN_DEPLOY, "--args", "constructor(bool)"),
        "--args: constructor(bool) takes 1 argument, 0 given",
    ),
    "wrapped with arguments": (
        ("deploy", TOKEN_DEPLOY, "--runtime", "--args", "constructor()"),
        "--runtime and --args exclude each other",
    ),
    "no URL": (("accounts", "--rpc-url", "localhost"), "--rpc-url: a URL is http:// or https://"),
    "no time": (("accounts", "--timeout", "0"), "'--timeout'"),
    "no time at all": (("accounts", "--timeout", "nan"), "'--timeout'"),
    "a missing keystore": (("send", ADDRESS, "--keystore", "none.json"), "none.json: cannot be "),
    "a password for nothing": (
        ("send", ADDRESS, "--password-file", "x"),
        "--password-file needs --keystore",
    ),
    "two keys": (
        ("send", ADDRESS, "--keystore", "x", "--interactive"),
        "--keystore and --interactive exclude each other",
    ),
    "no terminal": (("send", ADDRESS, "--interactive"), "no terminal to ask for a secret on; "),
}


@pytest.fixture
def free_port_url() -> str:
    """Where nobody listens."""
    return "http://127.0.0.1:1"


@pytest.mark.parametrize(("words", "message"), BAD_WORDS.values(), ids=BAD_WORDS.keys())
def test_bad_words_are_told_without_asking_a_node(
    ewasm: Ewasm, words: tuple[str, ...], message: str
) -> None:
    done = ewasm(*words, stdin=b"")
    assert (done.code, done.out) == (2, "")
    assert message in done.error


@pytest.mark.parametrize("name", COMMANDS)
def test_without_a_node_each_command_says_how_to_start_one(
    ewasm: Ewasm, name: str, free_port_url: str
) -> None:
    done = ewasm(name, *COMMANDS[name], "--rpc-url", free_port_url)
    assert (done.code, done.out) == (3, "")
    assert done.error == (
        f"no node at {free_port_url}: start one with 'ewasm node', or name another with --rpc-url"
    )


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("content", [b"<html>", b"[]", b'{"id": 1, "jsonrpc": "2.0"}'])
def test_what_is_no_node_is_told_by_each_command(ewasm: Ewasm, name: str, content: bytes) -> None:
    with serving(body(content)) as url:
        done = ewasm(name, *COMMANDS[name], "--rpc-url", url)
    assert (done.code, done.out) == (3, "")
    assert f"{url} is no node: it answered " in done.error


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("value", ["x", 7, [7], {"a": 1}, True, "0x", [{}]])
def test_malformed_answers_are_told_by_each_command(ewasm: Ewasm, name: str, value: object) -> None:
    methods = ("accounts", "estimateGas", "call", "sendTransaction", "getTransactionReceipt")
    more = ("getLogs", "getBlockByNumber", "getBalance", "getCode")
    with serving(answers({f"eth_{method}": value for method in (*methods, *more)})) as url:
        done = ewasm(name, *COMMANDS[name], "--rpc-url", url)
    well_formed = (name, value) in (("balance", "0x"), ("call", "0x"))
    assert (done.code == 3 and "malformed" in done.error) or well_formed


def test_the_environment_names_the_node(ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(answers({"eth_accounts": []})) as url:
        monkeypatch.setenv("ETH_RPC_URL", url)
        done = ewasm("accounts")
    assert (done.code, done.out, done.err) == (0, "", f"{url} has no accounts of its own\n")


def test_an_error_of_the_node_is_told_in_its_words(ewasm: Ewasm) -> None:
    error = {"code": -32003, "message": "Insufficient funds\nfor \x1b[31mgas"}
    content = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    with serving(body(content)) as url:
        done = ewasm("send", ADDRESS, "--from", ADDRESS, "--rpc-url", url)
    assert (done.code, done.out) == (1, "")
    assert done.error == (
        "the node refused eth_estimateGas: Insufficient funds for \\x1b[31mgas (code -32003)"
    )


def test_a_refused_module_is_not_sent(ewasm: Ewasm, tmp_path: Path, free_port_url: str) -> None:
    module = tmp_path / "float.wat"
    module.write_text(
        '(module (memory (export "memory") 1) (func (export "main")'
        " (drop (f64.add (f64.const 1) (f64.const 2)))))"
    )
    done = ewasm("deploy", module, "--rpc-url", free_port_url)
    assert (done.code, done.out) == (1, "")
    assert "float.wat" in done.err
    assert "float" in done.err.split(":", 4)[-1]


def test_a_node_without_accounts_needs_a_key(ewasm: Ewasm) -> None:
    with serving(answers({"eth_accounts": []})) as url:
        done = ewasm("send", ADDRESS, "--rpc-url", url)
    assert done.code == 2
    assert "has no accounts of its own: say who signs with --keystore FILE" in done.error


@pytest.mark.parametrize("key", ["0x12", KEY[:-1], KEY + "00", "z" * 64, "0" * 64])
def test_a_bad_key_in_the_environment_is_not_quoted(
    ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("EWASM_PRIVATE_KEY", key)
    done = ewasm("send", ADDRESS, "--value", "1")
    assert done.code == 2
    assert done.error.startswith("EWASM_PRIVATE_KEY: a private key ")
    assert key not in done.err


def test_a_key_of_another_account_than_the_sender_is_refused(
    ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EWASM_PRIVATE_KEY", KEY)
    done = ewasm("send", ADDRESS, "--from", ADDRESS)
    assert done.code == 2
    assert f"is not the account of the key from EWASM_PRIVATE_KEY, which is {KEY_ADDRESS}" in (
        done.error
    )


def test_the_traceback_that_people_may_ask_for_holds_no_key(
    ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EWASM_PRIVATE_KEY", KEY)
    monkeypatch.setenv("EWASM_TRACEBACK", "1")
    with serving(answers({"eth_estimateGas": "0x5208", "eth_getBlockByNumber": []})) as url:
        done = ewasm("send", ADDRESS, "--rpc-url", url)
    assert done.code == 3
    assert KEY not in done.err


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    path = tmp_path / "key.json"
    content = create_keyfile_json(bytes.fromhex(KEY), b"secret word", iterations=2)
    path.write_text(json.dumps(content))
    return path


def test_a_wrong_password_is_told(ewasm: Ewasm, keystore: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("guess\n")
    done = ewasm("send", ADDRESS, "--keystore", keystore, "--password-file", password)
    assert done.code == 2
    assert done.error.endswith("key.json: the password is wrong, or the file is damaged")


def test_without_a_terminal_no_password_can_be_asked(ewasm: Ewasm, keystore: Path) -> None:
    done = ewasm("send", ADDRESS, "--keystore", keystore, stdin=b"secret word\n")
    assert done.code == 2
    assert done.error == "no terminal to ask for a secret on; use --password-file"


def at_a_terminal(answer: bytes, *words: str | Path) -> tuple[int, bytes, bytes]:
    """Runs a command that asks once: exit code, output, and what the terminal and errors show."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "evm_wasm", *words],
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that the terminal is only where input is from
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(slave)
    assert process.stderr is not None
    shown = b""
    while not shown.endswith(b": "):
        shown += process.stderr.read(1)
    os.write(master, answer + b"\n")
    out, err = process.communicate(timeout=60)
    os.close(master)
    return process.returncode, out, shown + err


METHODS = {
    "eth_chainId": "0x1",
    "eth_estimateGas": "0x5208",
    "eth_getBlockByNumber": {"gasLimit": "0xffffff", "baseFeePerGas": "0x7"},
    "eth_maxPriorityFeePerGas": "0x1",
    "eth_getTransactionCount": "0x0",
}


@pytest.mark.parametrize("kind", ["key", "password"])
def test_a_secret_that_is_asked_for_is_not_shown(kind: str, keystore: Path) -> None:
    secret = {"key": KEY, "password": "secret word"}[kind]
    source = {"key": ("--interactive",), "password": ("--keystore", str(keystore))}[kind]
    asked: list = []
    with serving(answers(METHODS, asked)) as url:
        words = ("send", ADDRESS, "--value", "1", *source, "--rpc-url", url)
        code, out, err = at_a_terminal(secret.encode(), *words)
    assert (code, out) == (1, b"")
    assert b"the node refused eth_sendRawTransaction: Method not found" in err
    assert secret.encode() not in err
    assert secret not in str(asked)
    estimates = [parameters[0]["from"] for method, parameters in asked if "estimate" in method]
    assert estimates == [KEY_ADDRESS.lower()]
