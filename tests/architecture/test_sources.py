"""House rules that a reader would otherwise have to police: size, names and unfinished parts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "evm_wasm",
    "injector",
    "scripts",
    "contracts",
    "fixtures",
    "benchmarks",
    "fuzz",
    "tests",
)
TEXTS = {
    path.relative_to(ROOT): path.read_text(encoding="utf-8")
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*.py"))
}
# A list of cases may be long; a program may not.
PROGRAMS = {
    path: text for path, text in TEXTS.items() if path.parts[0] not in ("tests", "fixtures")
}
PACKAGED = {path: text for path, text in TEXTS.items() if path.parts[0] in ("evm_wasm", "injector")}

MOST_LINES = 400
# Module -> why it may be longer.
LONGER: dict[Path, str] = {}

# The first letters stand apart, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(T(?:ODO)|F(?:IXME)|X(?:XX)|H(?:ACK))\b")
VAGUE_NAMES = {"common", "helper", "helpers", "misc", "stuff", "util", "utils"}


def test_both_packages_are_looked_at():
    assert {path.parts[0] for path in PACKAGED} == {"evm_wasm", "injector"}


def test_modules_are_short_enough_to_hold_one_concept():
    lines = {path: len(text.splitlines()) for path, text in PROGRAMS.items()}
    assert {path for path, count in lines.items() if count > MOST_LINES} == LONGER.keys()


def test_nothing_is_left_unfinished():
    found = {path: UNFINISHED.findall(text) for path, text in TEXTS.items()}
    assert {path: words for path, words in found.items() if words} == {}


def test_module_names_say_what_is_inside():
    assert [path for path in TEXTS if VAGUE_NAMES & {*path.parts[:-1], path.stem}] == []


def test_modules_open_with_their_purpose():
    silent = [path for path, text in PACKAGED.items() if text and not text.startswith('"""')]
    assert silent == []


@pytest.mark.parametrize("package", ["evm_wasm", "injector"])
def test_package_imports_without_a_warning(package):
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {package}"
    subprocess.run([sys.executable, "-I", "-W", "error", "-c", program], check=True)
