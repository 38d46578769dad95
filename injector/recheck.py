"""Re-check of an instrumented module: cycles are paid and checked, no host call in debt.

It shares nothing with the code that places the charges. It reads the output again and follows all
paths through each function, keeping for each point two sets of loops (and the function itself) that
some path has entered since without a charge, and without a comparison of the counter with zero. A
branch back to such a loop is a cycle that nothing ends. A call of the host is refused where the
counter may have gone below zero since it was compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from injector.leb128 import read_u32
from injector.opcodes import OPCODES

_BLOCK, _LOOP, _IF, _ELSE, _END, _BR, _BR_IF, _BR_TABLE = 2, 3, 4, 5, 11, 12, 13, 14
_CALL, _CALL_INDIRECT, _PREFIX_FC = 0x10, 0x11, 0xFC
_LOCAL_GET, _LOCAL_SET, _LOCAL_TEE, _GLOBAL_GET, _GLOBAL_SET = range(0x20, 0x25)
_I64_CONST, _I64_LT_S, _I64_SUB = 0x42, 0x53, 0x7D
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


@dataclass(frozen=True, slots=True)
class _Shape:
    integers: int
    size: int


def _shape(immediate: str) -> _Shape:
    integers = 2 if immediate.startswith("memory:") else _INTEGERS.get(immediate, 0)
    return _Shape(integers, _BYTES.get(immediate, 0))


_SHAPES = {(row.prefix, row.code): _shape(row.immediate) for row in OPCODES}


class _State(NamedTuple):
    """Loops entered since the last charge and the last comparison, as bits by their depth.

    Bit 0 of `unchecked` says that the counter may have gone below zero since it was compared.
    """

    unpaid: int
    unchecked: int


@dataclass(slots=True)
class _Open:
    """An open block: its opcode, the state at its entry and at branches to its end."""

    kind: int
    entry: _State | None
    exits: _State | None = None


def _join(first: _State | None, second: _State | None) -> _State | None:
    """The union over two ways to one point; None for a way that does not exist."""
    if first is None:
        return second
    if second is None:
        return first
    return _State(first.unpaid | second.unpaid, first.unchecked | second.unchecked)


class Walk:
    """Follows all paths through one function body of an instrumented module.

    Attributes:
        problems: What runs unpaid or unchecked, with offsets in the module.
    """

    def __init__(self, wasm: bytes, gas_global: int, imports: int, helpers: range) -> None:
        self._wasm = wasm
        self._gas = gas_global
        self._imports = imports
        self._helpers = helpers
        self._copy: int | None = None
        self._recent: list[tuple[int, int]] = []
        self._open: list[_Open] = []
        self._state: _State | None = None
        self.problems: list[str] = []

    def function(self, position: int, end: int) -> None:
        """Follow a body whose first instruction is at `position`."""
        self._state = _State(_ENTRY, _ENTRY)
        self._open = [_Open(0, self._state)]
        self._copy = None
        self._recent = [(0, 0)] * 3
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
            self._count(at, code, operand)
            self._follow(at, code, operand)
            self._recent = [*self._recent[1:], (code, operand)]
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

    def _count(self, at: int, code: int, operand: int) -> None:
        """Notice charges, comparisons and calls."""
        if code == _LOCAL_SET and self._recent[-1] == (_GLOBAL_GET, self._gas):
            self._copy = operand
        if self._state is None:
            return
        if self._is_counter(code, operand) and self._recent[-1][0] == _I64_SUB:
            self._state = _State(0, self._state.unchecked | _ENTRY)
        elif code == _BR_IF and self._compares():
            self._state = _State(self._state.unpaid, 0)
        elif code == _CALL_INDIRECT or (code == _CALL and operand < self._imports):
            if self._state.unchecked & _ENTRY:
                self.problems.append(f"offset {at:#x}: the host is called in debt")
        elif code == _CALL and operand not in self._helpers:
            self._state = _State(self._state.unpaid, self._state.unchecked | _ENTRY)

    def _is_counter(self, code: int, operand: int) -> bool:
        """Whether an instruction sets the counter or its copy."""
        if code == _GLOBAL_SET:
            return operand == self._gas
        return code in (_LOCAL_SET, _LOCAL_TEE) and operand == self._copy

    def _compares(self) -> bool:
        """Whether the last instructions compare the counter with zero."""
        source, zero, compare = self._recent
        counter = source == (_GLOBAL_GET, self._gas) or (
            source[0] in (_LOCAL_GET, _LOCAL_TEE) and source[1] == self._copy
        )
        return counter and zero == (_I64_CONST, 0) and compare[0] == _I64_LT_S

    def _follow(self, at: int, code: int, operand: int) -> None:
        """Follow control."""
        if code in (_BLOCK, _LOOP, _IF):
            self._enter(code)
        elif code == _ELSE:
            block = self._open[-1]
            block.exits, block.kind = _join(block.exits, self._state), _ELSE
            self._state = block.entry
        elif code == _END:
            self._leave()
        elif code in (_BR, _BR_IF):
            self._branch(at, operand)
            if code == _BR:
                self._state = None
        elif code in _STOPS:
            self._state = None

    def _enter(self, code: int) -> None:
        if code == _LOOP and self._state is not None:
            bit = 1 << len(self._open)
            self._state = _State(self._state.unpaid | bit, self._state.unchecked | bit)
        self._open.append(_Open(code, self._state))

    def _leave(self) -> None:
        block = self._open.pop()
        if block.kind != _LOOP:
            self._state = _join(self._state, block.exits)
        if block.kind == _IF:
            self._state = _join(self._state, block.entry)
        if self._state is not None:
            mask = (1 << max(len(self._open), 1)) - 1
            self._state = _State(self._state.unpaid & mask, self._state.unchecked & mask)

    def _branch(self, at: int, depth: int) -> None:
        if self._state is None:
            return
        block = self._open[-1 - depth]
        if block.kind != _LOOP:
            block.exits = _join(block.exits, self._state)
            return
        place = len(self._open) - 1 - depth
        if self._state.unpaid >> place & 1:
            self.problems.append(f"offset {at:#x}: an unpaid cycle")
        if self._state.unchecked >> place & 1:
            self.problems.append(f"offset {at:#x}: a cycle without a check")

    def _br_table(self, at: int, position: int) -> int:
        count, position = read_u32(self._wasm, position)
        for _ in range(count + 1):
            depth, position = read_u32(self._wasm, position)
            self._branch(at, depth)
        self._state = None
        return position
