"""The `name` custom section: read for messages, kept in the output with the added functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from injector import leb128
from injector.errors import Invalid
from injector.module import CUSTOM, Module
from injector.reader import Reader

SECTION = "name"
_MODULE, _FUNCTIONS, _LOCALS, _LABELS = 0, 1, 2, 3
_PLAIN_MAPS = frozenset({4, 5, 6, 7, 8, 9})  # types, tables, memories, globals, segments
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class Names:
    """A well-formed name section.

    Attributes:
        functions: Function names by index, in the order of the indices.
        locals: For each function index the name map of its locals, as bytes; None if missing.
        others: Payloads of the other subsections that stay right, by their number. Label names
            do not: added blocks shift the numbers of labels.
    """

    functions: dict[int, str]
    locals: list[tuple[int, bytes]] | None
    others: dict[int, bytes]

    def encode(self, added: dict[int, str], index_of: Callable[[int], int]) -> bytes:
        """The payload for the output.

        Args:
            added: Names of added functions by their index in the output.
            index_of: Gives the index in the output of a function of the module.
        """
        names = {index_of(index): name for index, name in self.functions.items()} | added
        entries = [
            leb128.unsigned(index) + leb128.sized(names[index].encode()) for index in sorted(names)
        ]
        parts = dict(self.others)
        if self.locals is not None:
            parts[_LOCALS] = _vector(
                [leb128.unsigned(index_of(f)) + names_ for f, names_ in self.locals]
            )
        parts[_FUNCTIONS] = _vector(entries)
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
    locals_: list[tuple[int, bytes]] | None = None
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


def _indirect_name_map(reader: Reader, most: int) -> list[tuple[int, bytes]]:
    entries = []
    last = -1
    for _ in range(reader.count("names", _MOST)):
        index = reader.u32()
        if not last < index < most:
            raise Invalid("name map", "out of order or out of range")
        last = index
        start = reader.position
        _name_map(reader, _MOST)
        entries.append((index, reader.data[start : reader.position]))
    return entries


def _vector(entries: list[bytes]) -> bytes:
    return leb128.unsigned(len(entries)) + b"".join(entries)
