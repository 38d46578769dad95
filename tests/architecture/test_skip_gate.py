"""The plugin that CI loads fails a run in which a test was skipped without an excuse."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PASSES = "def test_passes(): pass\n"
SKIPS = "import pytest\ndef test_skips(): pytest.skip('no tool')\n"
MODULE_SKIPS = "import pytest\npytest.importorskip('a_module_nobody_has')\n"
FAILS_AS_EXPECTED = (
    "import pytest\n@pytest.mark.xf" + "ail(reason='later')\ndef test_fails(): assert False\n"
)
WITHOUT_VECTORS = "import pytest\ndef test_skips(): pytest.skip('no official vectors at here')\n"


def run(folder: Path, source: str, vectors: Path, *options: str) -> subprocess.CompletedProcess:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_passes.py").write_text(PASSES)
    (folder / "test_sample.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-p", "scripts.skip_gate", *options]
    return subprocess.run(
        [*command, "-c", folder / "pytest.ini", "--rootdir", folder, folder],
        cwd=ROOT,
        env={**os.environ, "EWASM_VECTORS": str(vectors)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("options", [["-n0"], ["-n1"]], ids=["one-process", "workers"])
@pytest.mark.parametrize("source", [SKIPS, MODULE_SKIPS, FAILS_AS_EXPECTED])
def test_skip_fails_the_run(tmp_path, source, options):
    result = run(tmp_path, source, tmp_path, *options)
    assert result.returncode == pytest.ExitCode.TESTS_FAILED
    assert "unexpected skips" in result.stdout
    assert " passed" in result.stdout.splitlines()[-1]


def test_run_without_skips_passes(tmp_path):
    assert run(tmp_path, PASSES, tmp_path).returncode == pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("vectors", "code"),
    [("absent", pytest.ExitCode.OK), (".", pytest.ExitCode.TESTS_FAILED)],
    ids=["absent", "present"],
)
def test_absent_vectors_excuse_their_tests_and_present_ones_do_not(tmp_path, vectors, code):
    assert run(tmp_path, WITHOUT_VECTORS, tmp_path / vectors).returncode == code
