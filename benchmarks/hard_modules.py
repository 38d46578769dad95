"""Modules built to be hard for an injector: each shape has made some injector slow.

Every shape is a function of a size n, and the bytes of the module grow in proportion to n, so that
the time for n and for 2n tells whether the injector is linear. They are valid contracts but for the
limits, which must be raised for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from injector.leb128 import signed, sized, unsigned

I32: Final = 0x7F
TYPE_BITS: Final = 14
"""Parameters of a type: each is i32 or i64, which makes 2^14 types."""

RESULTS: Final = b"\x02\x7f\x7e"
"""Result types: i32 and i64."""

FINISH: Final = 0
"""Index of the imported function `finish`."""

# Short sequences of instructions. Local 0 is an i32.
GET = b"\x20\x00"  # local.get 0
SET = b"\x21\x00"  # local.set 0
TEE = b"\x22\x00"  # local.tee 0
BLOCK, LOOP, IF, ELSE, END = b"\x02\x40", b"\x03\x40", b"\x04\x40", b"\x05", b"\x0b"
ADD, NOT_EQUAL, NOP, LEAVE = b"\x6a", b"\x47", b"\x01", b"\x0c\x00"  # LEAVE: br 0


def const(value: int) -> bytes:
    """`i32.const`."""
    return b"\x41" + signed(value)


def branch_if(depth: int) -> bytes:
    """`local.get 0; br_if depth`."""
    return GET + b"\x0d" + unsigned(depth)


def call(function: int) -> bytes:
    """`call`."""
    return b"\x10" + unsigned(function)


def branch_table(ways: int) -> bytes:
    """`local.get 0; br_table 0 1 ... ways-1`, the default included in the count."""
    labels = b"".join(map(unsigned, range(ways)))
    return GET + b"\x0e" + unsigned(ways - 1) + labels


def section(kind: int, entries: Sequence[bytes]) -> bytes:
    """A section that is a vector of entries."""
    return bytes([kind]) + sized(unsigned(len(entries)) + b"".join(entries))


def module(*bodies: bytes, locals_: Sequence[int] = (I32,), types: Sequence[bytes] = ()) -> bytes:
    """A contract of functions; the last one is `main`.

    Args:
        bodies: Instructions of each function, without the last `end`.
        locals_: Types of the locals of each function, each a group of its own.
        types: Types of the first functions; the others have neither parameters nor results.
    """
    groups = unsigned(len(locals_)) + b"".join(b"\x01" + bytes([kind]) for kind in locals_)
    main = unsigned(len(bodies))
    kinds = [*range(2, 2 + len(types)), *[0] * (len(bodies) - len(types))]
    return b"".join(
        (
            b"\x00asm\x01\x00\x00\x00",
            section(1, [b"\x60\x00\x00", b"\x60\x02\x7f\x7f\x00", *types]),
            section(2, [sized(b"ethereum") + sized(b"finish") + b"\x00\x01"]),
            section(3, list(map(unsigned, kinds))),
            section(5, [b"\x00\x01"]),
            section(7, [sized(b"main") + b"\x00" + main, sized(b"memory") + b"\x02\x00"]),
            section(10, [sized(groups + body + END) for body in bodies]),
        )
    )


def ifs(count: int) -> bytes:
    """One `if` after another: 20,000 of them took a peer 83 seconds."""
    return module((GET + IF + NOP + END) * count)


def if_elses(count: int) -> bytes:
    """One `if` with both arms after another."""
    return module((GET + IF + NOP + ELSE + NOP + NOP + END) * count)


def blocks(count: int) -> bytes:
    """One block that is left early after another."""
    return module((BLOCK + branch_if(0) + END) * count)


def loops(count: int) -> bytes:
    """One counted loop after another."""
    step = GET + const(1) + ADD + TEE + const(10) + NOT_EQUAL
    return module((const(0) + SET + LOOP + step + b"\x0d\x00" + END) * count)


def one_function(count: int) -> bytes:
    """One long function without a branch."""
    load = const(64) + b"\x28\x02\x00"
    return module((load + const(12_345) + ADD + GET + ADD + SET) * count)


def branch_ways(ways: int) -> bytes:
    """A `br_table` with as many ways as there are blocks around it."""
    return module(BLOCK * ways + branch_table(ways) + END * ways)


def branch_tables(count: int) -> bytes:
    """Many `br_table` with 64 ways, within as many blocks."""
    ways = 64
    return module(BLOCK * ways + (BLOCK + branch_table(ways) + END) * count + END * ways)


def nested_blocks(depth: int) -> bytes:
    """Deep nesting; a branch to the outermost block at each level."""
    return module(BLOCK * depth + b"".join(branch_if(i) + END for i in reversed(range(depth))))


def nested_loops(depth: int) -> bytes:
    """Deep nesting of loops, each with a branch back."""
    return module(LOOP * depth + (branch_if(0) + END) * depth)


def nested_ifs(depth: int) -> bytes:
    """Deep nesting of `if` with both arms."""
    return module((GET + IF) * depth + (NOP + ELSE + NOP + END) * depth)


def early_returns(count: int) -> bytes:
    """Branches to the outermost label of the function."""
    return module(branch_if(0) * count)


def many_locals(count: int) -> bytes:
    """Many locals, each declared in a group of its own and used once."""
    body = b"".join(GET + b"\x21" + unsigned(i) for i in range(count))
    return module(body, locals_=[I32] * count)


def dead_code(count: int) -> bytes:
    """Code that is never reached."""
    return module(LEAVE + (BLOCK + const(1) + b"\x1a" + END) * count)


def functions(count: int) -> bytes:
    """Many tiny functions."""
    return module(*[GET + b"\x1a"] * count)


def named_functions(count: int) -> bytes:
    """Many tiny functions with names."""
    names = [unsigned(i + 1) + sized(b"function %d" % i) for i in range(count)]
    content = sized(b"name") + b"\x01" + sized(unsigned(count) + b"".join(names))
    return functions(count) + b"\x00" + sized(content)


def result_types(count: int) -> bytes:
    """Functions with two results and a loop, each of a type of its own."""
    types = [
        b"\x60" + sized(bytes(I32 - (i >> bit & 1) for bit in range(TYPE_BITS))) + RESULTS
        for i in range(count)
    ]
    body = LOOP + const(0) + b"\x0d\x00" + END + const(0) + b"\x42\x00"
    return module(*[body] * count, b"", types=types)


def recursion(count: int) -> bytes:
    """Functions that call themselves in one arm."""
    return module(*(GET + IF + call(i + 1) + END for i in range(count)))


def call_chain(count: int) -> bytes:
    """Each function calls the next, the last one the host: what reaches the host is a long way."""
    bodies = [call(i + 2) for i in range(count - 1)]
    return module(*bodies, const(0) + const(0) + call(FINISH))


def call_chain_back(count: int) -> bytes:
    """The same from the end to the beginning."""
    return module(const(0) + const(0) + call(FINISH), *(call(i + 1) for i in range(count - 1)))


def host_calls(count: int) -> bytes:
    """One call of the host after another."""
    return module((const(0) + const(0) + call(FINISH)) * count)


def fills(count: int) -> bytes:
    """Bulk operations, which are charged by length."""
    return module((const(0) + GET + GET + b"\xfc\x0b\x00") * count)


@dataclass(frozen=True, slots=True)
class Shape:
    """A family of hard modules.

    Attributes:
        build: The module of a size.
        largest: The size measured last; the others are a half and a quarter of it.
    """

    build: Callable[[int], bytes]
    largest: int

    @property
    def name(self) -> str:
        """What is many or deep in it."""
        return self.build.__name__.replace("_", " ")

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The sizes measured, each twice the one before."""
        return self.largest // 4, self.largest // 2, self.largest


SHAPES: Final = (
    Shape(ifs, 20_000),
    Shape(if_elses, 20_000),
    Shape(blocks, 100_000),
    Shape(loops, 20_000),
    Shape(one_function, 18_800),  # 300 KB
    Shape(branch_ways, 4_096),
    Shape(branch_tables, 4_096),
    Shape(nested_blocks, 10_000),
    Shape(nested_loops, 10_000),
    Shape(nested_ifs, 10_000),
    Shape(early_returns, 16_000),
    Shape(many_locals, 16_000),
    Shape(dead_code, 16_000),
    Shape(functions, 16_000),
    Shape(named_functions, 16_000),
    Shape(result_types, 4_000),
    Shape(recursion, 10_000),
    Shape(call_chain, 16_000),
    Shape(call_chain_back, 16_000),
    Shape(host_calls, 20_000),
    Shape(fills, 20_000),
)
