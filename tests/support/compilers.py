"""Compilers that a test needs, and the words with which it is skipped where they are absent.

`scripts/skip_gate.py` knows these words: CI installs what it can, and lets go of the rest.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from evm_wasm.errors import CompilerMissing
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.toolchains import TOOLS, find_compiler
from scripts.node_packages import ASSEMBLYSCRIPT, SOLC

ROOT = Path(__file__).resolve().parents[2]

REASONS = {
    "zig": "no zig",
    "asc": ASSEMBLYSCRIPT.unavailable,
    "rustc": "no rustc of Debian 12",
}


def require_language(language: str) -> None:
    """Skips the test if a compiler of the language is not here."""
    for tool in LANGUAGES[language].tools:
        try:
            find_compiler(tool, TOOLS[tool].version, ROOT)
        except CompilerMissing as error:
            pytest.skip(f"{REASONS[tool]}: {error}")


def solc_program() -> Path:
    """The Solidity compiler, or a skipped test."""
    program = SOLC.program("solcjs")
    if not program.exists():
        pytest.skip(f"{SOLC.unavailable} {SOLC.folder}; .ci/run installs it")
    return program
