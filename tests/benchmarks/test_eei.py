"""The benchmark of the interface runs from end to end in both forms."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_quick_form_measures_both_forms() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.eei", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line.split("|")[1:-1] for line in done.stdout.splitlines() if line.startswith("| ")]
    figures = {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}
    assert figures["method"] == figures["message"] == ["host", "module"]
    for name in ("`getCaller`", "`storageLoad`", "a token transfer", "an empty frame"):
        assert float(figures[name][0].replace(",", "")) > 0
