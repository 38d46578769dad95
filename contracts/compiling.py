# ruff: noqa: INP001 - a part of a program, not of a package
"""The compilers of the contracts: which one a source needs, where it is found, how it is called.

Compiled contracts are committed, so a compiler counts only in the very version that made them. With
these flags each gives a module of wasm 1.0 that exports `memory` and `main` and imports EEI methods.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
SDK: Final = FOLDER / "sdk"

STACK_BYTES: Final = 4096
"""Of the stack in linear memory: the default of some compilers is 16 megabytes, or 256 pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiler:
    """One language's compiler.

    Attributes:
        missing: Why it cannot be used here; empty if it can.
        commands: The commands that make the module: source, module, folder for what lies between.
    """

    missing: Callable[[], str]
    commands: Callable[[Path, Path, Path], list[list[str]]]


def missing(source: Path) -> str:
    """Why a source cannot be compiled here; empty if it can."""
    return COMPILERS[source.suffix].missing()


def compile_source(source: Path) -> bytes:
    """The module that a source's compiler makes.

    Raises:
        subprocess.CalledProcessError: The compiler is not there or refuses the source.
    """
    with tempfile.TemporaryDirectory() as scratch:
        module = Path(scratch) / "module.wasm"
        for command in COMPILERS[source.suffix].commands(source, module, Path(scratch)):
            subprocess.run(command, cwd=source.parent, check=True)  # noqa: S603 - fixed commands
        return module.read_bytes()


def zig_command(*arguments: str) -> list[str]:
    """A command of the PyPI package `ziglang`, 0.17.0."""
    return [sys.executable, "-m", "ziglang", *arguments]


@cache
def reported_version(*command: str) -> str:
    """What a compiler says of its version; empty if it is not there."""
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - compilers
    except FileNotFoundError:
        return ""
    return finished.stdout.strip() if finished.returncode == 0 else ""


def zig_missing() -> str:
    """See `Compiler.missing`."""
    if reported_version(*zig_command("version")) == "0.17.0":
        return ""
    return "no zig 0.17.0: pip install ziglang==0.17.0"


def c_commands(source: Path, module: Path, scratch: Path) -> list[list[str]]:
    """`zig cc`, which brings clang, the linker and the compiler's own functions."""
    del scratch
    flags = (
        *("-target", "wasm32-freestanding", "-mcpu=mvp", "-Os", "-I", str(SDK / "c")),
        *("-Wl,--no-entry", "-Wl,--strip-all", f"-Wl,-z,stack-size={STACK_BYTES}"),
    )
    return [zig_command("cc", *flags, source.name, "-o", str(module))]


def zig_commands(source: Path, module: Path, scratch: Path) -> list[list[str]]:
    """`zig build-exe`; the SDK is the module `ewasm`."""
    del scratch
    target = ("-target", "wasm32-freestanding", "-mcpu=mvp", "-O", "ReleaseSmall", "-fstrip")
    modules = (
        *(*target, "--dep", "ewasm", f"-Mroot={source.name}"),
        *(*target, f"-Mewasm={SDK / 'zig' / 'ewasm.zig'}"),
    )
    linking = ("-fno-entry", "--export=main", "--stack", str(STACK_BYTES), f"-femit-bin={module}")
    return [zig_command("build-exe", *linking, *modules)]


def assemblyscript_program() -> str:
    """The compiler of the npm package `assemblyscript`: EWASM_ASC, or `asc` on the path."""
    return os.environ.get("EWASM_ASC") or "asc"


def assemblyscript_missing() -> str:
    """See `Compiler.missing`."""
    if reported_version(assemblyscript_program(), "--version") == "Version 0.28.20":
        return ""
    return "no AssemblyScript compiler: npm install assemblyscript@0.28.20, set EWASM_ASC"


def assemblyscript_commands(source: Path, module: Path, scratch: Path) -> list[list[str]]:
    """`asc` without its runtime checks, which would import `env.abort`.

    The contract is the top level of the file and runs as the export `main`: a start section, which
    contracts may not have, would run it otherwise.
    """
    del scratch
    flags = (
        *("-Osize", "--runtime", "stub", "--noAssert", "--use", "abort=", "--exportStart", "main"),
        *("--disable", "sign-extension", "--disable", "bulk-memory"),
        *("--disable", "nontrapping-f2i"),
    )
    return [[assemblyscript_program(), source.name, "-o", str(module), *flags]]


RUSTC: Final = Path("/usr/bin/rustc")
"""Debian 12's; one that stands before it on the path has another version and no wasm target."""

RUST_TARGET: Final = Path("/usr/lib/rustlib/wasm32-unknown-unknown")


def rust_missing() -> str:
    """See `Compiler.missing`."""
    version = reported_version(str(RUSTC), "--version")
    if not (version.startswith("rustc 1.63.0") and RUST_TARGET.exists()):
        return "no rustc of Debian 12: apt-get install rustc libstd-rust-dev-wasm32"
    return zig_missing()


def rust_commands(source: Path, module: Path, scratch: Path) -> list[list[str]]:
    """`rustc` 1.63 to a library, and zig's linker, because Debian has none for wasm.

    Linked by rustc itself, a module would export `__data_end` and `__heap_base` as well.
    """
    library = scratch / "contract.a"
    flags = (
        *("--edition", "2021", "--target", RUST_TARGET.name, "--crate-type", "staticlib"),
        *("-C", "target-cpu=mvp", "-C", "opt-level=s", "-C", "panic=abort"),
        *("-C", "codegen-units=1", "-C", "lto=fat"),
    )
    linking = (
        *("--no-entry", "--export=main", "--gc-sections", "--strip-all"),
        *("-z", f"stack-size={STACK_BYTES}"),
    )
    return [
        [str(RUSTC), *flags, source.name, "-o", str(library)],
        zig_command("wasm-ld", *linking, str(library), "-o", str(module)),
    ]


COMPILERS: Final = {
    ".c": Compiler(missing=zig_missing, commands=c_commands),
    ".zig": Compiler(missing=zig_missing, commands=zig_commands),
    ".ts": Compiler(missing=assemblyscript_missing, commands=assemblyscript_commands),
    ".rs": Compiler(missing=rust_missing, commands=rust_commands),
}
"""The compiler of each file name's ending."""
