"""Transaction tests: the official ones, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evm_wasm.errors import InputError
from evm_wasm.primitives.json_files import find_files
from evm_wasm.transactiontest.case import Accepted, Refused
from evm_wasm.transactiontest.reading import read_transaction_tests
from evm_wasm.transactiontest.running import ALL_FORKS, run_files

NAME = "Vitalik_10"


@pytest.fixture
def official(vectors: Path) -> dict:
    return json.loads((vectors / f"transactions/ttSignature__{NAME}.json").read_text())


def run(tmp_path: Path, tests: dict, forks=ALL_FORKS):
    file = tmp_path / "file.json"
    file.write_text(json.dumps(tests))
    [report] = run_files([file], forks)
    return report


def test_official_vectors(vectors: Path):
    reports = list(run_files(find_files([vectors / "transactions"])))
    results = [result for report in reports for result in report.results]
    assert [report.problem for report in reports if report.problem] == []
    assert [(result.name, result.fork, result.error) for result in results if result.error] == []
    assert len(results) == 6 * 140
    assert sum(isinstance(result.found, Accepted) for result in results) > 150


@pytest.mark.parametrize(
    ("member", "value", "error"),
    [
        ("hash", "0x" + "11" * 32, "another hash"),
        ("sender", "0x" + "11" * 20, "another sender"),
        ("intrinsicGas", "0x1", "another intrinsic gas"),
        ("exception", "Exception.ANY", "accepted, but must be refused: Exception.ANY"),
    ],
)
def test_a_difference_is_named(tmp_path: Path, official: dict, member, value, error):
    official[NAME]["result"]["London"][member] = value
    [result] = run(tmp_path, official, ["London"]).results
    assert (result.passes, result.error) == (False, error)


def test_a_wrong_refusal_is_named(tmp_path: Path, official: dict):
    official[NAME]["txbytes"] = "0x"
    [result] = run(tmp_path, official, ["Berlin"]).results
    assert result.error == "refused: transaction: no bytes"
    assert result.found == Refused("transaction: no bytes")


def test_a_malformed_file_is_reported(tmp_path: Path):
    assert "not JSON" in run_text(tmp_path, b"{").problem
    assert "not UTF-8" in run_text(tmp_path, b"\xff").problem
    assert "no test in it" in run_text(tmp_path, b"{}").problem


def run_text(tmp_path: Path, content: bytes):
    file = tmp_path / "file.json"
    file.write_bytes(content)
    [report] = run_files([file])
    return report


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ({}, "file.json: a: the member result is missing"),
        ({"result": []}, "file.json: a.result: a list where a JSON object was expected"),
        (
            {"result": {"Frontier": {}}, "txbytes": "0x"},
            "file.json: a.result: no case for London; the forks in it: Frontier",
        ),
        (
            {"result": {"London": {"exception": ""}}, "txbytes": "0x"},
            "file.json: a.result.London.exception: not a text that names the reason",
        ),
        (
            {"result": {"London": {"hash": "0x"}}},
            "file.json: a.result.London.hash: 0 bytes where 32 were expected",
        ),
        (
            {"result": {"London": {"exception": "any"}}},
            "file.json: a: the member txbytes is missing",
        ),
        (
            {"result": {"London": {"exception": "any"}}, "txbytes": "0x1"},
            "file.json: a.txbytes: an odd number of hexadecimal digits (1)",
        ),
    ],
)
def test_what_is_wrong_with_a_test_is_named(test: dict, message: str):
    with pytest.raises(InputError) as caught:
        read_transaction_tests(json.dumps({"a": test}), what="file.json", forks=["London"])
    assert str(caught.value) == message
