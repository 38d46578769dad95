"""New projects build, and their own tests pass, in every language."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from compilers import ROOT, require_language

from evm_wasm.errors import InputError
from evm_wasm.project.building import build_project, write_build
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.manifest import read_manifest
from evm_wasm.project.scaffolding import new_project
from evm_wasm.project.toolchains import TOOLS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_files_are_there_and_no_place_holder_is_left(tmp_path: Path, language: str) -> None:
    project = new_project("my-counter", language, tmp_path)
    files = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    row = LANGUAGES[language]
    sources = {f"src/contract{row.suffix}"} | ({f"src/{Path(row.sdk).name}"} if row.sdk else set())
    common = {"README.md", "ewasm.toml", ".gitignore", "tests/test_contract.py"}
    assert files == sources | common
    for file in ("README.md", "ewasm.toml", "tests/test_contract.py"):
        text = (project / file).read_text()
        assert re.search("@[A-Z]+@", text) is None
        assert "my-counter" in text
    assert [path.name for path in tmp_path.iterdir()] == ["my-counter"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manifest_pins_the_versions_of_the_table(tmp_path: Path, language: str) -> None:
    manifest = read_manifest(new_project("sample", language, tmp_path))
    tools = LANGUAGES[language].tools
    assert manifest.compilers == {tool: TOOLS[tool].version for tool in tools}
    readme = (tmp_path / "sample" / "README.md").read_text()
    for tool in tools:
        assert TOOLS[tool].install.format(version=TOOLS[tool].version) in readme


@pytest.mark.parametrize(
    "language",
    ["wat", *(pytest.param(n, marks=pytest.mark.compilers) for n in LANGUAGES if n != "wat")],
)
def test_its_own_tests_pass_once_it_is_built(tmp_path: Path, language: str) -> None:
    require_language(language)
    project = new_project("sample", language, tmp_path)
    build = build_project(project)
    assert build.messages == ""
    write_build(build, project)
    done = run_tests(project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout


def test_its_tests_say_that_it_is_not_built(tmp_path: Path) -> None:
    done = run_tests(new_project("sample", "wat", tmp_path))
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "sample_deploy.wasm: run ewasm build first" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "Error" not in done.stdout


def run_tests(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "evm_wasm.pytest_plugin"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", project, project],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("folder", "file", "link"):
        with pytest.raises(InputError, match="is there already; choose another name or remove it"):
            new_project(name, "wat", tmp_path)
    assert list((tmp_path / "folder").iterdir()) == []
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("name", ["../x", "/x", "", "a b"])
def test_a_bad_name_makes_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"^NAME: "):
        new_project(name, "wat", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sample: cannot be written: No such file"):
        new_project("sample", "wat", tmp_path / "nowhere")
