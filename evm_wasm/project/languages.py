"""The languages of projects: one table; templates, manifests and compiling derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """A language that contracts are written in.

    Attributes:
        suffix: Of its sources, with the dot.
        tools: Its compilers, as in `evm_wasm.project.toolchains.TOOLS`.
        sdk: Its file in the SDK, or None.
        has_stack: Whether its compiler keeps a stack in memory, of a size that the linker is told.
    """

    suffix: str
    tools: tuple[str, ...]
    sdk: str | None
    has_stack: bool


LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType(
    {
        "c": Language(".c", ("zig",), "c/ewasm.h", has_stack=True),
        "zig": Language(".zig", ("zig",), "zig/ewasm.zig", has_stack=True),
        "assemblyscript": Language(".ts", ("asc",), "assemblyscript/ewasm.ts", has_stack=False),
        "rust": Language(".rs", ("rustc", "zig"), "rust/ewasm.rs", has_stack=True),
        "wat": Language(".wat", (), None, has_stack=False),
    }
)

TEXT_SUFFIXES: Final = frozenset({".h", *(language.suffix for language in LANGUAGES.values())})
"""Files that have to be UTF-8."""
