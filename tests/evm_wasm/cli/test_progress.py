"""Progress of long work is shown on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from evm_wasm.cli.progress import counting

ROOT = Path(__file__).resolve().parents[3]
ALLOCATION = '{"0x00000000000000000000000000000000000a11ce": {"balance": "0x7"}}'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")


def on_a_terminal(*arguments: str) -> tuple[str, str]:
    """Runs a command whose standard error is a terminal: its output, what the terminal got."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "evm_wasm", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while data := os.read(ours, 4096):
                shown += data
        except OSError:
            pass  # How Linux tells that nobody holds the other end any more.
        os.close(ours)
        assert process.stdout is not None
        output = process.stdout.read()
    assert process.returncode == 0, shown
    return output, shown.decode()


@pytest.fixture
def store(tmp_path: Path) -> str:
    genesis = tmp_path / "genesis.json"
    genesis.write_text(ALLOCATION)
    output, shown = on_a_terminal("state", "load", str(genesis), f"lmdb:{tmp_path}/chain")
    assert output.startswith("0x")
    assert "1 accounts" in shown
    return f"lmdb:{tmp_path}/chain"


def test_a_terminal_shows_how_far_the_work_is(store: str):
    output, shown = on_a_terminal("state", "dump", store)
    assert output.endswith('{"accounts": 1}\n')
    assert "3 lines" in shown
    output, shown = on_a_terminal("state", "check", store)
    assert output == "all is well, blocks 0 to 0\n"
    assert "1 accounts" in shown
    assert "accounts" not in output


def test_without_a_terminal_nothing_is_shown(store: str):
    for command in ("dump", "check"):
        done = subprocess.run(
            [sys.executable, "-m", "evm_wasm", "state", command, store],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""


def test_work_goes_on_without_a_terminal(capsys: pytest.CaptureFixture[str]):
    with counting("things") as advance:
        for _ in range(3):
            advance()
    assert capsys.readouterr() == ("", "")
