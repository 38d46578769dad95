"""Cutting validated code into instructions, without looking at what they mean."""

from __future__ import annotations

from typing import Final

from injector.codes import BR_TABLE, F32_CONST, F64_CONST, PREFIX_FC
from injector.leb128 import read_u32
from injector.opcodes import OPCODES

_NONE: Final = frozenset({"", "nop", "drop", "select", "ref.is_null", "unreachable", "else", "end",
                   "return"})  # fmt: skip
_TWO: Final = frozenset(
    {"call_indirect", "select_typed", "memory.init", "memory.copy", "table.init", "table.copy"}
)


def _integers(immediate: str) -> int:
    """How many integers follow an instruction."""
    if immediate in _NONE:
        return 0
    return 2 if immediate in _TWO or immediate.startswith("memory:") else 1


INTEGERS: Final = [0] * 256
"""How many integers follow an opcode; above 2 for instructions of another form."""

PREFIXED_INTEGERS: dict[int, int] = {}
"""The same for opcodes after 0xFC."""

for _row in OPCODES:
    if _row.prefix is None:
        INTEGERS[_row.code] = _integers(_row.immediate)
    else:
        PREFIXED_INTEGERS[_row.code] = _integers(_row.immediate)

_MOST_INTEGERS: Final = 2
for _code in (PREFIX_FC, BR_TABLE, F32_CONST, F64_CONST):
    INTEGERS[_code] = _MOST_INTEGERS + 1

FLOAT_BYTES: Final = {F32_CONST: 4, F64_CONST: 8}
"""Bytes that follow `f32.const` and `f64.const`."""


def read_integer(code: bytes, position: int) -> tuple[int, int]:
    """Any integer, read as unsigned, and the position after it."""
    value = shift = 0
    while True:
        byte = code[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position


def skip_integers(code: bytes, position: int, count: int) -> int:
    """The position after that many integers."""
    for _ in range(count):
        while code[position] >= 0x80:
            position += 1
        position += 1
    return position


def scan(code: bytes, start: int, end: int) -> list[int]:
    """Where the instructions of a run of code start, and at last where it ends."""
    starts = []
    position = start
    while position < end:
        starts.append(position)
        count = INTEGERS[code[position]]
        position += 1
        if count > _MOST_INTEGERS:
            position = _skip_other(code, position)
            continue
        while count:
            while code[position] >= 0x80:
                position += 1
            position += 1
            count -= 1
    starts.append(end)
    return starts


def _skip_other(code: bytes, position: int) -> int:
    """The position after an instruction of another form whose first byte ends at `position`."""
    opcode = code[position - 1]
    if opcode in FLOAT_BYTES:
        return position + FLOAT_BYTES[opcode]
    number, position = read_u32(code, position)
    if opcode == PREFIX_FC:
        return skip_integers(code, position, PREFIXED_INTEGERS[number])
    return skip_integers(code, position, number + 1)  # br_table: its targets and the default
