"""The program as a whole: help, versions, unknown commands, and how processes end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from command_line import COUNTER, TOKEN, Ewasm
from node_process import PATIENCE

import injector
from evm_wasm.cli.program import COMMANDS, program
from evm_wasm.eei.table import METHODS
from evm_wasm.engine.config import engine_version
from evm_wasm.version import __version__

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = [sys.executable, "-m", "evm_wasm"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def run(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
        **more,  # type: ignore[call-overload]
    )


def test_a_process_prints_and_exits_as_the_command_does() -> None:
    done = run("exec", TOKEN, "--call", "totalSupply()(uint64)")
    assert (done.returncode, done.stderr) == (0, "")
    assert "decoded     0\n" in done.stdout


def test_a_process_ends_with_one_line_when_input_is_bad() -> None:
    done = run("exec", "missing.wasm")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "ewasm: error: missing.wasm: cannot be read: No such file or directory\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"'{sys.executable}' -m evm_wasm eei --json | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, check=False, env=ENVIRONMENT
    )
    assert done.stderr == ""
    assert done.stdout in ("[141\n", "[0\n")  # the pipe may have held it all


def test_a_closed_output_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*PROGRAM, "eei"], stdout=writer, stderr=subprocess.PIPE, check=False, env=ENVIRONMENT
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_to_a_full_disk_is_an_error_in_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "eei"], stdout=full, stderr=subprocess.PIPE, check=False, env=ENVIRONMENT
        )
    assert done.returncode == 3
    assert done.stderr == (b"ewasm: error: the output cannot be written: No space left on device\n")


def test_ctrl_c_ends_a_running_contract(tmp_path: Path) -> None:
    loop, trace = tmp_path / "loop.wat", tmp_path / "trace"
    loop.write_text('(module (memory (export "memory") 1) (func (export "main") (loop (br 0))))')
    state = tmp_path / "state.json"
    words = ["exec", str(loop), "--gas", str(10**14), "--trace", "--state", str(state), "--save"]
    with trace.open("wb") as errors:
        process = subprocess.Popen([*PROGRAM, *words], stderr=errors, env=ENVIRONMENT)
        while not trace.read_bytes().endswith(b"\n"):  # the line that the frame has begun
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(PATIENCE) == 130
        finally:
            process.kill()
    assert trace.read_bytes().endswith(b"\newasm: error: interrupted\n")
    assert not state.exists()


def test_versions_are_all_that_results_depend_on(ewasm: Ewasm) -> None:
    done = ewasm("--version")
    schedule = injector.load_schedule("particles")
    rules = f"injector rules {injector.VERSION}"
    consensus = f"consensus: {rules}, schedule particles {schedule.hash}, fork"
    assert done.code == 0
    assert done.out.splitlines()[:4] == [
        f"ewasm {__version__}",
        f"{consensus} Byzantium",
        f"{consensus} Devnet",
        f"engine: {engine_version()}",
    ]


def test_the_version_needs_no_heavy_import() -> None:
    heavy = "{'rich', 'eth_abi', 'rlp', 'coincurve', 'asyncio', 'evm_wasm.vm', 'evm_wasm.state'}"
    program = (
        "import sys; from evm_wasm.cli import main; main(['--version']);"
        f" sys.exit(', '.join({heavy} & set(sys.modules)) or None)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("exce", "unknown command 'exce'; did you mean 'exec'?; see 'ewasm --help'"),
        ("state-test", "unknown command 'state-test'; did you mean 'statetest'?; see "),
        (
            "xyzzy",
            f"unknown command 'xyzzy'; there are {', '.join(COMMANDS)}; see ",
        ),
    ],
)
def test_unknown_commands_are_met_with_the_nearest(ewasm: Ewasm, word: str, message: str) -> None:
    done = ewasm(word, "x")
    assert done.code == 2
    assert done.error.startswith(message)


def test_no_command_is_a_question_for_help(ewasm: Ewasm) -> None:
    assert ewasm().out == ewasm("--help").out == ewasm("-h").out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_examples(ewasm: Ewasm, name: str) -> None:
    done = ewasm(name, "--help")
    assert done.code == 0
    assert f"\n    ewasm {name} " in done.out or f"\n    ewasm {name}\n" in done.out
    assert name in ewasm("--help").out


def test_the_table_names_real_commands() -> None:
    with click.Context(program) as ctx:
        assert [program.get_command(ctx, name).name for name in COMMANDS] == list(COMMANDS)


def test_an_error_of_our_own_is_one_line_too(ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug\nin two lines")

    monkeypatch.setattr(injector, "check", broken)
    done = ewasm("check", COUNTER)
    assert done.code == 3
    assert done.error.startswith("an error in ewasm itself: ZeroDivisionError: a bug in two lines;")


def test_eei_prints_the_table(ewasm: Ewasm) -> None:
    text, values = ewasm("eei"), ewasm("eei", "--json")
    assert text.code == values.code == 0
    names = [method.name for method in METHODS]
    assert [row.split("`")[1] for row in text.out.splitlines()[2:]] == names
    assert [value["name"] for value in json.loads(values.out)] == names


def test_no_color_is_respected(ewasm: Ewasm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in ewasm("exec", COUNTER, "--call", "increment()").out
