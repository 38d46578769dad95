"""Comparing a build with code that lies elsewhere, and naming the first difference."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.project.building import Build
from evm_wasm.project.cleaning import decode
from evm_wasm.project.deployer import ARGUMENTS_SECTION, with_arguments
from injector import module as m


@dataclass(frozen=True, slots=True)
class Verdict:
    """How code compares with a build.

    Attributes:
        is_same: Whether the code was built from the sources.
        part: What of the build it is, or is nearest to: `contract` or `deployer`.
        arguments: Bytes of constructor arguments behind a deployer.
        offset: First byte that differs, None if none does.
        place: What stands there in the build.
        expected: Bytes of the build's part.
        actual: Bytes of the code.
    """

    is_same: bool
    part: str
    arguments: int
    offset: int | None
    place: str
    expected: int
    actual: int


def compare(build: Build, code: bytes) -> Verdict:
    """Whether code is the contract of a build or its deployer, perhaps with arguments."""
    parts = {"contract": build.runtime, "deployer": build.deployer}
    for part, expected in parts.items():
        if code == expected:
            return Verdict(True, part, 0, None, "", len(expected), len(code))
    arguments = _arguments(build.deployer, code)
    if arguments is not None:
        return Verdict(True, "deployer", len(arguments), None, "", len(build.deployer), len(code))
    nearest = max(parts, key=lambda part: _common(parts[part], code))
    expected = parts[nearest]
    offset = _common(expected, code)
    place = _place(expected, offset, build)
    return Verdict(False, nearest, 0, offset, place, len(expected), len(code))


def _arguments(deployer: bytes, code: bytes) -> bytes | None:
    """The arguments of a constructor behind a deployer; None if the code is something else."""
    name = ARGUMENTS_SECTION.encode("ascii")
    if not code.startswith(deployer):
        return None
    rest = code[len(deployer) :]
    start = rest.find(name) + len(name)
    arguments = rest[start:]
    return arguments if code == with_arguments(deployer, arguments) else None


def _common(first: bytes, second: bytes) -> int:
    """Bytes that both start with."""
    if second.startswith(first):
        return len(first)
    if first.startswith(second):
        return len(second)
    return next(n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b)


def _place(wasm: bytes, offset: int, build: Build) -> str:
    """What stands at an offset of a module that was built here."""
    module = decode(wasm)
    for section in module.sections:
        if offset < section.end:
            name = m.SECTION_NAMES[section.kind]
            title = f"{name} section {section.name}" if section.name else f"{name} section"
            if section.kind != m.CODE or wasm is not build.runtime:
                return title
            return title + _function(module, offset, build)
    return "end of the module"


def _function(module: m.Module, offset: int, build: Build) -> str:
    names = {function.index: function.name for function in build.report.functions}
    for number, (start, end) in enumerate(module.bodies):
        if start <= offset < end:
            index = module.imported_functions + number
            name = f" `{names[index]}`" if names.get(index) else ""
            return f", function {index}{name}"
    return ""
