"""Element segments, in all eight encodings."""

from __future__ import annotations

from typing import Final

from injector.const_expr import read_const_expr, read_function_reference
from injector.errors import Invalid
from injector.module import Module
from injector.opcodes import FUNCREF, I32, TYPE_NAMES
from injector.reader import Reader
from injector.types import Gate

# Bits of the flags of a segment.
_NOT_ACTIVE: Final = 1
_EXPLICIT: Final = 2  # active: a table index follows; not active: the segment is only declarative
_EXPRESSIONS: Final = 4


def read_element(reader: Reader, module: Module, gate: Gate, most: int) -> int:
    """Read and validate one element segment, at most `most` entries long.

    Returns:
        The number of its entries.

    Raises:
        Invalid: Malformed, of the wrong type, or too long.
    """
    at = reader.position
    flags = reader.u32()
    if flags > 7:
        raise Invalid(f"element segment flags {flags}", "malformed: not 0 to 7", offset=at)
    table = None
    if not flags & _NOT_ACTIVE:
        table = reader.u32() if flags & _EXPLICIT else 0
        if table >= len(module.tables):
            raise Invalid(f"table {table}", "invalid: no such table", offset=at)
        read_const_expr(reader, module, I32, gate)
    kind = FUNCREF
    if flags & (_NOT_ACTIVE | _EXPLICIT):
        kind = gate.element_type(reader) if flags & _EXPRESSIONS else _element_kind(reader)
    if table is not None and module.tables[table].element != kind:
        raise Invalid("element segment", f"invalid: {TYPE_NAMES[kind]} in this table", offset=at)
    count = reader.count("element entries", most)
    for _ in range(count):
        if flags & _EXPRESSIONS:
            read_const_expr(reader, module, kind, gate)
        else:
            read_function_reference(reader, module)
    module.element_types.append(kind)
    return count


def _element_kind(reader: Reader) -> int:
    at = reader.position
    if reader.byte() != 0:
        raise Invalid("element kind", "malformed: only functions", offset=at)
    return FUNCREF
