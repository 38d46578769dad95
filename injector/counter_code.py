"""Finding the instructions that the re-check has to look at, and what of them works on the counter.

There are two readers of one meaning. `PatternReader` lets a regular expression skip all others: the
fastest way where Python interprets this module. `ByteReader` goes from instruction to instruction:
the plain way, and the faster one where this module is compiled.
"""

from __future__ import annotations

import re
from types import FunctionType
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
    GLOBAL_GET,
    GLOBAL_SET,
    I64_CONST,
    I64_LT_S,
    I64_MUL,
    I64_OR,
    I64_SUB,
    IF,
    LOCAL_GET,
    LOCAL_SET,
    LOCAL_TEE,
    LOOP,
    PREFIX_FC,
    RETURN,
    UNREACHABLE,
)
from injector.leb128 import unsigned
from injector.opcodes import OPCODES
from injector.scan import FLOAT_BYTES, INTEGERS, read_integer, skip_integers

NEVER_PLAIN: Final = frozenset(
    {UNREACHABLE, BLOCK, LOOP, IF, ELSE, END, BR, BR_IF, BR_TABLE, RETURN, CALL, CALL_INDIRECT,
     PREFIX_FC, GLOBAL_SET}
)  # fmt: skip
"""Instructions that always matter; others do where they work on the counter."""

# What was found: an instruction to follow (or the end of the code), or the counter ...
FOLLOW: Final = 0
CHARGED: Final = 1  # is loaded, charged and stored
MOVED: Final = 2  # is loaded and set: copied into a local, or from there
COMPARED: Final = 3  # is loaded and compared with zero, and a branch follows
CHARGED_TURNS: Final = 4  # is charged by a product, which ends at an `i64.mul`

NO_INDEX: Final = -1

Found = tuple[int, int, int, int]
"""What was found, where it starts, where its store or branch starts, and where it ends.

For `FOLLOW` the last two say nothing.
"""


class ByteReader:
    """Goes from instruction to instruction.

    Attributes:
        code: The code to read.
        gas: Index of the global that is the counter; `NO_INDEX` if there is none.
        copy: Index of the local that is a copy of the counter; `NO_INDEX` if there is none.
    """

    def __init__(self, gas: int) -> None:
        self.code = b""
        self.gas = gas
        self.copy = NO_INDEX

    def start(self, code: bytes) -> None:
        """Read other code, in which no local is a copy yet."""
        self.code = code
        self.copy = NO_INDEX

    def copied_to(self, index: int) -> None:
        """A local is a copy of the counter from here on, and no other is."""
        self.copy = index

    def find(self, position: int) -> Found:  # noqa: C901 - the hot loop
        """The next instructions from a position on that matter."""
        code, kinds = self.code, KINDS
        end = len(code)
        while position < end:
            opcode = code[position]
            kind = kinds[opcode]
            if kind <= _MOST_INTEGERS:
                position += 1
                while kind:
                    while code[position] >= 0x80:
                        position += 1
                    position += 1
                    kind -= 1
            elif kind == _LOADS:
                index, loaded = read_integer(code, position + 1)
                if index == (self.gas if opcode == GLOBAL_GET else self.copy):
                    found = self._loaded(position, loaded)
                    if found[0] != FOLLOW:
                        return found
                position = loaded
            elif kind == _MULTIPLIES:
                found = self._multiplied(position)
                if found[0] != FOLLOW:
                    return found
                position += 1
            elif kind == _FLOATS:
                position += 1 + FLOAT_BYTES[opcode]
            else:
                return FOLLOW, position, 0, 0
        return FOLLOW, position, 0, 0

    def _loaded(self, at: int, loaded: int) -> Found:
        """What follows a load of the counter."""
        code = self.code
        load, opcode = code[at], code[loaded]
        if load != LOCAL_TEE:
            if opcode == (LOCAL_SET if load == GLOBAL_GET else GLOBAL_SET):
                return MOVED, at, loaded, skip_integers(code, loaded + 1, 1)
            if opcode == I64_CONST:
                store = skip_integers(code, loaded + 1, 1)
                if code[store] == I64_SUB:
                    end = self._stored(store + 1)
                    if end != NO_INDEX:
                        return CHARGED, at, store + 1, end
        compared = loaded + (opcode == I64_OR)
        if code.startswith(_IS_NEGATIVE_BYTES, compared):
            branch = compared + len(_IS_NEGATIVE_BYTES) - 1
            return COMPARED, at, branch, branch
        return FOLLOW, at, 0, 0

    def _multiplied(self, at: int) -> Found:
        """What follows an `i64.mul`."""
        if self.code[at + 1] == I64_SUB:
            end = self._stored(at + 2)
            if end != NO_INDEX:
                return CHARGED_TURNS, at, at + 2, end
        return FOLLOW, at, 0, 0

    def _stored(self, at: int) -> int:
        """The position after a store to the counter; `NO_INDEX` if it is none."""
        opcode = self.code[at]
        if opcode not in (LOCAL_SET, LOCAL_TEE, GLOBAL_SET):
            return NO_INDEX
        index, end = read_integer(self.code, at + 1)
        return end if index == (self.gas if opcode == GLOBAL_SET else self.copy) else NO_INDEX


# The kinds of instructions by what has to be done, beside 0 to 2 integers that are skipped.
_MOST_INTEGERS: Final = 2
_LOADS: Final = 3
_MULTIPLIES: Final = 4
_FLOATS: Final = 5
FOLLOWED: Final = 6


def _kind(opcode: int) -> int:
    if opcode in (LOCAL_GET, LOCAL_TEE, GLOBAL_GET):
        return _LOADS
    if opcode in FLOAT_BYTES:
        return _FLOATS
    if opcode == I64_MUL:
        return _MULTIPLIES
    return FOLLOWED if opcode in NEVER_PLAIN else INTEGERS[opcode]


KINDS: Final = bytes([_kind(opcode) for opcode in range(256)])
"""The kind of each opcode."""

_IS_NEGATIVE_BYTES: Final = bytes([I64_CONST, 0, I64_LT_S, BR_IF])

# What the instructions look like that matter here.
_INTEGER: Final = rb"[\x80-\xff]*[\x00-\x7f]"
_LOAD: Final = rb"[\x20\x22\x23]" + _INTEGER  # local.get, local.tee or global.get
_STORE: Final = rb"[\x21\x22\x24]" + _INTEGER  # local.set, local.tee or global.set
_IS_NEGATIVE: Final = rb"\x42\x00\x53\x0d"  # i64.const 0, i64.lt_s, br_if
_CHARGE: Final = rb"\x42" + _INTEGER + rb"\x7d(" + _STORE + rb")"  # i64.const, i64.sub, a store
_MOVE: Final = rb"([\x21\x24]" + _INTEGER + rb")"  # local.set or global.set
_COMPARE: Final = (
    rb"(\x84?" + _IS_NEGATIVE + rb")"
)  # after i64.or where the words left are compared too
_COUNTER: Final = rb"(" + _LOAD + rb")(?:" + _CHARGE + rb"|" + _MOVE + rb"|" + _COMPARE + rb")"
_LOAD_GROUP: Final = 1
_STORE_GROUP: Final = 2
_MOVE_GROUP: Final = 3


def _plain_instructions() -> bytes:
    """A regular expression for one instruction that does not matter here."""
    special = {*NEVER_PLAIN, LOCAL_GET, LOCAL_TEE, GLOBAL_GET, I64_MUL, *FLOAT_BYTES}
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


class PatternReader(ByteReader):
    """Lets a regular expression skip what does not matter, and what looks like the counter show."""

    def __init__(self, gas: int) -> None:
        super().__init__(gas)
        index = unsigned(gas) if gas != NO_INDEX else b""
        self._of_global = (b"\x23" + index, b"\x24" + index) if index else ()
        self._accesses = frozenset(self._of_global)

    def start(self, code: bytes) -> None:
        """Read other code, in which no local is a copy yet."""
        super().start(code)
        self._accesses = frozenset(self._of_global)

    def copied_to(self, index: int) -> None:
        """A local is a copy of the counter from here on, and no other is."""
        super().copied_to(index)
        name = unsigned(index)
        copies = b"\x20" + name, b"\x21" + name, b"\x22" + name
        self._accesses = frozenset((*self._of_global, *copies))

    def find(self, position: int) -> Found:
        """The next instructions from a position on that matter."""
        code, end = self.code, len(self.code)
        while position < end and KINDS[code[position]] != FOLLOWED:
            found: re.Match[bytes] = _skip_plain(code, position)  # type: ignore[assignment] # may be empty
            form = found.lastindex
            if form is None:
                position = found.end()
                if position < end and code[position] == I64_MUL:
                    turns = self._multiplied(position)
                    if turns[0] != FOLLOW:
                        return turns
                    position += 1
                    continue
                break
            start, position = found.span(_LOAD_GROUP)
            if found[_LOAD_GROUP] not in self._accesses:
                continue
            if form == _STORE_GROUP:
                if found[_STORE_GROUP] in self._accesses:
                    return CHARGED, start, found.start(_STORE_GROUP), found.end()
            elif form == _MOVE_GROUP:
                return MOVED, start, position, found.end()
            else:
                return COMPARED, start, found.end() - 1, found.end() - 1
        return FOLLOW, position, 0, 0


IS_COMPILED: Final = not isinstance(read_integer, FunctionType)
