"""The wheel holds what a user needs and nothing else; the locks agree with the project file."""

from __future__ import annotations

import email.parser
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from evm_wasm.version import __version__

ROOT = Path(__file__).resolve().parents[2]
SDK = ROOT / "contracts" / "sdk"
PRECOMPILES = ROOT / "contracts" / "precompiles" / "wasm"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKED_EXTRAS = {
    "runtime": ["build"],
    "development": ["build", "compiled", "test", "dev"],
    "compilers": ["compilers"],
}


def locked(lock: str) -> dict[str, str]:
    """Package name -> version, of one lock file."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_wheel_holds_every_file_of_both_packages(wheel):
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in ("evm_wasm", "injector")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {
        f"evm_wasm/project/sdk/{path.relative_to(SDK).as_posix()}" for path in SDK.glob("*/ewasm.*")
    }
    expected |= {f"evm_wasm/chain/precompiles_wasm/{path.name}" for path in PRECOMPILES.iterdir()}
    packaged = {entry for entry in wheel.namelist() if ".dist-info/" not in entry}
    assert packaged == expected
    assert {"evm_wasm/py.typed", "injector/py.typed"} <= packaged
    assert len([name for name in packaged if "/project/sdk/" in name]) == 4


def test_wheel_names_version_licence_and_command(wheel):
    folder = f"evm_wasm-{__version__}.dist-info"
    metadata = email.parser.Parser().parsestr(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["Name"] == "evm-wasm"
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in wheel.read(f"{folder}/licenses/LICENSE").decode()
    entry_points = wheel.read(f"{folder}/entry_points.txt").decode()
    assert "ewasm = evm_wasm.cli:main" in entry_points
    assert "[pytest11]\nevm_wasm.pytest_plugin" in entry_points


def test_changelog_has_the_version():
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKED_EXTRAS)
def test_lock_satisfies_what_the_project_asks_for(lock):
    wanted = [text for extra in LOCKED_EXTRAS[lock] for text in EXTRAS[extra]]
    if lock != "compilers":
        wanted += PROJECT["project"]["dependencies"]
    versions = {canonicalize_name(name): version for name, version in locked(lock).items()}
    for requirement in map(Requirement, wanted):
        if requirement.name != PROJECT["project"]["name"]:
            assert versions[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("lock", LOCKED_EXTRAS)
def test_lock_pins_hashes_and_names_no_place(lock):
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    for entry in re.split(r"^(?=\S)", text, flags=re.MULTILINE)[1:]:
        assert re.match(r"[A-Za-z0-9._-]+==\S", entry)
        assert "--hash=sha256:" in entry
    assert not re.search(r"://|--index|--find-links|--extra-index|@ |/", text)


def test_locks_agree_on_every_version():
    assert locked("runtime").items() <= locked("development").items()


def test_compiling_is_off_and_uses_what_is_locked():
    hook = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["mypyc"]
    assert hook["enable-by-default"] is False
    assert hook["dependencies"] == EXTRAS["compiled"]


def test_wheel_is_for_every_machine_unless_compiling_is_asked_for(wheel):
    assert Path(wheel.filename).name == f"evm_wasm-{__version__}-py3-none-any.whl"


def test_build_backend_is_the_locked_one():
    assert PROJECT["build-system"]["requires"] == EXTRAS["build"]
