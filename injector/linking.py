"""Linking a runtime into one contract: what of it is needed, and under which indices.

The contract's imports stay where they are, so no index of the contract changes; what referred to an
import that the runtime replaces refers to the runtime's function instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from injector import leb128
from injector.errors import InjectorError
from injector.module import FUNCTION_KIND, Extent, FunctionType, Module
from injector.runtime import CONTRACT_MODULE, EEI_MODULE, MAIN, Runtime, RuntimeFunction, Target


@dataclass(frozen=True, slots=True)
class LinkedFunction:
    """A function of the runtime with the indices of the output.

    Attributes:
        name: For backtraces.
        type: Its type.
        code: Its body without the size.
    """

    name: str
    type: FunctionType
    code: bytes

    def body(self) -> bytes:
        """Its body as it stands in the code section, with its size."""
        return leb128.sized(self.code)


@dataclass(frozen=True, slots=True)
class Linked:
    """A runtime as it is linked into one contract.

    Attributes:
        version: Of the runtime.
        functions: What is added, in the order of the indices.
        replaced: For each replaced import of the contract the index of what takes its place.
        main: Index of the function to export as `main`.
        memories: Memories behind those of the contract.
        memory_name: The export of the runtime's memory.
        tags: Types of the added tags.
    """

    version: str
    functions: tuple[LinkedFunction, ...]
    replaced: Mapping[int, int]
    main: int
    memories: tuple[Extent, ...]
    memory_name: str
    tags: tuple[FunctionType, ...]


def link_runtime(
    runtime: Runtime, module: Module, *, main: int, gas_global: int, first: int
) -> Linked:
    """Choose what a contract needs of the runtime.

    Args:
        runtime: The runtime.
        module: The contract.
        main: Index in the output of what the contract exports as `main`.
        gas_global: Index of the counter.
        first: Index in the output of the first function that is added here.

    Raises:
        InjectorError: The runtime needs an import that the contract does not have.
    """
    imported = _imports_by_name(module)
    wanted = [runtime.exports[MAIN]]
    wanted += [runtime.exports[name] for name in imported if name in runtime.exports]
    needed = _reachable(runtime, wanted)
    places = {function: first + place for place, function in enumerate(needed)}

    def place_of(index: int) -> int:
        if index in places:
            return places[index]
        source, name = runtime.imports[index]
        if source == CONTRACT_MODULE and name == MAIN:
            return main
        if source != EEI_MODULE or name not in imported:
            raise InjectorError(f"the runtime needs `{source}.{name}`, which the contract lacks")
        return imported[name]

    own = len(runtime.imports)
    replaced = {
        index: places[runtime.exports[entry.name]]
        for index, entry in enumerate(e for e in module.imports if e.kind == FUNCTION_KIND)
        if entry.name in runtime.exports
    }
    return Linked(
        version=runtime.version,
        functions=tuple(_link(runtime.functions[i - own], place_of, gas_global) for i in needed),
        replaced=replaced,
        main=places[runtime.exports[MAIN]],
        memories=(runtime.memory,),
        memory_name=runtime.memory_name,
        tags=runtime.tags,
    )


def _imports_by_name(module: Module) -> dict[str, int]:
    """The index of the first import of each method."""
    indices: dict[str, int] = {}
    functions = (entry for entry in module.imports if entry.kind == FUNCTION_KIND)
    for index, entry in enumerate(functions):
        indices.setdefault(entry.name, index)
    return indices


def _reachable(runtime: Runtime, wanted: list[int]) -> list[int]:
    """The functions of the runtime that these call, themselves included, by index."""
    own = len(runtime.imports)
    found: set[int] = set()
    left = list(wanted)
    while left:
        index = left.pop()
        if index < own or index in found:
            continue
        found.add(index)
        references = runtime.functions[index - own].references
        left += [each.index for each in references if each.target is Target.FUNCTION]
    return sorted(found)


def _link(
    function: RuntimeFunction, place_of: Callable[[int], int], gas_global: int
) -> LinkedFunction:
    code = [function.parts[0]]
    for reference, part in zip(function.references, function.parts[1:], strict=True):
        is_function = reference.target is Target.FUNCTION
        index = place_of(reference.index) if is_function else gas_global
        code += (leb128.unsigned(index), part)
    return LinkedFunction(function.name, function.type, b"".join(code))
