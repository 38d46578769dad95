"""Running state tests: the official vectors, and that whatever differs is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evm_wasm.errors import InputError
from evm_wasm.model.message import Log
from evm_wasm.primitives.json_files import find_files
from evm_wasm.primitives.types import Address, Word
from evm_wasm.statetest.case import CaseResult
from evm_wasm.statetest.running import Options, Runner, logs_hash
from evm_wasm.statetest.suite import run_suite


def run(path: Path, options: Options | None = None) -> CaseResult:
    report = Runner(options or Options()).run_file(path)
    assert report.problem is None
    (result,) = report.results
    return result


@pytest.fixture
def passing(transfer: dict, write: Callable[..., Path]) -> dict:
    """The transfer with its state root filled in.

    The root is what an independent implementation computes: `trie` and `rlp` over the accounts
    that the transfer leaves.
    """
    trie = pytest.importorskip("trie")
    import rlp
    from eth_utils import keccak

    no_code, no_slots = keccak(b""), keccak(rlp.encode(b""))
    state = trie.HexaryTrie({})
    left = {
        "a94f5374fce5edbc8e2a8697c15331677e6ebf0b": (1, 1_000_000 - 21_000 - 10),
        "b94f5374fce5edbc8e2a8697c15331677e6ebf0b": (0, 10),
        "2adc25665018aa1fe0e6bc666dac8fc2697ff9ba": (0, 21_000),
    }
    for address, (nonce, balance) in left.items():
        account = rlp.encode([nonce, balance, no_slots, no_code])
        state[keccak(bytes.fromhex(address))] = account
    transfer["post"]["Byzantium"][0]["hash"] = "0x" + state.root_hash.hex()
    return transfer


@pytest.mark.usefixtures("both_forms")
def test_official_vectors_pass(vectors: Path) -> None:
    files = find_files([vectors / "ewasm-state-tests"])
    reports = list(run_suite(files, Options(), workers=1))
    assert [report.problem for report in reports if report.problem] == []
    results = [result for report in reports for result in report.results]
    assert [(result.name, result.error) for result in results if not result.passes] == []
    assert len(results) == len(files) == 157


def test_worker_processes_give_the_same_in_the_same_order(vectors: Path) -> None:
    files = find_files([vectors / "ewasm-state-tests"])[:24]
    alone = list(run_suite(files, Options(), workers=1))
    assert list(run_suite(files, Options(), workers=2)) == alone


def test_an_independent_state_root_is_met(passing: dict, write: Callable[..., Path]) -> None:
    result = run(write(passing))
    assert result.passes
    assert result.gas_used == 21_000
    assert result.state_root == result.expected_state_root
    assert result.logs_hash == result.expected_logs_hash


def test_one_wei_more_fails(passing: dict, write: Callable[..., Path]) -> None:
    passing["transaction"]["value"][0] = "0x0b"
    result = run(write(passing))
    assert not result.passes
    assert result.error == "the state root differs"
    assert result.state_root != result.expected_state_root


def test_other_logs_fail(passing: dict, write: Callable[..., Path]) -> None:
    passing["post"]["Byzantium"][0]["logs"] = "0x" + "00" * 32
    assert run(write(passing)).error == "the logs hash differs"


def test_a_refused_transaction_fails_unless_expected(
    transfer: dict, write: Callable[..., Path]
) -> None:
    transfer["transaction"]["nonce"] = "0x01"
    result = run(write(transfer))
    assert result.error == (
        "the transaction was refused: nonce too high: the transaction has 1, the sender 0; "
        "the state root differs"
    )
    assert result.gas_used is None
    assert result.state_root is not None
    case = transfer["post"]["Byzantium"][0]
    case["expectException"] = "TransactionException.NONCE_MISMATCH_TOO_HIGH"
    case["hash"] = "0x" + result.state_root.hex()  # that of the state before, as it has to be
    assert run(write(transfer)).passes


def test_an_expected_refusal_that_does_not_come_fails(
    passing: dict, write: Callable[..., Path]
) -> None:
    passing["post"]["Byzantium"][0]["expectException"] = "TR_NonceTooHigh"
    result = run(write(passing))
    assert result.error == "the transaction was accepted, not TR_NonceTooHigh"


LOOP = (
    "0x"
    + (
        b"\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\5\3\1\0\1\7\x11\2\4main\0\0\6memory\2\0"
        b"\x0a\x09\1\7\0\x03\x40\x0c\0\x0b\x0b"
    ).hex()
)
"""A contract that runs in a circle."""


def _install(test: dict, code: str) -> None:
    test["pre"][test["transaction"]["to"]] = {"code": code}


def test_a_runaway_is_a_failed_case_and_the_next_one_runs(
    transfer: dict, passing: dict, write: Callable[..., Path]
) -> None:
    good = write(passing, "good.json")
    _install(transfer, LOOP)
    bad = write(transfer, "bad.json")
    runner = Runner(Options())
    (result,) = runner.run_file(bad).results
    assert result.error is not None
    assert result.error.startswith("the machine stopped: ")
    assert (result.state_root, result.logs_hash, result.gas_used) == (None, None, None)
    assert runner.run_file(good).results[0].passes


def test_the_schedule_is_the_flag_else_the_file_else_none(
    transfer: dict, write: Callable[..., Path]
) -> None:
    _install(transfer, LOOP)
    named = transfer | {"_info": {"schedule": "particles"}}
    by_none = run(write(transfer))
    by_file = run(write(named))
    by_flag = run(write(named), Options(schedule="none"))
    assert by_none.gas_used is by_flag.gas_used is None
    assert by_file.gas_used == 21_000
    assert "(the contract failed: out of gas)" in (by_file.error or "")


def test_an_unknown_schedule_is_a_problem_of_the_file(
    transfer: dict, write: Callable[..., Path]
) -> None:
    report = Runner(Options()).run_file(write(transfer | {"_info": {"schedule": "cheap"}}))
    assert report.results == ()
    assert "transfer._info.schedule: schedule 'cheap': " in (report.problem or "")


def test_the_hash_of_logs_is_that_of_their_rlp() -> None:
    rlp = pytest.importorskip("rlp")
    from eth_utils import keccak

    topic = bytes(range(32))
    logs = [
        Log(Address(b"a" * 20), (Word(topic), Word(topic)), b"data"),
        Log(Address(b"b" * 20), (), b""),
    ]
    expected = [[b"a" * 20, [topic, topic], b"data"], [b"b" * 20, [], b""]]
    assert logs_hash(logs) == keccak(rlp.encode(expected))


def test_folders_are_searched_in_order_and_files_run_once(tmp_path: Path) -> None:
    for name in ("b/2.json", "b/1.json", "a.json", "note.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    names = [path.relative_to(tmp_path) for path in find_files([tmp_path, tmp_path / "a.json"])]
    assert [str(name) for name in names] == ["a.json", "b/1.json", "b/2.json"]


def test_what_is_not_there_cannot_be_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        find_files([tmp_path / "missing"])
    with pytest.raises(InputError, match=r"no \*\.json file in this folder"):
        find_files([tmp_path])
