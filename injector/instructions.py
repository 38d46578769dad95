"""Validation of instructions other than control flow: variables, memory, tables, references."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from injector.body import Body
from injector.errors import Invalid
from injector.leb128 import read_signed, read_u32
from injector.module import FunctionUse, Global
from injector.opcodes import ANY, EXTERNREF, F32, F64, FUNCREF, I32

REFERENCES: Final = frozenset({FUNCREF, EXTERNREF})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the dispatch table of a validator.

    Attributes:
        price: Price of one execution.
        plain: Handler of an instruction that neither starts nor ends a block, or None.
        control: Handler of any other instruction with a rule of its own, or None.
        pops: Operands of an instruction without a rule of its own.
        arity: How many they are.
        pushes: Its results.
        code: The opcode (without prefix).
        immediate: As in the table of opcodes.
        mnemonic: As in the table of opcodes.
        alignment: Of a memory access at most, as a power of two; -1 for others, and if there is
            no memory.
        values: How many values of one execution an optimising compiler may keep for later.
        first: With one or two operands and one result, as most instructions have: the type of the
            first operand; else 0.
        last: The type of the last operand then.
        result: The type of the result then.
    """

    price: int
    plain: Callable[[Body, int, Row], int] | None
    control: Callable[[Body, int, Row], int] | None
    pops: list[int]
    arity: int
    pushes: list[int]
    code: int
    immediate: str
    mnemonic: str
    alignment: int
    values: int
    first: int
    last: int
    result: int


Handler = Callable[[Body, int, Row], int]
"""Validates one instruction: from the position after its opcode to the position after it."""


def _local(body: Body, position: int) -> tuple[int, int]:
    start = position
    index = body.code[position]
    position += 1
    if index >= 0x80:
        index, position = read_u32(body.code, start)
    if index == body.params:
        body.first_local_uses.append(start)
    if index >= len(body.locals):
        raise Invalid(f"local {index}", "invalid: no such local")
    return body.locals[index], position


def local_get(body: Body, position: int, _row: Row) -> int:
    """`local.get`."""
    kind, position = _local(body, position)
    body.push(kind)
    return position


def local_set(body: Body, position: int, _row: Row) -> int:
    """`local.set`."""
    kind, position = _local(body, position)
    stack = body.stack
    if len(stack) > body.base and stack[-1] == kind:
        stack.pop()
    else:
        body.pop(kind)
    return position


def local_tee(body: Body, position: int, _row: Row) -> int:
    """`local.tee`."""
    kind, position = _local(body, position)
    stack = body.stack
    if len(stack) == body.base or stack[-1] != kind:
        body.pop(kind)
        body.push(kind)
    return position


def _global(body: Body, position: int) -> tuple[Global, int]:
    index, position = read_u32(body.code, position)
    if index >= len(body.module.globals):
        raise Invalid(f"global {index}", "invalid: no such global")
    return body.module.globals[index], position


def global_get(body: Body, position: int, _row: Row) -> int:
    """`global.get`."""
    variable, position = _global(body, position)
    body.push(variable.type)
    return position


def global_set(body: Body, position: int, _row: Row) -> int:
    """`global.set`."""
    variable, position = _global(body, position)
    if not variable.mutable:
        raise Invalid("", "invalid: the global is immutable")
    body.pop(variable.type)
    return position


def skip_constant(code: bytes, position: int, bits: int) -> int:
    """The position after a signed integer; those of fewer bytes than the most have any value."""
    if code[position] < 0x80:
        return position + 1
    if code[position + 1] < 0x80:
        return position + 2
    for at in range(position + 2, position + bits // 7):
        if code[at] < 0x80:
            return at + 1
    return read_signed(code, position, bits)[1]


def constant_f32(body: Body, position: int, _row: Row) -> int:
    """`f32.const`."""
    body.push(F32)
    return position + 4


def constant_f64(body: Body, position: int, _row: Row) -> int:
    """`f64.const`."""
    body.push(F64)
    return position + 8


def nop(_body: Body, position: int, _row: Row) -> int:
    """`nop`."""
    return position


def drop(body: Body, position: int, _row: Row) -> int:
    """`drop`."""
    body.pop(ANY)
    return position


def select(body: Body, position: int, _row: Row) -> int:
    """`select` without a type: numbers only."""
    body.pop(I32)
    first = body.pop(ANY)
    second = body.pop(first)
    if first in REFERENCES or second in REFERENCES:
        raise Invalid("", "invalid: references need the typed form")
    body.push(second if first == ANY else first)
    return position


def select_typed(body: Body, position: int, _row: Row) -> int:
    """`select` with its type."""
    count, position = read_u32(body.code, position)
    if count != 1:
        raise Invalid("", "invalid: exactly one type is needed")
    offset = body.plan.start + position
    kind = body.gate.check(body.code[position], offset, body.plan.index)
    body.pop(I32)
    body.pop(kind)
    body.pop(kind)
    body.push(kind)
    return position + 1


def _apply(body: Body, row: Row) -> None:
    body.pop_all(row.pops)
    body.push_all(row.pushes)


def _need_memory(body: Body) -> None:
    if not body.module.memories:
        raise Invalid("", "invalid: there is no memory")


def _memory_index(body: Body, position: int) -> int:
    """Read the index of the one memory in any length; returns the position after it."""
    index, position = read_u32(body.code, position)
    if index:
        raise Invalid(f"memory {index}", "only one memory is accepted")
    _need_memory(body)
    return position


def memory_access(body: Body, position: int, row: Row) -> int:
    """Loads and stores."""
    _need_memory(body)
    code = body.code
    align = code[position]
    if align < 0x80 and code[position + 1] < 0x80:
        position += 2
    else:
        align, position = read_u32(code, position)
        position = read_u32(code, position)[1]
    if align > row.alignment:
        if align & 0x40:
            raise Invalid("", "only one memory is accepted")
        raise Invalid("", "invalid: alignment beyond the size of the access")
    stack, arity = body.stack, row.arity
    if stack[-arity:] == row.pops and len(stack) - arity >= body.base:
        stack[-arity:] = row.pushes
    else:
        _apply(body, row)
    return position


def memory_size(body: Body, position: int, row: Row) -> int:
    """`memory.size` and `memory.grow`."""
    if body.code[position]:  # these two have no index, but a single byte for later use
        raise Invalid("", "malformed: a zero byte is needed, only one memory is accepted")
    _need_memory(body)
    position += 1
    _apply(body, row)
    if row.pops:
        body.site(body.opcode_at, position, "memory.grow")
    return position


def _data_segment(body: Body, position: int) -> int:
    index, position = read_u32(body.code, position)
    if body.module.data_count is None:
        raise Invalid("", "invalid: there is no data count section")
    if index >= body.module.data_count:
        raise Invalid(f"data segment {index}", "invalid: no such segment")
    return position


def memory_init(body: Body, position: int, row: Row) -> int:
    """`memory.init`."""
    position = _data_segment(body, position)
    return _bulk(body, _memory_index(body, position), row)


def _bulk(body: Body, position: int, row: Row) -> int:
    """Finish a bulk instruction: its length is charged apart."""
    _apply(body, row)
    body.site(body.opcode_at, position, row.mnemonic)
    return position


def memory_copy(body: Body, position: int, row: Row) -> int:
    """`memory.copy`."""
    position = _memory_index(body, position)
    return _bulk(body, _memory_index(body, position), row)


def memory_fill(body: Body, position: int, row: Row) -> int:
    """`memory.fill`."""
    return _bulk(body, _memory_index(body, position), row)


def data(body: Body, position: int, _row: Row) -> int:
    """`data.drop`."""
    body.module.drops_data = True
    return _data_segment(body, position)


def _table(body: Body, position: int) -> tuple[int, int, int]:
    index, position = read_u32(body.code, position)
    if index >= len(body.module.tables):
        raise Invalid(f"table {index}", "invalid: no such table")
    return index, body.module.tables[index].element, position


def table(body: Body, position: int, row: Row) -> int:
    """`table.get`, `set`, `size`, `grow` and `fill`."""
    index, element, position = _table(body, position)
    operands = {
        "table.get": ((I32,), (element,)),
        "table.set": ((I32, element), ()),
        "table.size": ((), (I32,)),
        "table.grow": ((element, I32), (I32,)),
        "table.fill": ((I32, element, I32), ()),
    }[row.mnemonic]
    body.pop_all(operands[0])
    body.push_all(operands[1])
    if row.mnemonic in ("table.grow", "table.fill"):
        body.site(body.opcode_at, position, row.mnemonic, index)
    return position


def _element_segment(body: Body, position: int) -> tuple[int, int]:
    index, position = read_u32(body.code, position)
    if index >= len(body.module.element_types):
        raise Invalid(f"element segment {index}", "invalid: no such segment")
    return body.module.element_types[index], position


def table_init(body: Body, position: int, row: Row) -> int:
    """`table.init`."""
    segment, position = _element_segment(body, position)
    _, element, position = _table(body, position)
    if segment != element:
        raise Invalid("", "invalid: the segment and the table have different types")
    return _bulk(body, position, row)


def table_copy(body: Body, position: int, row: Row) -> int:
    """`table.copy`."""
    _, target, position = _table(body, position)
    _, source, position = _table(body, position)
    if target != source:
        raise Invalid("", "invalid: the tables have different types")
    return _bulk(body, position, row)


def elem(body: Body, position: int, _row: Row) -> int:
    """`elem.drop`."""
    return _element_segment(body, position)[1]


def ref_null(body: Body, position: int, _row: Row) -> int:
    """`ref.null`."""
    kind = body.code[position]
    body.gate.check(kind, body.plan.start + position, body.plan.index)
    if kind not in REFERENCES:
        raise Invalid("", "malformed: not a reference type")
    body.push(kind)
    return position + 1


def ref_is_null(body: Body, position: int, _row: Row) -> int:
    """`ref.is_null`."""
    if body.pop(ANY) not in REFERENCES | {ANY}:
        raise Invalid("", "invalid: not a reference")
    body.push(I32)
    return position


def ref_func(body: Body, position: int, _row: Row) -> int:
    """`ref.func`."""
    start = position
    index, position = read_u32(body.code, position)
    if index >= len(body.module.functions):
        raise Invalid(f"function {index}", "invalid: no such function")
    body.function_uses.append(FunctionUse(start, position, index))
    if index not in body.module.referenced_functions:
        raise Invalid(f"ref.func {index}", "invalid: the function is not declared as a reference")
    body.push(FUNCREF)
    return position
