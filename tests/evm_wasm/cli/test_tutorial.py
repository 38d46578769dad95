"""The tutorial does what it says: each command of it prints what stands under it."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from running_node import running_node

ROOT = Path(__file__).resolve().parents[3]
TUTORIAL = ROOT / "docs" / "tutorial-devnet.md"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """The commands of the tutorial and what they print."""
    blocks = _BLOCK.findall(TUTORIAL.read_text(encoding="utf-8"))
    return [step for block in blocks for step in _STEP.findall(block)]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with `ewasm` in it."""
    script = tmp_path / "ewasm"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m evm_wasm "$@"\n')
    script.chmod(0o755)
    return tmp_path


def test_each_command_prints_what_the_tutorial_says(program: Path) -> None:
    found = steps()
    assert [command.split()[1] for command, _ in found] == [
        *("accounts", "deploy", "deploy", "call", "send", "call", "send", "logs", "block"),
        "balance",
    ]
    with running_node() as url:
        environment = {
            **os.environ,
            "PATH": f"{program}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "ETH_RPC_URL": url,
        }
        for command, expected in found:
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            fits = doctest.OutputChecker().check_output(expected, done.stdout, doctest.ELLIPSIS)
            assert fits, f"$ {command}{done.stdout}\ninstead of\n{expected}"
