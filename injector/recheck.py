"""Re-check of an instrumented module: no cycle and no visible effect runs unpaid.

It shares nothing with the code that places the charges. It reads the output again and follows all
paths through each function, keeping for each point the set of loops (and the function itself)
that some path has entered without a charge since. A branch back to such a loop is an unpaid
cycle; a call, store or growth before the first charge of the function is an unpaid effect.
"""

from __future__ import annotations

from dataclasses import dataclass

from injector.leb128 import read_u32
from injector.opcodes import OPCODES

_BLOCK, _LOOP, _IF, _ELSE, _END, _BR, _BR_IF, _BR_TABLE = 2, 3, 4, 5, 11, 12, 13, 14
_CALL, _GLOBAL_SET, _PREFIX_FC = 0x10, 0x24, 0xFC
_STOPS = frozenset({0x00, 0x0F})
_ENTRY = 1  # the bit of the function itself in a set of unpaid loops

# How many integers follow an opcode.
_INTEGERS = {
    "block": 1, "br": 1, "br_if": 1, "call": 1, "call_indirect": 2, "local.get": 1,
    "local.set": 1, "local.tee": 1, "global.get": 1, "global.set": 1, "table": 1,
    "memory.size": 1, "memory.grow": 1, "i32.const": 1, "i64.const": 1, "select_typed": 2,
    "ref.null": 1, "ref.func": 1, "memory.init": 2, "data": 1, "memory.copy": 2,
    "memory.fill": 1, "table.init": 2, "elem": 1, "table.copy": 2,
}  # fmt: skip
_BYTES = {"f32.const": 4, "f64.const": 8}
_EFFECTS = (".store", "call_indirect", "memory.grow", "memory.copy", "memory.fill", "memory.init",
            "table.", "data.drop", "elem.drop")  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shape:
    integers: int
    size: int
    effect: bool


def _shape(immediate: str, mnemonic: str) -> _Shape:
    integers = 2 if immediate.startswith("memory:") else _INTEGERS.get(immediate, 0)
    effect = any(part in mnemonic for part in _EFFECTS)
    return _Shape(integers, _BYTES.get(immediate, 0), effect)


_SHAPES = {(row.prefix, row.code): _shape(row.immediate, row.mnemonic) for row in OPCODES}


@dataclass(slots=True)
class _Open:
    """An open block: its opcode, the unpaid loops at its entry and at branches to its end."""

    kind: int
    entry: int | None
    exits: int | None = None


def _join(first: int | None, second: int | None) -> int | None:
    """The union of what is unpaid on two ways to one point; None for a way that does not exist."""
    if first is None:
        return second
    return first if second is None else first | second


class Walk:
    """Follows all paths through one function body of an instrumented module.

    Attributes:
        problems: What runs unpaid, with offsets in the module.
    """

    def __init__(self, wasm: bytes, gas_global: int, helpers: range) -> None:
        self._wasm = wasm
        self._gas = gas_global
        self._helpers = helpers
        self._open: list[_Open] = []
        self._unpaid: int | None = _ENTRY
        self.problems: list[str] = []

    def function(self, position: int, end: int) -> None:
        """Follow a body whose first instruction is at `position`."""
        self._open = [_Open(0, _ENTRY)]
        self._unpaid = _ENTRY
        while position < end:
            position = self._instruction(position)

    def _instruction(self, at: int) -> int:
        code = self._wasm[at]
        position = at + 1
        prefix = None
        if code == _PREFIX_FC:
            prefix = code
            code, position = read_u32(self._wasm, position)
        shape = _SHAPES[prefix, code]
        operand = 0
        if prefix is None and code == _BR_TABLE:
            return self._br_table(at, position)
        for _ in range(shape.integers):
            operand, position = self._integer(position)
        if prefix is None:
            self._follow(at, code, operand)
        if shape.effect:
            self._effect(at)
        return position + shape.size

    def _integer(self, position: int) -> tuple[int, int]:
        """Any integer; the value is right for unsigned ones, which are all that matter."""
        value = shift = 0
        while True:
            byte = self._wasm[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, position

    def _follow(self, at: int, code: int, operand: int) -> None:
        if code in (_BLOCK, _LOOP, _IF):
            self._enter(code)
        elif code == _ELSE:
            block = self._open[-1]
            block.exits, block.kind = _join(block.exits, self._unpaid), _ELSE
            self._unpaid = block.entry
        elif code == _END:
            self._leave()
        elif code in (_BR, _BR_IF):
            self._branch(at, operand)
            if code == _BR:
                self._unpaid = None
        elif code in _STOPS:
            self._unpaid = None
        elif code == _GLOBAL_SET and operand == self._gas:
            self._unpaid = None if self._unpaid is None else 0
        elif code == _CALL and operand not in self._helpers:
            self._effect(at)

    def _enter(self, code: int) -> None:
        if code == _LOOP and self._unpaid is not None:
            self._unpaid |= 1 << len(self._open)
        self._open.append(_Open(code, self._unpaid))

    def _leave(self) -> None:
        block = self._open.pop()
        if block.kind != _LOOP:
            self._unpaid = _join(self._unpaid, block.exits)
        if block.kind == _IF:
            self._unpaid = _join(self._unpaid, block.entry)
        if self._unpaid is not None:
            self._unpaid &= (1 << max(len(self._open), 1)) - 1

    def _branch(self, at: int, depth: int) -> None:
        if self._unpaid is None:
            return
        block = self._open[-1 - depth]
        if block.kind == _LOOP:
            if self._unpaid >> (len(self._open) - 1 - depth) & 1:
                self.problems.append(f"offset {at:#x}: an unpaid cycle")
        else:
            block.exits = _join(block.exits, self._unpaid)

    def _br_table(self, at: int, position: int) -> int:
        count, position = read_u32(self._wasm, position)
        for _ in range(count + 1):
            depth, position = read_u32(self._wasm, position)
            self._branch(at, depth)
        self._unpaid = None
        return position

    def _effect(self, at: int) -> None:
        if self._unpaid is not None and self._unpaid & _ENTRY:
            self.problems.append(f"offset {at:#x}: an unpaid effect")
