"""Who may import whom: the contracts in pyproject.toml hold, and the injector stands alone."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INJECTOR = sorted((ROOT / "injector").rglob("*.py"))


def imported_packages(path: Path) -> set[str]:
    """The top-level names of all packages that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            names.add(node.module)
    return {imported.partition(".")[0] for imported in names}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = shutil.which("lint-imports", path=Path(sys.executable).parent)
    command = [program, "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_import_contracts_hold():
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "violation", "contract"),
    [
        ("evm_wasm/model/planted.py", "import evm_wasm.vm", "imports go downward only"),
        ("evm_wasm/vm/planted.py", "import wasmtime", "only evm_wasm.engine imports wasmtime"),
        ("evm_wasm/vm/planted.py", "import coincurve", "only evm_wasm.primitives imports"),
        ("injector/planted.py", "import evm_wasm.errors", "the injector knows nothing"),
        ("injector/planted.py", "import rlp", "the injector knows nothing"),
    ],
)
def test_import_contracts_notice_a_violation(tmp_path, module, violation, contract):
    for package in ("evm_wasm", "injector"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / module).write_text(f'"""Breaks a rule."""\n\n{violation}\n')
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    broken = [line for line in result.stdout.splitlines() if " BROKEN" in line]
    assert any(contract in line for line in broken)


def test_injector_imports_only_itself_and_the_standard_library():
    imported = set().union(*map(imported_packages, INJECTOR))
    assert imported - {"injector", *sys.stdlib_module_names} == set()


def test_injector_works_without_any_installed_package():
    """`-I -S` leaves nothing but the standard library and the checkout."""
    module = ROOT / "contracts" / "counter" / "counter.wasm"
    program = (
        "import pathlib, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "import injector\n"
        f"assert injector.check(pathlib.Path({str(module)!r}).read_bytes()) == ()\n"
        "assert not [name for name in sys.modules if 'site-packages' in\n"
        "            str(getattr(sys.modules[name], '__file__', ''))]\n"
    )
    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)
