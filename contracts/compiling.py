# ruff: noqa: INP001 - a part of a program, not of a package
"""Compiles the contracts of this folder as `ewasm build` compiles those of a project.

Their sources name the SDK by its place beside them, so they are laid out as the sources of a project
in which the SDK has the same place. Commands, versions and cleaning are those of `evm_wasm.project`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from evm_wasm.errors import CompilerMissing
from evm_wasm.project.cleaning import clean
from evm_wasm.project.compiling import workshop
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.manifest import DEFAULT_STACK, SOURCES
from evm_wasm.project.toolchains import TOOLS, Compiler, find_compiler

FOLDER: Final = Path(__file__).resolve().parent
SDK: Final = FOLDER / "sdk"

COMPILED: Final = {row.suffix: name for name, row in LANGUAGES.items() if row.tools}
"""The language of each file name's ending, of those that have compilers."""

_BESIDE_THE_SDK: Final = f"{SOURCES}/using_it"
"""Where sources lie that import `../sdk/...`. The path comes after that of the SDK: asc puts the
functions of its files in the order of their paths."""


def missing(source: Path) -> str:
    """Why a source cannot be compiled here; empty if it can."""
    try:
        _compilers(COMPILED[source.suffix])
    except CompilerMissing as error:
        return str(error)
    return ""


def compile_source(source: Path) -> bytes:
    """The contract or constructor that a source's compiler makes.

    Raises:
        CompilerMissing: A compiler is not there.
        BuildFailed: The compiler refuses the source; carries what it printed.
    """
    language = COMPILED[source.suffix]
    sdk = str(LANGUAGES[language].sdk)
    if source.suffix in {".c", ".zig"}:
        place, sdk_place = SOURCES, f"{SOURCES}/{Path(sdk).name}"
    else:
        place, sdk_place = _BESIDE_THE_SDK, f"{SOURCES}/sdk/{sdk}"
    sources = {
        f"{place}/{path.name}": path.read_bytes()
        for path in source.parent.iterdir()
        if path.suffix in {source.suffix, ".h"}
    }
    sources[sdk_place] = (SDK / sdk).read_bytes()
    with workshop(sources) as shop:
        compiled = shop.compile(
            language, f"{place}/{source.name}", _compilers(language), stack=DEFAULT_STACK
        )
    return clean(compiled.module).module


@cache
def _compilers(language: str) -> dict[str, Compiler]:
    """Those of a language by name, in the versions that new projects name.

    Raises:
        CompilerMissing: One is not there.
    """
    return {
        name: find_compiler(name, TOOLS[name].version, FOLDER) for name in LANGUAGES[language].tools
    }
