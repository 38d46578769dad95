"""The benchmark of the state runs from end to end and prints every figure that it is for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_quick_form_measures_everything_and_writes_the_report(tmp_path: Path):
    report = tmp_path / "report.md"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.state", "--quick", "--results", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    text = report.read_text(encoding="utf-8")
    assert text in done.stdout
    tables = rows_by_table(text)
    aims = tables["## Aims"]
    assert [row[0] for row in aims] == [
        "building, times the PyPI trie",
        "updates, with ten times the accounts",
        "restart with 10,000 accounts",
    ]
    assert all(float(row[2].replace(",", "")) > 0 for row in aims)
    assert {row[3] for row in aims} == {"too small to say"}
    tries = {row[0]: row[1:] for row in tables["## Trie in memory"]}
    assert [bool(cell) for cell in tries["accounts per second"]] == [True, False, True]
    for name in ("ms per 1,000 updates and root, median", "bytes per account"):
        assert [bool(cell) for cell in tries[name]] == [True, True, False]
    stores = {row[0]: row[1:] for row in tables["## State on a store"]}
    for name in (
        "accounts loaded per second",
        "blocks per second",
        "reads of accounts per second",
        "ms to restart, longest",
        "the same from disk",
        "bytes on disk per account",
    ):
        assert len(stores[name]) == 4
        assert all(float(cell.replace(",", "")) > 0 for cell in stores[name])
    for fact in (
        "- date: ",
        "- keccak: ",
        "- keccak of the PyPI trie: ",
        "- RLP of the PyPI trie: ",
    ):
        assert fact in text


def rows_by_table(text: str) -> dict[str, list[list[str]]]:
    """The cells of the tables below each heading, without the rows of names."""
    tables: dict[str, list[list[str]]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line
        elif line.startswith("|"):
            tables.setdefault(heading, []).append([cell.strip() for cell in line.split("|")[1:-1]])
    return {heading: rows[2:] for heading, rows in tables.items()}


@pytest.mark.parametrize("options", [("--fast",), ("--results", "tests")])
def test_bad_usage_is_refused(options: tuple[str, ...]):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.state", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Error: " in done.stderr
