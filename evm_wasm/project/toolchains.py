"""Compilers: one table of them, and how the exact version that a project names is found.

A compiler decides the bytes of a contract, so a project names each by its exact version and nothing
near it will do. Where it comes from does not matter: the environment variable of its row names a
program; otherwise the places of the row are tried in their order.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from evm_wasm.errors import CompilerMissing

_SECONDS: Final = 60
"""For a compiler to tell its version."""

_VERSION: Final = re.compile(r"\d+\.\d+\.\d+[-+.\w]*")


@dataclass(frozen=True, slots=True)
class Tool:
    """A compiler that projects may name.

    Attributes:
        version: What new projects name.
        variable: Environment variable with the path of the program.
        ask: The arguments that have it print its version.
        install: The command that installs it, with `{version}`.
        places: Where it may be, for a project.
        lacks: What an installation of the right version may still lack, for a program; or None.
    """

    version: str
    variable: str
    ask: tuple[str, ...]
    install: str
    places: Callable[[Path], Iterator[str | None]]
    lacks: Callable[[str], str | None] = lambda _program: None


@dataclass(frozen=True, slots=True)
class Compiler:
    """A compiler that was found.

    Attributes:
        name: In the table.
        version: Exact.
        program: Its path.
    """

    name: str
    version: str
    program: str


def _zig_places(_project: Path) -> Iterator[str | None]:
    package = importlib.util.find_spec("ziglang")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        yield shutil.which("zig", path=folder)
    yield shutil.which("zig")


def _asc_places(project: Path) -> Iterator[str | None]:
    for folder in (project, *project.parents):
        yield shutil.which("asc", path=folder / "node_modules" / ".bin")
    yield shutil.which("asc")


def _rustc_places(_project: Path) -> Iterator[str | None]:
    yield shutil.which("rustc")
    yield shutil.which("rustc", path="/usr/bin")  # Debian's, behind that of rustup


RUST_TARGET: Final = "wasm32-unknown-unknown"


def _rustc_lacks(program: str) -> str | None:
    asked = _run([program, "--print", "sysroot"])
    library = Path(asked.strip()) / "lib" / "rustlib" / RUST_TARGET / "lib"
    return None if library.is_dir() else f"no library for {RUST_TARGET}"


TOOLS: Final[Mapping[str, Tool]] = MappingProxyType(
    {
        "zig": Tool(
            version="0.17.0",
            variable="EWASM_ZIG",
            ask=("version",),
            install="pip install ziglang=={version}",
            places=_zig_places,
        ),
        "asc": Tool(
            version="0.28.20",
            variable="EWASM_ASC",
            ask=("--version",),
            install="npm install --save-exact assemblyscript@{version}",
            places=_asc_places,
        ),
        "rustc": Tool(
            version="1.63.0",
            variable="EWASM_RUSTC",
            ask=("--version",),
            install="apt-get install rustc libstd-rust-dev-wasm32 (Debian 12), "
            "or rustup toolchain install {version} --target wasm32-unknown-unknown",
            places=_rustc_places,
            lacks=_rustc_lacks,
        ),
    }
)


def find_compiler(name: str, version: str, project: Path) -> Compiler:
    """The compiler of that exact version.

    Args:
        name: In `TOOLS`.
        version: Such as 0.17.0.
        project: The project's folder; npm installs there.

    Raises:
        CompilerMissing: It is not installed; the message says what was found and what to run.
    """
    tool = TOOLS[name]
    found: list[str] = []
    for program in _candidates(tool, project):
        answer = _VERSION.search(_run([program, *tool.ask]))
        if answer is None:
            found.append(f"{program} does not tell its version")
        elif answer[0] != version:
            found.append(f"{program} is {answer[0]}")
        elif (lacking := tool.lacks(program)) is not None:
            found.append(f"{program} has {lacking}")
        else:
            return Compiler(name, version, program)
    instead = f" ({'; '.join(found)})" if found else ""
    install = tool.install.format(version=version)
    raise CompilerMissing(f"{name} {version} is not installed{instead}; install it: {install}")


def _candidates(tool: Tool, project: Path) -> list[str]:
    """Programs that may be it, each once."""
    named = os.environ.get(tool.variable)
    if named:
        return [named]
    return list(dict.fromkeys(place for place in tool.places(project) if place is not None))


def _run(command: list[str]) -> str:
    """What a program prints; nothing where it does not run."""
    try:
        done = subprocess.run(  # noqa: S603 - a compiler that the user has installed
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", errors="replace")
