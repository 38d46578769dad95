"""End a run of the tests at once unless they import the compiled modules.

Python falls back to the sources without a word, and tests that pass would then say nothing. CI loads
this plugin where it tests the compiled wheel (`pytest -p scripts.compiled_gate`).
"""

from __future__ import annotations

import importlib
import tomllib
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent


def compiled_modules() -> list[str]:
    """Names of the modules that the build hook compiles."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    hook = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]
    found = {path for pattern in hook["include"] for path in ROOT.glob(pattern.lstrip("/"))}
    left_out = {ROOT / path.lstrip("/") for path in hook["exclude"]}
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found - left_out]
    return sorted(name.removesuffix(".__init__") for name in names)


def pytest_configure() -> None:
    """Import every module; what the tests import later is the same.

    Raises:
        pytest.UsageError: One of them is not compiled.
    """
    for name in compiled_modules():
        file = importlib.import_module(name).__file__ or ""
        if not file.endswith(tuple(EXTENSION_SUFFIXES)):
            raise pytest.UsageError(f"{name} is not compiled: {file}")
