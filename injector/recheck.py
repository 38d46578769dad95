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

from injector.counted_loops import find_counted_loop
from injector.leb128 import read_u32
from injector.opcodes import OPCODES
from injector.scan import (
    FLOAT_BYTES,
    INTEGERS,
    PREFIXED_INTEGERS,
    read_integer,
    skip_integers,
)

_BLOCK, _LOOP, _IF, _ELSE, _END, _BR, _BR_IF, _BR_TABLE = 2, 3, 4, 5, 11, 12, 13, 14
_CALL, _CALL_INDIRECT, _PREFIX_FC = 0x10, 0x11, 0xFC
_LOCAL_GET, _LOCAL_SET, _LOCAL_TEE, _GLOBAL_GET, _GLOBAL_SET = range(0x20, 0x25)
_I64_LT_S, _I64_SUB, _I64_MUL, _I64_OR = 0x53, 0x7D, 0x7E, 0x84
_STOPS = frozenset({0x00, 0x0F})
_BARE = frozenset({0x00, 0x05, 0x0B, 0x0F})  # unreachable, else, end, return
_ENTRY = 1  # the bit of the function itself in a set of unpaid loops

_SPECIAL = 3  # more integers than any instruction has
_FOLLOWED = frozenset({
    "unreachable", "block", "else", "end", "br", "br_if", "br_table", "return", "call",
    "call_indirect", "f32.const", "f64.const",
})  # fmt: skip
_KINDS = list(INTEGERS)
_KINDS[_PREFIX_FC] = _SPECIAL
for _row in OPCODES:
    if _row.prefix is None and _row.immediate in _FOLLOWED:
        _KINDS[_row.code] = _SPECIAL

_SETS = 4
_BEFORE_SETS = frozenset({_GLOBAL_GET, _I64_SUB})  # else it has nothing to do with the counter
for _code in (_LOCAL_SET, _LOCAL_TEE, _GLOBAL_SET):
    _KINDS[_code] = _SETS


class RecheckError(RuntimeError):
    """The injector wrote a module that is not safe: an error of the injector, not of its input."""


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
    prepaid_from: int | None = None  # for a loop paid before it starts: where its code starts
    exits: _State | None = None


def _join(first: _State | None, second: _State | None) -> _State | None:
    """The union over two ways to one point; None for a way that does not exist."""
    if first is None:
        return second
    if second is None:
        return first
    return _State(first.unpaid | second.unpaid, first.unchecked | second.unchecked)


class Walk:
    """Follows all paths through the functions of an instrumented module, one by one.

    Attributes:
        problems: What runs unpaid or unchecked, with offsets in the body.
    """

    def __init__(self, gas_global: int | None, imports: int, helpers: int) -> None:
        """Prepare for the functions of one module.

        Args:
            gas_global: Index of the counter; None if gas is charged by calling the last import.
            imports: Number of imported functions of the output.
            helpers: Index of the first helper of the output.
        """
        self._gas = -1 if gas_global is None else gas_global
        self._use_gas = imports - 1 if gas_global is None else -1
        self._imports = imports
        self._helpers = helpers
        self._copy = -1
        self._code = b""
        self._turns_paid = False
        self._compared_at = -1
        self._starts: list[int] = []
        self._open: list[_Open] = []
        self._state: _State | None = None
        self.problems: list[str] = []

    def function(self, code: bytes, position: int) -> None:
        """Follow a body, given with its size, whose first instruction is at `position`."""
        self._code = code
        self._state = _State(_ENTRY, _ENTRY)
        self._open = [_Open(0, self._state)]
        self._copy = self._compared_at = -1
        self._turns_paid = False
        starts = self._starts = [0] * 4
        end = len(code)
        while position < end:
            kind = _KINDS[code[position]]
            starts.append(position)
            position += 1
            if kind == _SETS and code[starts[-2]] not in _BEFORE_SETS:
                position = skip_integers(code, position, 1)
            elif kind >= _SPECIAL:
                position = self._special(position - 1)
            elif kind == 1 and code[position] < 0x80:
                position += 1
            elif kind:
                position = skip_integers(code, position, kind)

    def _special(self, at: int) -> int:
        """Follow an instruction that matters; returns the position after it."""
        code = self._code[at]
        if code in FLOAT_BYTES:
            return at + 1 + FLOAT_BYTES[code]
        if code == _BR_TABLE:
            return self._br_table(at)
        if code == _PREFIX_FC:
            number, position = read_u32(self._code, at + 1)
            return skip_integers(self._code, position, PREFIXED_INTEGERS[number])
        operand, position = 0, at + 1
        if code not in _BARE:
            operand, position = read_integer(self._code, position)
        if self._state is not None:
            self._count(at, code, operand)
        self._follow(at, code, operand)
        return position + (
            code == _CALL_INDIRECT and skip_integers(self._code, position, 1) - position
        )

    def _count(self, at: int, code: int, operand: int) -> None:
        """Notice charges, comparisons and calls in live code."""
        state = self._state or _State(0, 0)
        if code == _LOCAL_SET and self._reads_global(self._starts[-2]):
            self._copy = operand
        elif self._sets_counter(code, operand):
            if self._code[self._starts[-2]] == _I64_SUB:
                self._turns_paid = self._code[self._starts[-3]] == _I64_MUL
                self._state = _State(0, state.unchecked | _ENTRY)
        elif code == _BR_IF and self._compares():
            self._compared_at = at
            self._state = _State(state.unpaid, 0)
        elif code == _CALL and operand == self._use_gas:
            self._state = _State(0, 0)
        elif code == _CALL_INDIRECT or (code == _CALL and operand < self._imports):
            if state.unchecked & _ENTRY and self._use_gas < 0:
                self.problems.append(f"offset {at:#x}: the host is called in debt")
        elif code == _CALL and operand < self._helpers:
            self._state = _State(state.unpaid, state.unchecked | _ENTRY)

    def _reads_global(self, at: int) -> bool:
        code = self._code
        return code[at] == _GLOBAL_GET and read_integer(code, at + 1)[0] == self._gas

    def _sets_counter(self, code: int, operand: int) -> bool:
        """Whether an instruction sets the counter or its copy."""
        if code == _GLOBAL_SET:
            return operand == self._gas
        return code in (_LOCAL_SET, _LOCAL_TEE) and operand == self._copy

    def _compares(self) -> bool:
        """Whether the instructions before compare the counter with zero."""
        code = self._code
        before, source, zero, compare = self._starts[-5:-1]
        if code[source] == _I64_OR:
            source = before
        local = code[source] in (_LOCAL_GET, _LOCAL_TEE)
        counter = self._reads_global(source) or (
            local and read_integer(code, source + 1)[0] == self._copy
        )
        return counter and code[zero : zero + 2] == b"\x42\0" and code[compare] == _I64_LT_S

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
        if code == _LOOP and self._turns_paid and self._starts[-2] == self._compared_at:
            self._open[-1].prepaid_from = skip_integers(self._code, self._starts[-1] + 1, 1)

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
        if block.prepaid_from is not None and self._ends_counted_loop(block.prepaid_from, at):
            return
        place = len(self._open) - 1 - depth
        if self._state.unpaid >> place & 1:
            self.problems.append(f"offset {at:#x}: an unpaid cycle")
        if self._state.unchecked >> place & 1:
            self.problems.append(f"offset {at:#x}: a cycle without a check")

    def _ends_counted_loop(self, start: int, at: int) -> bool:
        """Whether the branch at an offset ends a loop that turns a known number of times."""
        end = skip_integers(self._code, at + 1, 1)
        return find_counted_loop(self._code, start, end) is not None

    def _br_table(self, at: int) -> int:
        count, position = read_u32(self._code, at + 1)
        depths = set()
        for _ in range(count + 1):
            depth, position = read_u32(self._code, position)
            depths.add(depth)
        for depth in sorted(depths):
            self._branch(at, depth)
        self._state = None
        return position


def skip_locals(body: bytes) -> int:
    """The position of the first instruction of a body that is given with its size."""
    position = skip_integers(body, 0, 1)
    groups, position = read_u32(body, position)
    for _ in range(groups):
        position = skip_integers(body, position, 1) + 1
    return position
