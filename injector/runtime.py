"""A runtime: a small module whose functions take the place of imports of a contract.

It is written by whoever embeds the injector, and reaches it as bytes. Its form:

- it imports `contract.memory` (memory 0), `contract.gas_left` (a mutable i64 global) and
  `contract.main`, which are those of the contract;
- it imports from `ethereum` what the host does; such an import is the contract's own import of that
  name;
- it has one memory and at most one tag of its own, and exports the memory;
- an exported function takes the place of the contract's import of that name; the one called `main`
  takes the place of its `main`, and is what the embedder calls.

Bodies are cut at every index that changes where they are linked into a contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final

from injector import module as m
from injector.codes import (
    BLOCK,
    BR_TABLE,
    CALL,
    CALL_INDIRECT,
    GLOBAL_GET,
    GLOBAL_SET,
    IF,
    LOOP,
    PREFIX_FC,
)
from injector.errors import InjectorError, Invalid
from injector.leb128 import read_u32
from injector.module import Extent, FunctionType, Module, Section
from injector.names import read_names
from injector.opcodes import OPCODES
from injector.reader import Reader
from injector.recheck import skip_locals
from injector.scan import INTEGERS, PREFIXED_INTEGERS, skip_integers
from injector.types import read_extent

CONTRACT_MODULE: Final = "contract"
EEI_MODULE: Final = "ethereum"
MAIN: Final = "main"
MEMORY: Final = "memory"
COUNTER: Final = "gas_left"

_THROW: Final = 0x08
_TRY_TABLE: Final = 0x1F
_BLOCKS: Final = frozenset({BLOCK, LOOP, IF, _TRY_TABLE})
_ACCESSES: Final = frozenset(row.code for row in OPCODES if row.immediate.startswith("memory:"))
_OTHER_MEMORY: Final = 0x40  # in the alignment of a load or store: an index of a memory follows
_NAMED_TAG: Final = frozenset({0, 1})  # catch clauses with a tag
_PAGES: Final = 65_536


class Target(Enum):
    """What a place in a body refers to."""

    FUNCTION = "function"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Reference:
    """One index in a body.

    Attributes:
        target: What kind of thing it names.
        index: Of a function in the runtime; 0 for the counter.
    """

    target: Target
    index: int


@dataclass(frozen=True, slots=True)
class RuntimeFunction:
    """A function of the runtime.

    Attributes:
        name: For backtraces.
        type: Its type.
        parts: Its body without the size, cut at the references; one part more than references.
        references: What stands between the parts.
    """

    name: str
    type: FunctionType
    parts: tuple[bytes, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime that can be linked into contracts.

    Attributes:
        version: Hash of its bytes.
        imports: For each imported function its module and name.
        functions: The functions it defines; their indices follow those of the imports.
        exports: Indices of the exported functions by name.
        memory: The size of its own memory.
        memory_name: Under which that memory is exported.
        tags: The types of its tags.
    """

    version: str
    imports: tuple[tuple[str, str], ...]
    functions: tuple[RuntimeFunction, ...]
    exports: Mapping[str, int]
    memory: Extent
    memory_name: str
    tags: tuple[FunctionType, ...]


def load_runtime(wasm: bytes) -> Runtime:
    """Read a runtime.

    Args:
        wasm: A valid module of the form that this module's description states; whether it is
            valid otherwise is not looked at.

    Raises:
        InjectorError: It has another form.
    """
    try:
        return _Reading(wasm).runtime()
    except (Invalid, IndexError) as error:
        raise InjectorError(f"the runtime cannot be linked: {error}") from error


class _Reading:
    """The sections of a runtime, read one after another."""

    def __init__(self, wasm: bytes) -> None:
        self._module = Module(wasm)
        self._imports: list[tuple[str, str]] = []
        self._tags: list[FunctionType] = []
        readers = {
            m.TYPE: self._types,
            m.IMPORT: self._import_section,
            m.FUNCTION: self._functions,
            m.MEMORY: self._memories,
            m.TAG: self._tag_section,
            m.EXPORT: self._exports,
            m.CODE: self._code,
        }
        reader = Reader(wasm, 8, len(wasm))
        while reader.left:
            kind, size = reader.byte(), reader.u32()
            part = Reader(wasm, reader.position, reader.position + size)
            reader.take(size)
            if kind == m.CUSTOM:
                name = part.name()
                self._module.sections.append(Section(kind, part.position, part.end, name))
            elif kind in readers:
                readers[kind](part)
            else:
                raise Invalid(f"{m.SECTION_NAMES[kind]} section", "a runtime has none")

    def runtime(self) -> Runtime:
        """What was read."""
        module = self._module
        own = [export for export in module.exports if export.kind == m.MEMORY_KIND]
        if len(module.memories) != 1 or len(own) != 1:
            raise Invalid("memories", "a runtime has one memory of its own and exports it")
        names = read_names(module)
        named = {} if names is None else names.functions
        first = len(self._imports)
        functions = tuple(
            self._function(first + place, f"gas.eei.{named.get(first + place, place)}")
            for place in range(len(module.bodies))
        )
        return Runtime(
            version=sha256(module.wasm).hexdigest(),
            imports=tuple(self._imports),
            functions=functions,
            exports={e.name: e.index for e in module.exports if e.kind == m.FUNCTION_KIND},
            memory=module.memories[0],
            memory_name=own[0].name,
            tags=tuple(self._tags),
        )

    def _types(self, reader: Reader) -> None:
        for _ in range(reader.u32()):
            if reader.byte() != 0x60:
                raise Invalid("type", "not a function type")
            params = tuple(reader.take(reader.u32()))
            self._module.types.append(FunctionType(params, tuple(reader.take(reader.u32()))))

    def _import_section(self, reader: Reader) -> None:
        for _ in range(reader.u32()):
            source, name, kind = reader.name(), reader.name(), reader.byte()
            if kind == m.FUNCTION_KIND:
                self._imports.append((source, name))
                self._module.functions.append(reader.u32())
            elif kind == m.MEMORY_KIND and (source, name) == (CONTRACT_MODULE, MEMORY):
                read_extent(reader, "memory", _PAGES)
            elif kind == m.GLOBAL_KIND and (source, name) == (CONTRACT_MODULE, COUNTER):
                reader.take(2)
            else:
                raise Invalid(f"import `{source}.{name}`", "a contract has none")

    def _functions(self, reader: Reader) -> None:
        self._module.functions += [reader.u32() for _ in range(reader.u32())]

    def _memories(self, reader: Reader) -> None:
        count = reader.u32()
        self._module.memories += [read_extent(reader, "memory", _PAGES) for _ in range(count)]

    def _tag_section(self, reader: Reader) -> None:
        for _ in range(reader.u32()):
            reader.byte()  # always 0: an exception
            self._tags.append(self._module.types[reader.u32()])

    def _exports(self, reader: Reader) -> None:
        for _ in range(reader.u32()):
            name, kind, index = reader.name(), reader.byte(), reader.u32()
            self._module.exports.append(m.Export(name, kind, index, 0))

    def _code(self, reader: Reader) -> None:
        for _ in range(reader.u32()):
            size = reader.u32()
            start = reader.position
            reader.take(size)
            self._module.bodies.append((start, reader.position))

    def _function(self, index: int, name: str) -> RuntimeFunction:
        module = self._module
        start, end = module.bodies[index - len(self._imports)]
        parts, references = _cut(module.wasm[start:end])
        return RuntimeFunction(name, module.function_type(index), parts, references)


def _cut(body: bytes) -> tuple[tuple[bytes, ...], tuple[Reference, ...]]:
    """A body without its size as parts, and the references between them."""
    position = skip_locals(b"\0" + body) - 1
    parts, references = [], []
    cut = 0
    while position < len(body):
        opcode = body[position]
        position += 1
        if opcode in (CALL, GLOBAL_GET, GLOBAL_SET):
            parts.append(body[cut:position])
            index, position = read_u32(body, position)
            target = Target.FUNCTION if opcode == CALL else Target.COUNTER
            references.append(Reference(target, index))
            cut = position
        else:
            position = _skip(body, position, opcode)
    parts.append(body[cut:])
    return tuple(parts), tuple(references)


def _skip(body: bytes, position: int, opcode: int) -> int:
    """The position after an instruction whose opcode ends at `position`."""
    if opcode in _BLOCKS and not 0x40 <= body[position] < 0x80:
        raise Invalid("block", "with the index of a type, which would have to change")
    if opcode in _ACCESSES:
        flags, position = read_u32(body, position)
        return skip_integers(body, position, 2 if flags & _OTHER_MEMORY else 1)
    if opcode == _THROW:
        return skip_integers(body, position, 1)
    if opcode == _TRY_TABLE:
        return _skip_clauses(body, position + 1)
    if opcode == PREFIX_FC:
        number, position = read_u32(body, position)
        return skip_integers(body, position, PREFIXED_INTEGERS[number])
    if opcode in (CALL_INDIRECT, BR_TABLE) or INTEGERS[opcode] > 2:
        raise Invalid(f"opcode {opcode:#04x}", "no runtime needs it")
    return skip_integers(body, position, INTEGERS[opcode])


def _skip_clauses(body: bytes, position: int) -> int:
    """The position after the catch clauses of a `try_table`."""
    count, position = read_u32(body, position)
    for _ in range(count):
        operands = 2 if body[position] in _NAMED_TAG else 1
        position = skip_integers(body, position + 1, operands)
    return position
