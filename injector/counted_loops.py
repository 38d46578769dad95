"""Loops whose number of turns is known before they start, so that one charge pays for all.

Such a loop is a single block that ends with

    local.get i, i32.const step, i32.add, local.tee i, [bound, i32.ne,] br_if 0

where `bound` is a constant or a local that the loop does not set, `i` is set nowhere else, and a
missing bound is 0 (the bound may also stand before the sum). It turns until `i` equals the bound:
with d = bound - i before the loop and step = 2^k q, q odd, the smallest t >= 1 with t step = d
modulo 2^32 is (d / 2^k) q^-1 modulo 2^(32-k), where 0 stands for 2^(32-k), if 2^k divides d. If it
does not, the loop never ends unless by a trap, and either way the frame fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from injector import codes
from injector.charges import (
    BR_IF,
    I32_AND,
    I32_MUL,
    I32_SHR_U,
    I32_SUB,
    I64_EXTEND_U,
    I64_MUL,
    LOCAL_GET,
    LOCAL_TEE,
    const32,
    const64,
    local,
)
from injector.leb128 import read_signed
from injector.scan import read_integer, scan

HIGHEST_COST: Final = 1 << 29
"""Of one turn: 2^32 turns of it stay far below 2^63."""

_SUM: Final = [codes.LOCAL_GET, codes.I32_CONST, codes.I32_ADD, codes.LOCAL_TEE]
_SETS: Final = frozenset({codes.LOCAL_SET, codes.LOCAL_TEE})
# Instructions after which something else than the next one may follow, or that open a part.
_LEAVES: Final = frozenset(
    {codes.UNREACHABLE, codes.LOOP, codes.IF, codes.BR, codes.BR_IF, codes.BR_TABLE, codes.RETURN,
     codes.CALL, codes.CALL_INDIRECT}
)  # fmt: skip
_BOUNDS: Final = (codes.LOCAL_GET, codes.I32_CONST)


@dataclass(frozen=True, slots=True)
class CountedLoop:
    """A loop with a known number of turns.

    Attributes:
        counter: Index of the local that is counted.
        step: What is added each turn, not 0 modulo 2^32.
        bound: Code that puts the bound on the stack.
        bound_local: Index of the local that is the bound, or None.
    """

    counter: int
    step: int
    bound: bytes
    bound_local: int | None

    def renamed(self, new_index: Callable[[int], int]) -> CountedLoop:
        """The same loop after its locals were renumbered."""
        if self.bound_local is None:
            return replace(self, counter=new_index(self.counter))
        bound = new_index(self.bound_local)
        return CountedLoop(new_index(self.counter), self.step, local(LOCAL_GET, bound), bound)

    def charge_turns_but_one(self, cost: int, scratch: int, never: int) -> bytes:
        """Code that puts the cost of all turns but the first on the stack, as an i64.

        Args:
            cost: Of one turn.
            scratch: Index of an i32 local to use.
            never: The label to go to if the loop would never end.
        """
        step = self.step - (1 << 32) if self.step >> 31 else self.step
        counter = local(LOCAL_GET, self.counter)
        code = self.bound + counter if step > 0 else counter + self.bound
        code += I32_SUB
        size = abs(step)
        shift = (size & -size).bit_length() - 1
        if shift:
            rest = const32((1 << shift) - 1)
            code += local(LOCAL_TEE, scratch) + rest + I32_AND + local(BR_IF, never)
            code += local(LOCAL_GET, scratch) + const32(shift) + I32_SHR_U
        if size >> shift != 1:
            inverse = pow(size >> shift, -1, 1 << 32)
            code += const32(inverse - (1 << 32) if inverse >> 31 else inverse) + I32_MUL
        code += const32(1) + I32_SUB
        if shift:
            code += const32((1 << (32 - shift)) - 1) + I32_AND
        return code + I64_EXTEND_U + const64(cost) + I64_MUL


def find_counted_loop(code: bytes, start: int, end: int) -> CountedLoop | None:
    """The counted loop whose code up to its last branch is `code[start:end]`.

    Returns:
        The loop; None if it is not one, or if anything in it may leave the straight way.
    """
    starts = scan(code, start, end)
    found = _match(code, starts)
    if found is None:
        return None
    sets = 0
    for at in starts[:-2]:
        opcode = code[at]
        if opcode in _SETS:
            index = read_integer(code, at + 1)[0]
            sets += index == found.counter
            if index == found.bound_local:
                return None
        elif opcode in _LEAVES:
            return None
    return found if sets == 1 else None


def _match(code: bytes, starts: list[int]) -> CountedLoop | None:
    """Match the end of the block with the three forms, whatever else it does."""
    opcodes = [code[at] for at in starts[-8:-1]]
    if opcodes[-1:] != [codes.BR_IF]:
        return None
    if opcodes[-5:-1] == _SUM:
        return _counted(code, starts[-6:-2], None)
    if opcodes[-2] != codes.I32_NE:
        return None
    if opcodes[-7:-3] == _SUM and opcodes[-3] in _BOUNDS:
        return _counted(code, starts[-8:-4], code[starts[-4] : starts[-3]])
    if opcodes[-6:-2] == _SUM and len(opcodes) == 7 and opcodes[0] in _BOUNDS:
        return _counted(code, starts[-7:-3], code[starts[-8] : starts[-7]])
    return None


def _counted(code: bytes, summing: list[int], bound: bytes | None) -> CountedLoop | None:
    """The loop of four instructions that add to the counter, and of the code of its bound."""
    counter = read_integer(code, summing[0] + 1)[0]
    step = read_signed(code, summing[1] + 1, 32)[0] % (1 << 32)
    if counter != read_integer(code, summing[3] + 1)[0] or not step:
        return None
    if bound is None:
        return CountedLoop(counter, step, const32(0), None)
    if bound[0] == codes.I32_CONST:
        return CountedLoop(counter, step, bound, None)
    index = read_integer(bound, 1)[0]
    return None if index == counter else CountedLoop(counter, step, bound, index)
