"""Taking off what compilers leave in a module and a contract may not have, or nobody pays for.

Custom sections go (names, debug information, producers), and so do all exports but `main` and
`memory`. What cannot be taken off without changing what the module does is left for the injector to
refuse, with its advice: a start section, foreign imports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from evm_wasm.errors import BuildFailed
from injector import leb128
from injector import module as m
from injector.decode import PREAMBLE, Decoder
from injector.errors import Findings, Invalid
from injector.limits import LARGE_LIMITS
from injector.module import Module
from injector.names import read_names
from injector.policy import find_policy

KEPT_EXPORTS: Final = ("main", "memory")
"""Ewasm contract interface: a contract exports exactly these."""

_RUST_HASH: Final = re.compile(r"::h[0-9a-f]{16}$")
"""What rustc puts behind each name; it tells a reader nothing."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A module without what does not belong into a contract.

    Attributes:
        module: The bytes.
        removed: What was taken off, for people.
        names: Names of its functions by index, as far as the compiler gave any.
    """

    module: bytes
    removed: tuple[str, ...]
    names: dict[int, str]


def clean(wasm: bytes) -> Cleaned:
    """The module with only the exports of a contract and without custom sections.

    Raises:
        BuildFailed: It is malformed or uses what no policy accepts.
    """
    module = decode(wasm)
    removed = [
        f"export {export.name}" for export in module.exports if export.name not in KEPT_EXPORTS
    ]
    custom = [section for section in module.sections if section.kind == m.CUSTOM]
    if custom:
        groups = ", ".join(dict.fromkeys(_group(section.name) for section in custom))
        size = sum(section.end - section.start for section in custom)
        removed.append(f"custom sections: {groups} ({size:,} bytes)")
    parts = [wasm[: len(PREAMBLE)]]
    for section in module.sections:
        if section.kind == m.CUSTOM:
            continue
        payload = wasm[section.start : section.end]
        if section.kind == m.EXPORT and any(e.name not in KEPT_EXPORTS for e in module.exports):
            payload = _exports(module)
        parts += [bytes([section.kind]), leb128.sized(payload)]
    named = read_names(module)
    functions = {} if named is None else named.functions
    names = {index: _RUST_HASH.sub("", name) for index, name in functions.items()}
    return Cleaned(b"".join(parts), tuple(removed), names)


def _group(section: str) -> str:
    """A custom section's name; DWARF has many and counts as one."""
    return "debug information" if section.startswith(".debug_") else section


def decode(wasm: bytes) -> Module:
    """The decoded sections of a module that may be larger than a contract.

    Raises:
        BuildFailed: It is malformed.
    """
    try:
        return Decoder(wasm, find_policy("core"), LARGE_LIMITS, Findings()).decode()
    except Invalid as error:
        reason = f"{error.found}: {error.reason}"
        advice = f"; {error.advice}" if error.advice else ""
        place = "" if error.offset is None else f"offset {error.offset:#x}: "
        raise BuildFailed(f"the compiler's output is refused: {place}{reason}{advice}") from error


def _exports(module: Module) -> bytes:
    kept = [export for export in module.exports if export.name in KEPT_EXPORTS]
    entries = [
        leb128.sized(export.name.encode()) + bytes([export.kind]) + leb128.unsigned(export.index)
        for export in kept
    ]
    return leb128.unsigned(len(entries)) + b"".join(entries)
