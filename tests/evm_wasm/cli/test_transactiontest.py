"""`ewasm transactiontest`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Ewasm

NAMES = ("ttSignature__Vitalik_10", "ttNonce__TransactionWithNonceOverflow")


@pytest.fixture
def folder(vectors: Path, tmp_path: Path) -> Path:
    """Two official tests."""
    for name in NAMES:
        text = (vectors / "transactions" / f"{name}.json").read_text()
        (tmp_path / f"{name}.json").write_text(text)
    return tmp_path


def test_the_official_tests_pass(ewasm: Ewasm, vectors: Path) -> None:
    done = ewasm("transactiontest", vectors / "transactions")
    assert (done.code, done.out, done.err) == (0, "840 passed, 0 failed\n", "")


def test_json_is_a_line_for_each_case(ewasm: Ewasm, folder: Path) -> None:
    done = ewasm("transactiontest", folder, "--json", "--fork", "London")
    refused, accepted = (json.loads(line) for line in done.out.splitlines())
    assert (done.code, done.err) == (0, "2 passed, 0 failed\n")
    assert (accepted["name"], accepted["fork"], accepted["pass"]) == ("Vitalik_10", "London", True)
    assert accepted["sender"] == "0x9bddad43f934d313c2b79ca28a432dd2b7281029"
    assert accepted["intrinsicGas"] == "0x5208"
    assert accepted["expected"] == {
        name: accepted[name] for name in ("hash", "sender", "intrinsicGas")
    }
    assert "transaction.nonce" in refused["exception"]
    assert refused["expected"]["exception"] == "TransactionException.NONCE_OVERFLOW"


def test_a_failure_is_named_and_exit_code_1(ewasm: Ewasm, folder: Path) -> None:
    path = folder / f"{NAMES[0]}.json"
    test = json.loads(path.read_text())
    test["Vitalik_10"]["result"]["London"]["intrinsicGas"] = "0x0"
    path.write_text(json.dumps(test))
    done = ewasm("transactiontest", folder)
    assert done.code == 1
    assert done.out == (
        f"FAIL {path}: Vitalik_10 (London): another intrinsic gas\n11 passed, 1 failed\n"
    )


def test_a_malformed_file_is_exit_code_2_and_the_others_run(ewasm: Ewasm, folder: Path) -> None:
    (folder / "broken.json").write_text("[]")
    done = ewasm("transactiontest", folder)
    assert done.code == 2
    assert done.error.startswith(f"{folder}/broken.json: a list where ")
    assert done.out == "12 passed, 0 failed, 1 malformed\n"
