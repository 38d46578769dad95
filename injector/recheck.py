"""Re-check of an instrumented module: cycles are paid and checked, no host call in debt.

It shares nothing with the code that places the charges. It reads the output again and follows all
paths through each function, keeping for each point two sets of loops (and the function itself) that
some path has entered since without a charge, and without a comparison of the counter with zero. A
branch back to such a loop is a cycle that nothing ends. A call of the host is refused where the
counter may have gone below zero since it was compared.

Most instructions have nothing to do with any of this; `injector/counter_code.py` finds the others,
and knows those that work on the counter by the few instructions that the injector writes for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from injector.codes import (
    BLOCK,
    BR,
    BR_IF,
    BR_TABLE,
    CALL,
    CALL_INDIRECT,
    ELSE,
    END,
    GLOBAL_SET,
    I64_CONST,
    IF,
    LOCAL_SET,
    LOCAL_TEE,
    LOOP,
    PREFIX_FC,
    RETURN,
    UNREACHABLE,
)
from injector.counted_loops import find_counted_loop
from injector.counter_code import (
    CHARGED,
    COMPARED,
    FOLLOW,
    FOLLOWED,
    IS_COMPILED,
    KINDS,
    MOVED,
    NO_INDEX,
    ByteReader,
    Found,
    PatternReader,
)
from injector.leb128 import read_u32
from injector.scan import PREFIXED_INTEGERS, read_integer, skip_integers

_ENTRY: Final = 1  # the bit of the function itself in a set of unpaid loops
_DEAD: Final = -1  # stands for the sets of a point that no path leads to
_NOWHERE: Final = -1  # stands for an offset


class _Open:
    """An open block: its opcode, and the two sets at its entry and at branches to its end."""

    __slots__ = ("exits_unchecked", "exits_unpaid", "kind", "prepaid_from", "unchecked", "unpaid")

    def __init__(self, kind: int, unpaid: int, unchecked: int) -> None:
        self.kind = kind
        self.unpaid = unpaid
        self.unchecked = unchecked
        self.prepaid_from = _NOWHERE  # for a loop paid before it starts: where its code starts
        self.exits_unpaid = _DEAD
        self.exits_unchecked = _DEAD

    def join(self, unpaid: int, unchecked: int) -> None:
        """Add a way to the end."""
        if self.exits_unpaid == _DEAD:
            self.exits_unpaid, self.exits_unchecked = unpaid, unchecked
        elif unpaid != _DEAD:
            self.exits_unpaid |= unpaid
            self.exits_unchecked |= unchecked


class Walk:
    """Follows all paths through the functions of an instrumented module, one by one.

    The sets of the current point are bits by the depth of the loop. Bit 0 of `_unchecked` says that
    the counter may have gone below zero since it was compared. In code that nothing leads to both
    are `_DEAD`.

    Attributes:
        problems: What runs unpaid or unchecked, with offsets in the body.
    """

    def __init__(
        self,
        gas_global: int | None,
        imports: int,
        helpers: int,
        host: frozenset[int] = frozenset(),
        reader: type[ByteReader] = ByteReader if IS_COMPILED else PatternReader,
    ) -> None:
        """Prepare for the functions of one module.

        Args:
            gas_global: Index of the counter; None if gas is charged by calling the last import.
            imports: Number of imported functions of the output.
            helpers: Index of the first helper of the output.
            host: Functions of a runtime, which stand for imports.
            reader: What finds the instructions that matter; both find the same.
        """
        self._gas = NO_INDEX if gas_global is None else gas_global
        self._use_gas = imports - 1 if gas_global is None else NO_INDEX
        self._imports = imports
        self._helpers = helpers
        self._host = host
        self._reader = reader(self._gas)
        self._code = b""
        self._turns_paid_at = self._compared_at = _NOWHERE
        self._open: list[_Open] = []
        self._unpaid = self._unchecked = _DEAD
        self._followers: dict[int, Callable[[int], int]] = {
            UNREACHABLE: self._stop, BLOCK: self._enter, LOOP: self._loop, IF: self._enter,
            ELSE: self._else, END: self._end, BR: self._br, BR_IF: self._br_if,
            BR_TABLE: self._br_table, RETURN: self._stop, CALL: self._call,
            CALL_INDIRECT: self._call_indirect, PREFIX_FC: self._prefixed,
            GLOBAL_SET: self._set_global,
        }  # fmt: skip
        self.problems: list[str] = []

    def function(self, code: bytes, position: int) -> None:
        """Follow a body, given with its size, whose first instruction is at `position`."""
        self._code = code
        self._turns_paid_at = self._compared_at = _NOWHERE
        self._unpaid = self._unchecked = _ENTRY
        self._open = [_Open(0, _ENTRY, _ENTRY)]
        followers, reader, kinds, end = self._followers, self._reader, KINDS, len(code)
        reader.start(code)
        while position < end:
            opcode = code[position]
            if kinds[opcode] != FOLLOWED:
                found = reader.find(position)
                if found[0] != FOLLOW:
                    position = self._access(found)
                    continue
                position = found[1]
                if position >= end:
                    break
                opcode = code[position]
            # The most frequent ones directly: a call of a method that is looked up takes longer.
            if opcode == END:
                position = self._end(position)
            elif opcode == CALL:
                position = self._call(position)
            else:
                position = followers[opcode](position)

    def _problem(self, at: int, what: str) -> None:
        self.problems.append(f"offset {at:#x}: {what}")

    def _after(self, at: int) -> int:
        """The position after an instruction with one integer."""
        code = self._code
        at += 1
        while code[at] >= 0x80:
            at += 1
        return at + 1

    # The counter

    def _access(self, found: Found) -> int:
        """A charge, a comparison, or a move of the counter."""
        form, at, middle, end = found
        if form == COMPARED:
            return self._compared(at, middle)
        if form == MOVED:
            return self._moved(middle, end)
        if form == CHARGED:
            cost_end = middle - 2  # before the `i64.sub`
            is_nothing = self._code[cost_end] == 0 and self._code[cost_end - 1] == I64_CONST
            if is_nothing or self._code[cost_end] & 0x40:
                self._problem(at, "a charge of nothing")
            return self._charged(middle, end)
        self._turns_paid_at = self._charged(middle, end)
        return self._turns_paid_at

    def _moved(self, store: int, end: int) -> int:
        """The counter is read and set: it has a copy in a local now, or is the copy's again."""
        index = read_integer(self._code, store + 1)[0]
        if self._code[store] == LOCAL_SET:
            self._reader.copied_to(index)
            return end
        return end if index == self._gas else store

    def _charged(self, store: int, end: int) -> int:
        """The counter is charged by a store; what `local.tee` leaves may be compared."""
        if self._unpaid != _DEAD:
            self._unpaid = 0
            self._unchecked |= _ENTRY
        return store if self._code[store] == LOCAL_TEE else end

    def _compared(self, at: int, branch: int) -> int:
        """The counter is compared with zero; who goes on has gas."""
        position = self._br_if(branch)
        if self._unpaid != _DEAD:
            self._unchecked = 0
        if at == self._turns_paid_at:
            self._compared_at = position
        return position

    def _set_global(self, at: int) -> int:
        if read_integer(self._code, at + 1)[0] == self._gas:
            self._problem(at, "the counter is set otherwise than by charging")
        return self._after(at)

    # Calls

    def _call(self, at: int) -> int:
        index, position = read_integer(self._code, at + 1)
        if index == self._use_gas:
            if self._unpaid != _DEAD:
                self._unpaid = self._unchecked = 0
        elif index < self._imports or index in self._host:
            self._check_host_call(at)
        elif index < self._helpers and self._unpaid != _DEAD:
            self._unchecked |= _ENTRY
        return position

    def _call_indirect(self, at: int) -> int:
        self._check_host_call(at)
        return skip_integers(self._code, at + 1, 2)

    def _check_host_call(self, at: int) -> None:
        if self._unpaid != _DEAD and self._unchecked & _ENTRY and self._use_gas < 0:
            self._problem(at, "the host is called in debt")

    # Control

    def _enter(self, at: int) -> int:
        self._open.append(_Open(self._code[at], self._unpaid, self._unchecked))
        return self._after(at)

    def _loop(self, at: int) -> int:
        if self._unpaid != _DEAD:
            bit = 1 << len(self._open)
            self._unpaid |= bit
            self._unchecked |= bit
        position = self._enter(at)
        if at == self._compared_at:
            self._open[-1].prepaid_from = position
        return position

    def _else(self, at: int) -> int:
        block = self._open[-1]
        block.join(self._unpaid, self._unchecked)
        block.kind = ELSE
        self._unpaid, self._unchecked = block.unpaid, block.unchecked
        return at + 1

    def _end(self, at: int) -> int:
        block = self._open.pop()
        if block.kind == IF:
            block.join(block.unpaid, block.unchecked)
        if block.kind != LOOP and block.exits_unpaid != _DEAD:
            block.join(self._unpaid, self._unchecked)
            self._unpaid, self._unchecked = block.exits_unpaid, block.exits_unchecked
        if self._unpaid != _DEAD:
            mask = (1 << (len(self._open) or 1)) - 1
            self._unpaid &= mask
            self._unchecked &= mask
        return at + 1

    def _stop(self, at: int) -> int:
        self._unpaid = self._unchecked = _DEAD
        return at + 1

    def _br(self, at: int) -> int:
        position = self._br_if(at)
        self._unpaid = self._unchecked = _DEAD
        return position

    def _br_if(self, at: int) -> int:
        depth, position = read_integer(self._code, at + 1)
        self._branch(at, depth)
        return position

    def _br_table(self, at: int) -> int:
        count, position = read_u32(self._code, at + 1)
        depths = set()
        for _ in range(count + 1):
            depth, position = read_u32(self._code, position)
            depths.add(depth)
        for depth in sorted(depths):
            self._branch(at, depth)
        self._unpaid = self._unchecked = _DEAD
        return position

    def _branch(self, at: int, depth: int) -> None:
        if self._unpaid == _DEAD:
            return
        block = self._open[-1 - depth]
        if block.kind != LOOP:
            block.join(self._unpaid, self._unchecked)
            return
        if block.prepaid_from != _NOWHERE and self._ends_counted_loop(block.prepaid_from, at):
            return
        place = len(self._open) - 1 - depth
        if self._unpaid >> place & 1:
            self._problem(at, "an unpaid cycle")
        if self._unchecked >> place & 1:
            self._problem(at, "a cycle without a check")

    def _ends_counted_loop(self, start: int, at: int) -> bool:
        """Whether the branch at an offset ends a loop that turns a known number of times."""
        return find_counted_loop(self._code, start, self._after(at)) is not None

    def _prefixed(self, at: int) -> int:
        number, position = read_u32(self._code, at + 1)
        return skip_integers(self._code, position, PREFIXED_INTEGERS[number])


def skip_locals(body: bytes) -> int:
    """The position of the first instruction of a body that is given with its size."""
    position = skip_integers(body, 0, 1)
    groups, position = read_u32(body, position)
    for _ in range(groups):
        position = skip_integers(body, position, 1) + 1
    return position
