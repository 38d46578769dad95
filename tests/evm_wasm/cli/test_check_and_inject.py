"""`ewasm check` and `ewasm inject`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from command_line import CONTRACTS, COUNTER, ERROR, TOKEN, Ewasm

import injector
from evm_wasm.cli import main

FLOAT = (
    '(module (memory (export "memory") 1) (func $fmt_f64 (drop (f64.add (f64.const 1)'
    ' (f64.const 2)))) (func (export "main") (call $fmt_f64)))'
)
RUNTIMES = sorted(path for path in CONTRACTS.rglob("*.wasm"))


@pytest.fixture
def refused(tmp_path: Path) -> Path:
    path = tmp_path / "float.wat"
    path.write_text(FLOAT)
    return path


@pytest.mark.parametrize("module", RUNTIMES, ids=lambda path: path.stem)
def test_our_contracts_are_accepted(ewasm: Ewasm, module: Path) -> None:
    done = ewasm("check", module)
    assert (done.code, done.out, done.err) == (0, f"{module}: accepted\n", "")


def test_each_reason_is_a_line_with_its_place(ewasm: Ewasm, refused: Path) -> None:
    done = ewasm("check", refused)
    assert done.code == 1
    assert done.err == ""
    for line in done.out.splitlines():
        assert line.startswith(f"{refused}: function 0 `fmt_f64`, offset 0x")
    assert ": f64.const: floating point is not deterministic; " in done.out


def test_a_refused_contract_is_not_run(ewasm: Ewasm, refused: Path) -> None:
    checked, run = ewasm("check", refused), ewasm("exec", refused)
    assert run.code == 1
    assert run.err == "".join(ERROR + line + "\n" for line in checked.out.splitlines())


def test_policy_core_accepts_floats(ewasm: Ewasm, refused: Path) -> None:
    assert ewasm("check", "--policy", "core", refused).code == 0


def test_json_is_an_object_a_file(ewasm: Ewasm, refused: Path) -> None:
    done = ewasm("check", "--json", COUNTER, refused)
    accepted, other = (json.loads(line) for line in done.out.splitlines())
    assert accepted == {"file": COUNTER, "accepted": True, "findings": []}
    assert other["accepted"] is False
    [finding] = other["findings"]  # one for each feature in each function
    assert list(finding) == [
        "offset",
        "function",
        "functionName",
        "found",
        "reason",
        "advice",
        "text",
    ]
    assert (finding["function"], finding["functionName"]) == (0, "fmt_f64")
    assert finding["found"] == "f64.const"


def test_a_file_that_cannot_be_read_does_not_stop_the_others(ewasm: Ewasm, refused: Path) -> None:
    done = ewasm("check", "missing.wasm", refused, COUNTER)
    assert done.code == 2
    assert done.error == "missing.wasm: cannot be read: No such file or directory"
    assert done.out.endswith(f"{COUNTER}: accepted\n")


def test_standard_input_is_checked(ewasm: Ewasm) -> None:
    assert ewasm("check", "-", stdin=b"\0asm").out.startswith("standard input: offset 0x")
    assert ewasm("check", "-", stdin=FLOAT.encode()).code == 1


@pytest.mark.parametrize("schedule", ["particles", "unit", "fuel", "none"])
def test_inject_writes_what_the_library_gives(ewasm: Ewasm, tmp_path: Path, schedule: str) -> None:
    out = tmp_path / "metered.wasm"
    done = ewasm("inject", TOKEN, "-o", out, "--schedule", schedule, "--stats")
    metered = injector.instrument(Path(TOKEN).read_bytes(), schedule=schedule)
    assert done.code == 0
    assert done.out == ""
    assert f" bytes, metered {len(metered)} bytes (+" in done.err
    assert out.read_bytes() == metered


def test_inject_writes_to_a_pipe(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["inject", TOKEN, "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == injector.instrument(Path(TOKEN).read_bytes())


def test_what_was_instrumented_is_refused(ewasm: Ewasm, tmp_path: Path) -> None:
    out = tmp_path / "metered.wasm"
    ewasm("inject", COUNTER, "-o", out)
    again = ewasm("inject", out, "-o", tmp_path / "twice.wasm")
    assert again.code == 1
    assert "already instrumented" in again.err
    assert not (tmp_path / "twice.wasm").exists()


def test_a_refused_module_leaves_the_output_alone(
    ewasm: Ewasm, tmp_path: Path, refused: Path
) -> None:
    out = tmp_path / "out.wasm"
    out.write_bytes(b"before")
    done = ewasm("inject", refused, "-o", out)
    assert done.code == 1
    assert done.err.startswith(f"{ERROR}{refused}: function 0 `fmt_f64`, offset 0x")
    assert out.read_bytes() == b"before"


def test_an_output_keeps_its_permissions_and_its_links(ewasm: Ewasm, tmp_path: Path) -> None:
    out, link = tmp_path / "out.wasm", tmp_path / "link.wasm"
    out.touch(mode=0o640)
    link.symlink_to(out)
    assert ewasm("inject", COUNTER, "-o", link).code == 0
    assert link.is_symlink()
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert out.read_bytes().startswith(b"\0asm")


def test_a_schedule_that_is_wrong_names_its_field(ewasm: Ewasm, tmp_path: Path) -> None:
    schedule = tmp_path / "prices.json"
    schedule.write_text('{"scale": 1}')
    done = ewasm("inject", COUNTER, "-o", tmp_path / "out.wasm", "--schedule", schedule)
    assert done.code == 2
    assert done.error.startswith(f"{schedule}: field 'instructions.")
