"""The gate of CI that tells compiled modules from their sources."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from scripts.compiled_gate import compiled_modules

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_is_compiled_but_those_that_the_hook_names():
    compiled = set(compiled_modules())
    for package, left_out in (("injector", "errors"), ("evm_wasm.trie", "bulk")):
        folder = ROOT / package.replace(".", "/")
        modules = {f"{package}.{path.stem}" for path in folder.glob("*.py")}
        named = {name.removesuffix(".__init__") for name in modules}
        assert named - compiled == {f"{package}.{left_out}"}
    assert "evm_wasm.primitives.rlp" in compiled


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
    assert " is not compiled: " in done.stderr
