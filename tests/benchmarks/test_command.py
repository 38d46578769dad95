"""The benchmark program runs from end to end, and says what it could not compare with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks" / "injector.py"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_quick_form_measures_everything_and_writes_the_report(tmp_path):
    report = tmp_path / "report.md"
    result = run("--quick", "--programs", "sha256,fib", "--no-peer", "--results", str(report))
    assert result.returncode == 0, result.stderr
    text = report.read_text(encoding="utf-8")
    for heading in ("## Aims", "## Run time", "## Injection speed", "## Hard modules"):
        assert heading in text
    for row in ("| sha256 ", "| fib ", "| bundle ", "| nested ifs "):
        assert row in text
    assert "| matrix " not in text
    assert text in result.stdout


def test_without_node_the_peer_is_left_out_with_a_message(tmp_path):
    result = run("--quick", "--only", "injection", PATH=str(tmp_path))
    assert result.returncode == 0, result.stderr
    assert "npm wasm-metering was not compared with: npm is not installed." in result.stdout
    assert "| keccak256_unrolled " in result.stdout


def test_unknown_program_is_refused_with_the_known_ones():
    result = run("--programs", "sha256,doom")
    assert result.returncode == 2
    assert "'doom' is not one of sha256, keccak256" in result.stderr
