"""`ewasm statetest`: what it prints and how it exits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Ewasm

MEMBERS = [
    "file",
    "name",
    "fork",
    "index",
    "pass",
    "stateRoot",
    "logsHash",
    "expectedStateRoot",
    "expectedLogsHash",
    "gasUsed",
    "error",
]


@pytest.fixture
def folder(vectors: Path, tmp_path: Path) -> Path:
    """Three official tests."""
    for name in ("callDepth", "getGasLeft", "selfDestruct"):
        text = (vectors / "ewasm-state-tests" / f"{name}.json").read_text()
        (tmp_path / f"{name}.json").write_text(text)
    return tmp_path


def _break(folder: Path) -> None:
    """Has getGasLeft expect another state root."""
    path = folder / "getGasLeft.json"
    test = json.loads(path.read_text())
    test["getGasLeft"]["post"]["Byzantium"][0]["hash"] = "0x" + "00" * 32
    path.write_text(json.dumps(test))


def test_the_official_tests_pass(ewasm: Ewasm, vectors: Path) -> None:
    done = ewasm("statetest", vectors / "ewasm-state-tests")
    assert (done.code, done.out, done.err) == (0, "157 passed, 0 failed\n", "")


@pytest.mark.parametrize("store", ["memory", "lmdb", "sqlite"])
def test_the_official_tests_pass_over_every_store(ewasm: Ewasm, vectors: Path, store: str) -> None:
    done = ewasm("statetest", vectors / "ewasm-state-tests", "--store", store)
    assert (done.code, done.out, done.err) == (0, "157 passed, 0 failed\n", "")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_json_is_a_line_for_each_case(ewasm: Ewasm, folder: Path, workers: str) -> None:
    done = ewasm("statetest", folder, "--json", "--workers", workers)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0
    assert done.err == "3 passed, 0 failed\n"
    assert [list(line) for line in lines] == [MEMBERS] * 3
    assert [line["name"] for line in lines] == ["callDepth", "getGasLeft", "selfDestruct"]
    assert [line["gasUsed"] for line in lines] == [395_984, 1_041_002, 13_001]
    for line in lines:
        assert line["file"] == str(folder / f"{line['name']}.json")
        assert line["fork"] == "Byzantium"
        assert line["index"] == {"data": 0, "gas": 0, "value": 0}
        assert line["pass"] is True
        assert line["stateRoot"] == line["expectedStateRoot"]
        assert line["logsHash"] == line["expectedLogsHash"]
        assert line["error"] is None


def test_a_failure_is_named_and_exit_code_1(ewasm: Ewasm, folder: Path) -> None:
    _break(folder)
    done = ewasm("statetest", folder)
    assert done.code == 1
    assert done.out == (
        f"FAIL {folder}/getGasLeft.json: getGasLeft (Byzantium data 0 gas 0 value 0): "
        "the state root differs\n2 passed, 1 failed\n"
    )


def test_a_malformed_file_is_exit_code_2_and_the_others_run(ewasm: Ewasm, folder: Path) -> None:
    _break(folder)
    (folder / "broken.json").write_text("{")
    done = ewasm("statetest", folder)
    assert done.code == 2
    assert done.error.startswith(f"{folder}/broken.json: not JSON: ")
    assert done.out.endswith("2 passed, 1 failed, 1 malformed\n")


def test_a_schedule_changes_the_gas(ewasm: Ewasm, folder: Path) -> None:
    done = ewasm("statetest", folder / "getGasLeft.json", "--schedule", "unit", "--json")
    assert done.code == 1
    assert done.json["gasUsed"] > 1_041_002


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Missing argument 'PATH...'"),
        (("missing",), "missing: no such file or folder"),
        (("--workers", "0", "."), "'--workers'"),
        (("--fork", "Frontier", "."), "'--fork'"),
        (("--schedule", "cheap", "."), "schedule 'cheap': neither one of "),
    ],
)
def test_bad_usage_is_exit_code_2(ewasm: Ewasm, words: tuple[str, ...], message: str) -> None:
    done = ewasm("statetest", *words)
    assert done.code == 2
    assert message in done.error
