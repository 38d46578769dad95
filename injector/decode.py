"""Decoding a module: the sections in their order, everything but the bodies of functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from injector import module as m
from injector.const_expr import read_const_expr
from injector.elements import read_element
from injector.errors import Findings, Invalid
from injector.limits import Limits
from injector.module import Export, FunctionType, Global, Import, Module, Section, Table
from injector.opcodes import I32
from injector.policy import REFERENCE_TYPES, Policy
from injector.reader import Reader
from injector.types import Gate, read_extent, unsupported

PREAMBLE: Final = b"\0asm\1\0\0\0"
_ORDER: Final = (
    m.TYPE, m.IMPORT, m.FUNCTION, m.TABLE, m.MEMORY, m.TAG, m.GLOBAL, m.EXPORT, m.START,
    m.ELEMENT, m.DATA_COUNT, m.CODE, m.DATA,
)  # fmt: skip
_MEMORY_PAGES: Final = 65_536  # the address space of a 32-bit memory
_TABLE_ENTRIES: Final = (1 << 32) - 1


class Decoder:
    """Decodes one module.

    Attributes:
        module: What has been decoded so far.
        gate: Records refused types.
    """

    def __init__(self, wasm: bytes, policy: Policy, limits: Limits, findings: Findings) -> None:
        self.module = Module(wasm)
        self.policy = policy
        self.limits = limits
        self.gate = Gate(policy, findings)
        self._readers: dict[int, Callable[[Reader], None]] = {
            m.TYPE: self._types,
            m.IMPORT: self._imports,
            m.FUNCTION: self._functions,
            m.TABLE: self._tables,
            m.MEMORY: self._memories,
            m.GLOBAL: self._globals,
            m.EXPORT: self._exports,
            m.START: self._start,
            m.ELEMENT: self._elements,
            m.CODE: self._code,
            m.DATA: self._data,
            m.DATA_COUNT: self._data_count,
        }

    def decode(self) -> Module:
        """Decode all sections.

        Raises:
            Invalid: The module is malformed or beyond a limit; refused types are only recorded.
        """
        wasm = self.module.wasm
        if len(wasm) > self.limits.module_bytes:
            raise Invalid(
                f"module of {len(wasm)} bytes",
                f"the limit is {self.limits.module_bytes}",
                "strip custom sections (--strip-all)",
                offset=0,
            )
        if wasm[:8] != PREAMBLE:
            raise Invalid("preamble", "malformed: not a WebAssembly 1 module", offset=0)
        reader = Reader(wasm, 8, len(wasm))
        last = -1
        while reader.left:
            last = self._section(reader, last)
        self._check_counts()
        return self.module

    def _section(self, reader: Reader, last: int) -> int:
        """Decode one section; returns its place in the order, or `last` for a custom one."""
        at = reader.position
        kind = reader.byte()
        size = reader.u32()
        if size > reader.left:
            raise Invalid("section", "malformed: longer than the module", offset=at)
        start = reader.position
        end = start + size
        reader.position = end
        part = Reader(reader.data, start, end)
        if kind == m.CUSTOM:
            name = part.name()
            self.module.sections.append(Section(kind, part.position, end, name))
            return last
        if kind not in _ORDER:
            raise Invalid(f"section {kind}", "malformed: no such section", offset=at)
        place = _ORDER.index(kind)
        if place <= last:
            raise Invalid(
                f"{m.SECTION_NAMES[kind]} section", "malformed: twice or out of order", offset=at
            )
        if kind == m.TAG:
            raise unsupported("exception handling", "tag section", at)
        self.module.sections.append(Section(kind, start, end))
        self._readers[kind](part)
        part.finish(f"{m.SECTION_NAMES[kind]} section")
        return place

    def _types(self, reader: Reader) -> None:
        for _ in range(reader.count("types", self.limits.types)):
            at = reader.position
            form = reader.byte()
            if form in (0x4E, 0x4F, 0x50, 0x5E, 0x5F):
                raise unsupported("garbage collection", f"type form {form:#04x}", at)
            if form != 0x60:
                raise Invalid(f"type form {form:#04x}", "malformed: not a function", offset=at)
            params = self._value_types(reader, "parameters", self.limits.params)
            results = self._value_types(reader, "results", self.limits.results)
            self.module.types.append(FunctionType(params, results))

    def _value_types(self, reader: Reader, what: str, most: int) -> tuple[int, ...]:
        return tuple(self.gate.value_type(reader) for _ in range(reader.count(what, most)))

    def _imports(self, reader: Reader) -> None:
        module = self.module
        for _ in range(reader.count("imports", self.limits.imports)):
            at = reader.position
            namespace, name = reader.name(), reader.name()
            kind = reader.byte()
            detail = 0
            if kind == m.FUNCTION_KIND:
                detail = self._type_index(reader)
                module.functions.append(detail)
                module.imported_functions += 1
            elif kind == m.TABLE_KIND:
                module.tables.append(self._table(reader))
            elif kind == m.MEMORY_KIND:
                module.memories.append(read_extent(reader, "memory", _MEMORY_PAGES))
                module.imported_memories += 1
            elif kind == m.GLOBAL_KIND:
                module.globals.append(self._global_type(reader))
                module.imported_globals += 1
            elif kind in (0x7E, 0x7F):
                raise unsupported("compact imports", f"import kind {kind:#04x}", at)
            elif kind == 4:
                raise unsupported("exception handling", "tag import", at)
            else:
                raise Invalid(f"import kind {kind}", "malformed: no such kind", offset=at)
            module.imports.append(Import(namespace, name, kind, detail, at))

    def _type_index(self, reader: Reader) -> int:
        at = reader.position
        index = reader.u32()
        if index >= len(self.module.types):
            raise Invalid(f"type {index}", "invalid: no such type", offset=at)
        return index

    def _functions(self, reader: Reader) -> None:
        for _ in range(reader.count("functions", self.limits.functions)):
            self.module.functions.append(self._type_index(reader))

    def _table(self, reader: Reader) -> Table:
        at = reader.position
        if reader.left and reader.data[at] == 0x40:
            raise unsupported("typed function references", "table with initializer", at)
        element = self.gate.element_type(reader)
        extent = read_extent(reader, "table", _TABLE_ENTRIES)
        if extent.minimum > self.limits.table_entries:
            raise Invalid(
                f"table of {extent.minimum}", f"the limit is {self.limits.table_entries}", offset=at
            )
        return Table(element, extent)

    def _tables(self, reader: Reader) -> None:
        for _ in range(reader.count("tables", self.limits.tables)):
            self.module.tables.append(self._table(reader))

    def _memories(self, reader: Reader) -> None:
        for _ in range(reader.count("memories", 1 << 16)):
            self.module.memories.append(read_extent(reader, "memory", _MEMORY_PAGES))

    def _global_type(self, reader: Reader) -> Global:
        kind = self.gate.value_type(reader)
        at = reader.position
        mutable = reader.byte()
        if mutable > 1:
            raise Invalid(f"mutability {mutable:#04x}", "malformed: not 0 or 1", offset=at)
        return Global(kind, bool(mutable))

    def _globals(self, reader: Reader) -> None:
        for _ in range(reader.count("globals", self.limits.globals)):
            variable = self._global_type(reader)
            start = reader.position
            read_const_expr(reader, self.module, variable.type, self.gate)
            initial = self.module.wasm[start : reader.position - 1]
            self.module.globals.append(replace(variable, initial=initial))

    def _exports(self, reader: Reader) -> None:
        module = self.module
        spaces = (module.functions, module.tables, module.memories, module.globals)
        names: set[str] = set()
        for _ in range(reader.count("exports", self.limits.exports)):
            at = reader.position
            name, kind, index = reader.name(), reader.byte(), reader.u32()
            if kind >= len(spaces):
                raise Invalid(f"export kind {kind}", "malformed: no such kind", offset=at)
            if index >= len(spaces[kind]):
                raise Invalid(
                    f"export `{name}`", f"invalid: no {m.KIND_NAMES[kind]} {index}", offset=at
                )
            if name in names:
                raise Invalid(f"export `{name}`", "invalid: the name is exported twice", offset=at)
            names.add(name)
            if kind == m.FUNCTION_KIND:
                module.referenced_functions.add(index)
            module.exports.append(Export(name, kind, index, at))

    def _start(self, reader: Reader) -> None:
        at = reader.position
        index = reader.u32()
        if index >= len(self.module.functions):
            raise Invalid(f"start function {index}", "invalid: no such function", offset=at)
        kind = self.module.function_type(index)
        if kind.params or kind.results:
            raise Invalid(f"start function {index}", "invalid: wrong type", offset=at)
        self.module.start = index

    def _elements(self, reader: Reader) -> None:
        left = self.limits.element_entries
        for _ in range(reader.count("element segments", self.limits.element_segments)):
            left -= read_element(reader, self.module, self.gate, left)

    def _data_count(self, reader: Reader) -> None:
        self.module.data_count = reader.u32()

    def _code(self, reader: Reader) -> None:
        for _ in range(reader.count("function bodies", self.limits.functions)):
            at = reader.position
            size = reader.u32()
            if size > self.limits.body_bytes:
                raise Invalid(
                    f"body of {size} bytes", f"the limit is {self.limits.body_bytes}", offset=at
                )
            start = reader.position
            reader.take(size)
            self.module.bodies.append((start, reader.position))

    def _data(self, reader: Reader) -> None:
        count = reader.count("data segments", self.limits.data_segments)
        for _ in range(count):
            at = reader.position
            flags = reader.u32()
            if flags > 2:
                raise Invalid(f"data segment flags {flags}", "malformed: not 0 to 2", offset=at)
            if flags != 1:
                memory = reader.u32() if flags == 2 else 0
                if memory >= len(self.module.memories):
                    raise Invalid(f"memory {memory}", "invalid: no such memory", offset=at)
                read_const_expr(reader, self.module, I32, self.gate)
            reader.take(reader.u32())
        self.module.data_segments = count

    def _check_counts(self) -> None:
        """Rules that hold between sections."""
        module = self.module
        declared = len(module.functions) - module.imported_functions
        if declared != len(module.bodies):
            raise Invalid(
                "code section",
                f"malformed: {len(module.bodies)} bodies for {declared} functions",
                offset=len(module.wasm),
            )
        if module.data_count is not None and module.data_count != module.data_segments:
            raise Invalid(
                "data count section", "malformed: wrong number of segments",
                offset=len(module.wasm),
            )  # fmt: skip
        if len(module.memories) > 1:
            raise unsupported("several memories", f"{len(module.memories)} memories", 8)
        if len(module.tables) > 1 and REFERENCE_TYPES not in self.policy.features:
            raise unsupported(REFERENCE_TYPES, f"{len(module.tables)} tables", 8)
