"""The `name` custom section: read for messages, kept in the output with the added functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from injector import leb128
from injector.errors import Invalid
from injector.module import CUSTOM, Module
from injector.reader import Reader

SECTION: Final = "name"
_MODULE: Final = 0
_FUNCTIONS: Final = 1
_LOCALS: Final = 2
_LABELS: Final = 3
_PLAIN_MAPS: Final = frozenset({4, 5, 6, 7, 8, 9})  # types, tables, memories, globals, segments
_MOST: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Names:
    """A well-formed name section.

    Attributes:
        functions: Function names by index.
        locals: For each function index the names of its locals by index.
        others: Payloads of the other subsections that stay right, by their number. Label names
            do not: added blocks shift the numbers of labels.
    """

    functions: dict[int, str]
    locals: dict[int, dict[int, str]]
    others: dict[int, bytes]

    def encode(self) -> bytes:
        """The payload of the section."""
        parts = dict(self.others)
        if self.locals:
            parts[_LOCALS] = _vector(
                [leb128.unsigned(f) + _encode_map(self.locals[f]) for f in sorted(self.locals)]
            )
        parts[_FUNCTIONS] = _encode_map(self.functions)
        return b"".join(bytes([kind]) + leb128.sized(parts[kind]) for kind in sorted(parts))


def read_names(module: Module) -> Names | None:
    """The names of the module's functions; None without a well-formed name section."""
    sections = [s for s in module.sections if s.kind == CUSTOM and s.name == SECTION]
    if len(sections) != 1:
        return None
    section = sections[0]
    try:
        return _read(Reader(module.wasm, section.start, section.end), len(module.functions))
    except Invalid:
        return None


def _read(reader: Reader, functions: int) -> Names:
    names: dict[int, str] = {}
    locals_: dict[int, dict[int, str]] = {}
    others: dict[int, bytes] = {}
    last = -1
    while reader.left:
        kind = reader.byte()
        if kind <= last:
            raise Invalid("name subsection", "out of order")
        last = kind
        size = reader.u32()
        start = reader.position
        payload = reader.take(size)
        part = Reader(reader.data, start, reader.position)
        if kind == _FUNCTIONS:
            names = _name_map(part, functions)
        elif kind == _MODULE:
            part.name()
            others[kind] = payload
        elif kind == _LOCALS:
            locals_ = _indirect_name_map(part, functions)
        elif kind in _PLAIN_MAPS:
            _name_map(part, _MOST)
            others[kind] = payload
        else:
            continue
        part.finish("name subsection")
    return Names(names, locals_, others)


def _name_map(reader: Reader, most: int) -> dict[int, str]:
    names: dict[int, str] = {}
    last = -1
    for _ in range(reader.count("names", _MOST)):
        index = reader.u32()
        if not last < index < most:
            raise Invalid("name map", "out of order or out of range")
        last = index
        names[index] = reader.name()
    return names


def _indirect_name_map(reader: Reader, most: int) -> dict[int, dict[int, str]]:
    entries = {}
    last = -1
    for _ in range(reader.count("names", _MOST)):
        index = reader.u32()
        if not last < index < most:
            raise Invalid("name map", "out of order or out of range")
        last = index
        entries[index] = _name_map(reader, _MOST)
    return entries


def _encode_map(names: dict[int, str]) -> bytes:
    return _vector([leb128.unsigned(i) + leb128.sized(names[i].encode()) for i in sorted(names)])


def _vector(entries: list[bytes]) -> bytes:
    return leb128.unsigned(len(entries)) + b"".join(entries)
