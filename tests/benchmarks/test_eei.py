"""The benchmark of the interface runs from end to end in both forms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from evm_wasm.eei.table import METHODS

ROOT = Path(__file__).resolve().parents[2]


def test_quick_form_measures_every_method_and_judges_the_aims(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.eei", "--quick", "--results", str(results)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert results.read_text() == done.stdout.removesuffix("\n")
    parts = {part.partition("\n")[0]: part for part in done.stdout.split("\n## ")}
    rows = {
        title: [
            [cell.strip() for cell in line.split("|")[1:-1]]
            for line in part.splitlines()
            if line.startswith("| ")
        ][1:]
        for title, part in parts.items()
    }
    measured = {row[0].split("`")[1] for row in rows["Nanoseconds for a call"][1:]}
    assert measured == {method.name for method in METHODS}
    assert len(rows["Aims"][1:]) == 4
    assert {row[-1] for row in rows["Aims"][1:]} <= {"yes", "no"}
    for title in (
        "Microseconds for a message",
        "Milliseconds for many context reads in one frame",
        "Microseconds for an instance",
        "Milliseconds for a first call",
    ):
        for row in rows[title][1:]:
            assert all(float(cell.replace(",", "")) > 0 for cell in row[1:]), row
