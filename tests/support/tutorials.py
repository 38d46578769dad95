"""Pages of documentation whose commands are run, and compared with what they say is printed."""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STEP = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)

_PROGRAMS = {"ewasm": "-m evm_wasm", "python": "", "pytest": "-m pytest -p evm_wasm.pytest_plugin"}
"""What a page calls, as arguments of the interpreter that runs the tests."""


def steps(page: Path) -> list[tuple[str, str]]:
    """The commands of a page and what they print."""
    blocks = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [step for block in blocks for step in _STEP.findall(block)]


def programs(folder: Path) -> Path:
    """The folder, with the programs in it that a page calls."""
    for name, arguments in _PROGRAMS.items():
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        script.chmod(0o755)
    return folder


class Reader:
    """Somebody who types the commands of a page into one terminal."""

    def __init__(self, folder: Path, programs: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._place = programs / "place"
        self._environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{os.environ.get('PYTHONPATH', '')}",
            **environment,
        }

    @property
    def folder(self) -> Path:
        """Where the terminal is now."""
        return self._folder

    def types(self, command: str, expected: str) -> None:
        """Runs a command and compares."""
        done = subprocess.run(
            ["bash", "-c", f"{command}\npwd > '{self._place}'"],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self._folder = Path(self._place.read_text().strip())
        fits = doctest.OutputChecker().check_output(expected, done.stdout, doctest.ELLIPSIS)
        assert fits, f"$ {command}{done.stdout}\ninstead of\n{expected}"
