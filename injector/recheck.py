"""Re-check of an instrumented module: cycles are paid and checked, no host call in debt.

It shares nothing with the code that places the charges. It reads the output again and follows all
paths through each function, keeping for each point two sets of loops (and the function itself) that
some path has entered since without a charge, and without a comparison of the counter with zero. A
branch back to such a loop is a cycle that nothing ends. A call of the host is refused where the
counter may have gone below zero since it was compared.

Most instructions have nothing to do with any of this, and a regular expression skips them; those
that work on the counter are known by the few instructions that the injector writes for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from injector.counted_loops import find_counted_loop
from injector.leb128 import read_u32, unsigned
from injector.opcodes import OPCODES
from injector.scan import FLOAT_BYTES, INTEGERS, PREFIXED_INTEGERS, read_integer, skip_integers

_ENTRY: Final = 1  # the bit of the function itself in a set of unpaid loops
_DEAD: Final = -1  # stands for the sets of a point that no path leads to
_NOWHERE: Final = -1  # stands for an offset

_BLOCK: Final = 2
_LOOP: Final = 3
_IF: Final = 4
_ELSE: Final = 5
_END: Final = 11
_BR: Final = 12
_BR_IF: Final = 13
_BR_TABLE: Final = 14
_CALL: Final = 0x10
_CALL_INDIRECT: Final = 0x11
_PREFIX_FC: Final = 0xFC
_LOCAL_GET: Final = 0x20
_LOCAL_SET: Final = 0x21
_LOCAL_TEE: Final = 0x22
_GLOBAL_GET: Final = 0x23
_GLOBAL_SET: Final = 0x24
_I64_MUL: Final = 0x7E

# What the instructions look like that matter here.
_INTEGER: Final = rb"[\x80-\xff]*[\x00-\x7f]"
_LOAD: Final = rb"[\x20\x22\x23]" + _INTEGER  # local.get, local.tee or global.get
_STORE: Final = rb"[\x21\x22\x24]" + _INTEGER  # local.set, local.tee or global.set
_IS_NEGATIVE: Final = rb"\x42\x00\x53\x0d"  # i64.const 0, i64.lt_s, br_if
_CHARGE: Final = (
    rb"\x42(" + _INTEGER + rb")\x7d(" + _STORE + rb")"
)  # i64.const, i64.sub and a store
_CHARGE_TURNS: Final = rb"\x7e\x7d(" + _STORE + rb")"  # i64.mul, i64.sub and a store

_MOVE: Final = rb"([\x21\x24]" + _INTEGER + rb")"  # local.set or global.set
_COMPARE: Final = (
    rb"(\x84?" + _IS_NEGATIVE + rb")"
)  # after i64.or where the words left are compared too

_COUNTER: Final = rb"(" + _LOAD + rb")(?:" + _CHARGE + rb"|" + _MOVE + rb"|" + _COMPARE + rb")"
_LOAD_GROUP: Final = 1
_COST_GROUP: Final = 2
_STORE_GROUP: Final = 3
_MOVE_GROUP: Final = 4
_COMPARE_GROUP: Final = 5
_charge_turns: Final = re.compile(_CHARGE_TURNS).match


_NEVER_PLAIN: Final = frozenset(
    {_BLOCK, _LOOP, _IF, _ELSE, _END, _BR, _BR_IF, _BR_TABLE, _CALL, _CALL_INDIRECT, _PREFIX_FC,
     _GLOBAL_SET, 0x00, 0x0F}
)  # fmt: skip
"""Instructions that always matter; others do where they work on the counter."""


def _plain_instructions() -> bytes:
    """A regular expression for one instruction that does not matter here."""
    special = {
        *_NEVER_PLAIN, _LOCAL_GET, _LOCAL_TEE, _GLOBAL_GET, _I64_MUL, *FLOAT_BYTES,
    }  # fmt: skip
    sizes: list[bytes] = [b"", b"", b""]
    for row in OPCODES:
        if row.prefix is None and row.code not in special:
            sizes[INTEGERS[row.code]] += b"\\x%02x" % row.code
    of_counter = rb"\x84?" + _IS_NEGATIVE + rb"|" + _CHARGE.replace(b"(", b"(?:")
    forms = (
        rb"\x20" + _INTEGER + rb"(?!\x24|" + of_counter + rb")",
        rb"[" + sizes[0] + rb"]",
        rb"[" + sizes[1] + rb"]" + _INTEGER,
        rb"[" + sizes[2] + rb"]" + _INTEGER * 2,
        rb"\x22" + _INTEGER + rb"(?!\x84?" + _IS_NEGATIVE + rb")",
        rb"\x23" + _INTEGER + rb"(?!\x21|" + of_counter + rb")",
        rb"\x7e(?!\x7d[\x21\x22\x24])",
        *(b"\\x%02x.{%d}" % form for form in FLOAT_BYTES.items()),
    )
    return b"|".join(forms)


# No two forms begin alike, so nothing is ever tried twice. A possessive repetition would say so, but
# Python before 3.11.5 ends it in the wrong place. Its groups are set if it ends with the counter.
_skip_plain: Final = re.compile(
    rb"(?s:" + _plain_instructions() + rb")*(?:" + _COUNTER + rb")?"
).match


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
    ) -> None:
        """Prepare for the functions of one module.

        Args:
            gas_global: Index of the counter; None if gas is charged by calling the last import.
            imports: Number of imported functions of the output.
            helpers: Index of the first helper of the output.
            host: Functions of a runtime, which stand for imports.
        """
        self._gas = -1 if gas_global is None else gas_global
        self._use_gas = imports - 1 if gas_global is None else -1
        self._imports = imports
        self._helpers = helpers
        self._host = host
        self._code = b""
        self._global_accesses: tuple[bytes, ...] = ()
        if gas_global is not None:
            gas = unsigned(gas_global)
            self._global_accesses = b"\x23" + gas, b"\x24" + gas
        self._accesses = frozenset(self._global_accesses)
        self._turns_paid_at = self._compared_at = _NOWHERE
        self._open: list[_Open] = []
        self._unpaid = self._unchecked = _DEAD
        self._followers: dict[int, Callable[[int], int]] = {
            0x00: self._stop, _BLOCK: self._enter, _LOOP: self._loop, _IF: self._enter,
            _ELSE: self._else, _END: self._end, _BR: self._br, _BR_IF: self._br_if,
            _BR_TABLE: self._br_table, 0x0F: self._stop, _CALL: self._call,
            _CALL_INDIRECT: self._call_indirect, _PREFIX_FC: self._prefixed, _LOCAL_GET: self._after,
            _LOCAL_TEE: self._after, _GLOBAL_GET: self._after, _GLOBAL_SET: self._set_global,
            _I64_MUL: self._multiply,
        }  # fmt: skip
        self.problems: list[str] = []

    def function(self, code: bytes, position: int) -> None:
        """Follow a body, given with its size, whose first instruction is at `position`."""
        self._code = code
        self._accesses = frozenset(self._global_accesses)
        self._turns_paid_at = self._compared_at = _NOWHERE
        self._unpaid = self._unchecked = _ENTRY
        self._open = [_Open(0, _ENTRY, _ENTRY)]
        followers, skip_plain, end = self._followers, _skip_plain, len(code)
        while position < end:
            opcode = code[position]
            if opcode not in _NEVER_PLAIN:
                found: re.Match[bytes] = skip_plain(code, position)  # type: ignore[assignment] # may be empty
                if found.lastindex is not None:
                    position = self._access(found)
                    continue
                position = found.end()
                if position >= end:
                    break
                opcode = code[position]
            # The most frequent ones directly: a call of a method that is looked up takes longer.
            if opcode == _END:
                position = self._end(position)
            elif opcode == _CALL:
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

    def _access(self, found: re.Match[bytes]) -> int:
        """What may be a charge, a comparison, or a move of the counter."""
        at, form = found.start(_LOAD_GROUP), found.lastindex
        if found[_LOAD_GROUP] not in self._accesses:
            return self._after(at)
        if form == _COMPARE_GROUP:
            return self._compared(at, found.end() - 1)
        if form == _MOVE_GROUP:
            return self._moved(at, found[_MOVE_GROUP])
        cost = found[_COST_GROUP]
        if found[_STORE_GROUP] not in self._accesses:
            return self._after(at)
        if cost == b"\0" or cost[-1] & 0x40:
            self._problem(at, "a charge of nothing")
        return self._charged(found.start(_STORE_GROUP), found.end())

    def _moved(self, at: int, move: bytes) -> int:
        """The counter is read and set: it has a copy in a local now, or is the copy's again."""
        if move[0] == _LOCAL_SET:
            index = move[1:]
            copies = b"\x20" + index, b"\x21" + index, b"\x22" + index
            self._accesses = frozenset((*self._global_accesses, *copies))
        position = self._after(at)
        return position + len(move) if move in self._accesses else position

    def _charged(self, store: int, end: int) -> int:
        """The counter is charged by a store; what `local.tee` leaves may be compared."""
        if self._unpaid != _DEAD:
            self._unpaid = 0
            self._unchecked |= _ENTRY
        return store if self._code[store] == _LOCAL_TEE else end

    def _compared(self, at: int, branch: int) -> int:
        """The counter is compared with zero; who goes on has gas."""
        position = self._br_if(branch)
        if self._unpaid != _DEAD:
            self._unchecked = 0
        if at == self._turns_paid_at:
            self._compared_at = position
        return position

    def _multiply(self, at: int) -> int:
        """What may be the end of a charge for all turns of a loop."""
        found = _charge_turns(self._code, at)
        if found is None or found[1] not in self._accesses:
            return at + 1
        self._turns_paid_at = self._charged(found.start(1), found.end())
        return self._turns_paid_at

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
        block.kind = _ELSE
        self._unpaid, self._unchecked = block.unpaid, block.unchecked
        return at + 1

    def _end(self, at: int) -> int:
        block = self._open.pop()
        if block.kind == _IF:
            block.join(block.unpaid, block.unchecked)
        if block.kind != _LOOP and block.exits_unpaid != _DEAD:
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
        if block.kind != _LOOP:
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
