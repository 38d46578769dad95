"""Finding compilers: the exact version, and what to do where it is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from compilers import require_language

from evm_wasm.errors import CompilerMissing
from evm_wasm.project.toolchains import TOOLS, find_compiler

FakeTool = Callable[[str], Path]


@pytest.fixture
def program(tmp_path: Path) -> FakeTool:
    """A program that prints this and does nothing else."""

    def write(prints: str) -> Path:
        path = tmp_path / "compiler"
        path.write_text(f"#!/bin/sh\n{prints}\n")
        path.chmod(0o755)
        return path

    return write


def missing(tmp_path: Path, tool: str, version: str) -> str:
    with pytest.raises(CompilerMissing) as caught:
        find_compiler(tool, version, tmp_path)
    return str(caught.value)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_missing_compiler_is_told_with_its_install_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    monkeypatch.setenv(TOOLS[tool].variable, str(tmp_path / "nowhere"))
    install = TOOLS[tool].install.format(version="9.9.9")
    told = missing(tmp_path, tool, "9.9.9")
    assert told.startswith(f"{tool} 9.9.9 is not installed")
    assert told.endswith(f"; install it: {install}")


def test_what_was_found_instead_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: FakeTool
) -> None:
    path = program("echo 0.16.1")
    monkeypatch.setenv("EWASM_ZIG", str(path))
    assert f"zig 0.17.0 is not installed ({path} is 0.16.1); " in missing(tmp_path, "zig", "0.17.0")


@pytest.mark.parametrize("prints", ["echo hello", "exit 1", "printf '\\377'"])
def test_a_program_that_tells_no_version_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: FakeTool, prints: str
) -> None:
    monkeypatch.setenv("EWASM_ZIG", str(program(prints)))
    assert "does not tell its version" in missing(tmp_path, "zig", "0.17.0")


def test_rust_without_the_target_is_not_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: FakeTool
) -> None:
    path = program(f'[ "$1" = --version ] && echo "rustc 1.63.0" || echo {tmp_path}')
    monkeypatch.setenv("EWASM_RUSTC", str(path))
    told = missing(tmp_path, "rustc", "1.63.0")
    assert f"{path} has no library for wasm32-unknown-unknown" in told


def test_the_exact_version_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: FakeTool
) -> None:
    path = program("echo Version 0.28.20")
    monkeypatch.setenv("EWASM_ASC", str(path))
    found = find_compiler("asc", "0.28.20", tmp_path)
    assert (found.name, found.version, found.program) == ("asc", "0.28.20", str(path))


def test_a_compiler_that_npm_has_put_into_the_project_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: FakeTool
) -> None:
    monkeypatch.delenv("EWASM_ASC", raising=False)
    folder = tmp_path / "node_modules" / ".bin"
    folder.mkdir(parents=True)
    place = program("echo Version 1.2.3").rename(folder / "asc")
    assert find_compiler("asc", "1.2.3", tmp_path).program == str(place)


@pytest.mark.compilers
def test_the_package_ziglang_is_found() -> None:
    require_language("c")
    found = find_compiler("zig", TOOLS["zig"].version, Path())
    assert re.search("zig", Path(found.program).name)
