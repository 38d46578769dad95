"""Cutting validated code into instructions, without looking at what they mean."""

from __future__ import annotations

from typing import NamedTuple

from injector.leb128 import read_u32
from injector.opcodes import OPCODES

_PREFIX_FC, _BR_TABLE = 0xFC, 0x0E
_NONE = frozenset({"", "nop", "drop", "select", "ref.is_null", "unreachable", "else", "end",
                   "return", "f32.const", "f64.const"})  # fmt: skip
_TWO = frozenset(
    {"call_indirect", "select_typed", "memory.init", "memory.copy", "table.init", "table.copy"}
)


def _integers(immediate: str) -> int:
    """How many integers follow an instruction."""
    if immediate in _NONE:
        return 0
    return 2 if immediate in _TWO or immediate.startswith("memory:") else 1


INTEGERS = [0] * 256
"""How many integers follow an opcode without prefix; `br_table` has a rule of its own."""

PREFIXED_INTEGERS: dict[int, int] = {}
"""The same for opcodes after 0xFC."""

for _row in OPCODES:
    if _row.prefix is None:
        INTEGERS[_row.code] = _integers(_row.immediate)
    else:
        PREFIXED_INTEGERS[_row.code] = _integers(_row.immediate)

FLOAT_BYTES = {0x43: 4, 0x44: 8}
"""Bytes that follow `f32.const` and `f64.const`."""


class Instruction(NamedTuple):
    """One instruction: its opcode (or prefix), its first integer, and where it stands.

    The integer is read as unsigned; it is right for indices.
    """

    code: int
    operand: int
    start: int
    end: int


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


def scan(code: bytes, start: int, end: int) -> list[Instruction]:
    """The instructions of a run of code."""
    instructions = []
    position = start
    while position < end:
        at, opcode = position, code[position]
        operand = 0
        position += 1
        count = INTEGERS[opcode]
        if opcode == _PREFIX_FC:
            number, position = read_u32(code, position)
            count = PREFIXED_INTEGERS[number]
        elif opcode == _BR_TABLE:
            targets, position = read_u32(code, position)
            count = targets + 1
        if count:
            operand, position = read_integer(code, position)
            position = skip_integers(code, position, count - 1)
        position += FLOAT_BYTES.get(opcode, 0)
        instructions.append(Instruction(opcode, operand, at, position))
    return instructions
