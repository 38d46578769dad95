"""Running the command line in this process, as a user would see it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Ended, Ewasm

from evm_wasm.cli import main


@pytest.fixture
def ewasm(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ewasm:
    def run(*arguments: str | Path, stdin: bytes | None = None) -> Ended:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def wat(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a contract with this `main` and further fields as a text file."""

    def write(main: str, fields: str = "", name: str = "contract.wat") -> Path:
        path = tmp_path / name
        path.write_text(
            f'(module {fields} (memory (export "memory") 1) (func (export "main") {main}))'
        )
        return path

    return write
