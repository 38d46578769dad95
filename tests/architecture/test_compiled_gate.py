"""The gate of CI that tells the compiled injector from its sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.compiled_gate import compiled_modules

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_is_compiled_but_those_that_the_hook_names():
    sources = {path.stem for path in (ROOT / "injector").glob("*.py")} - {"__init__"}
    compiled = {name.removeprefix("injector.") for name in compiled_modules()} - {"injector"}
    assert sources - compiled == {"errors"}
    assert "injector" in compiled_modules()


def test_sources_do_not_pass_for_the_compiled_form(tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test_nothing(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "scripts.compiled_gate", tmp_path],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 4
    assert "injector is not compiled: " in done.stderr
