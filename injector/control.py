"""Validation of control instructions; each is where basic blocks start, end or join."""

from __future__ import annotations

from typing import Final

from injector.body import FUNCTION_BODY, Body, Frame
from injector.codes import BLOCK, ELSE, IF, LOOP
from injector.errors import Invalid
from injector.instructions import Row
from injector.leb128 import read_signed, read_u32
from injector.module import FunctionUse
from injector.opcodes import FUNCREF, I32
from injector.plan import INDIRECT, Site

_EMPTY: Final = 0x40


def _block_type(body: Body, position: int) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Read a block type; returns parameters, results and the position after it."""
    byte = body.code[position]
    if byte == _EMPTY:
        return (), (), position + 1
    if 0x40 <= byte < 0x80:
        offset = body.plan.start + position
        return (), (body.gate.check(byte, offset, body.plan.index),), position + 1
    index, position = read_signed(body.code, position, 33)
    if not 0 <= index < len(body.module.types):
        raise Invalid(f"block type {index}", "invalid: no such type")
    kind = body.module.types[index]
    return kind.params, kind.results, position


def block(body: Body, position: int, row: Row) -> int:
    """`block`, `loop` and `if`: the inside of the last two is a block of its own."""
    kind, frames = row.code, body.frames
    params, results, position = _block_type(body, position)
    if kind == IF:
        body.pop(I32)
    if len(frames) > body.limits.nesting:
        raise Invalid(f"block {len(frames)} deep", f"the limit is {body.limits.nesting}")
    body.pop_all(params)
    body.base = len(body.stack)
    frame = Frame(kind, params, results, body.base, body.live)
    frames.append(frame)
    body.push_all(params)
    if kind != BLOCK and body.live:
        body.cut(position)
        frame.first = len(body.offset) - 1
        if kind == LOOP:
            body.openers[frame.first] = body.opcode_at
        else:
            frame.first -= 1
    return position


def else_(body: Body, position: int, _row: Row) -> int:
    """`else`: the second arm is live if the `if` was."""
    if body.frames[-1].kind != IF:
        raise Invalid("", "invalid: no `if` to belong to")
    frame = body.close_arm()
    if body.live:
        frame.incoming.append(body.end_block())
    frame.kind = ELSE
    frame.unreachable = False
    body.frames.append(frame)
    body.base = frame.height
    body.push_all(frame.params)
    body.live = frame.entered
    if body.live:
        body.start_block(position, (frame.first,))
    return position


def end(body: Body, position: int, _row: Row) -> int:
    """`end`: a join wherever something else than falling through leads here."""
    frame = body.close_arm()
    if frame.kind == IF:
        if frame.params != frame.results:
            raise Invalid("if", "invalid: the missing `else` would have to change operands")
        if frame.entered:
            frame.incoming.append(frame.first)
    if frame.results:
        body.push_all(frame.results)
    if frame.kind == FUNCTION_BODY:
        if body.live:
            body.end_block()
            body.exit_here()
    elif frame.incoming:
        if body.live:
            frame.incoming.append(body.end_block())
        body.start_block(position, tuple(frame.incoming))
    return position


def br(body: Body, position: int, _row: Row) -> int:
    """`br`."""
    depth, position = read_u32(body.code, position)
    body.pop_all(body.target(depth, body.here()).label)
    body.stop()
    return position


def br_if(body: Body, position: int, _row: Row) -> int:
    """`br_if`: what follows is a block of its own."""
    depth, position = read_u32(body.code, position)
    label = body.target(depth, body.here()).label
    body.pop(I32)
    if label:
        body.pop_all(label)
        body.push_all(label)
    body.cut(position)
    return position


def br_table(body: Body, position: int, _row: Row) -> int:
    """`br_table`: priced by the number of its targets."""
    count, position = read_u32(body.code, position)
    most = body.limits.br_table_entries
    if count > most:
        raise Invalid(f"br_table of {count} entries", f"the limit is {most}")
    depths: dict[int, None] = {}
    depth = 0
    for _ in range(count + 1):
        if position >= len(body.code):
            raise Invalid("", "malformed: the body ends too early")
        depth, position = read_u32(body.code, position)
        depths[depth] = None
    body.cost += body.schedule.br_table_entry * (count + 1)
    body.pop(I32)
    here = body.here()
    last = body.target(depth, here).label
    arity = len(last)
    for each in depths:
        label = body.target(each, here).label
        if len(label) != arity:
            raise Invalid("", "invalid: targets with different numbers of operands")
        if label:
            _check_operands(body, label)
    body.pop_all(last)
    body.stop()
    return position


def _check_operands(body: Body, label: tuple[int, ...]) -> None:
    """Check the operands on top of the stack without changing them."""
    taken = [body.pop(kind) for kind in reversed(label)]
    body.push_all(taken[::-1])


def return_(body: Body, position: int, _row: Row) -> int:
    """`return`."""
    body.pop_all(body.type.results)
    body.site(position - 1, position, "return")
    if body.live:
        body.exit_here()
    body.stop()
    return position


def unreachable(body: Body, position: int, _row: Row) -> int:
    """`unreachable`."""
    body.stop()
    return position


def call(body: Body, position: int, _row: Row) -> int:
    """`call`: a cut afterwards, which is undone if the function never reaches the host."""
    start = position
    index, position = read_u32(body.code, position)
    functions = body.module.functions
    if index >= len(functions):
        raise Invalid(f"call {index}", "invalid: no such function")
    kind = body.module.types[functions[index]]
    if kind.params:
        body.pop_all(kind.params)
    if kind.results:
        body.push_all(kind.results)
    if body.live:
        body.calls.add(index)
        block, depth = len(body.offset) - 1, len(body.frames)
        body.sites.append(Site(start - 1, position, "call", index, block, depth))
        body.cut(position, index)
    else:
        body.function_uses.append(FunctionUse(start, position, index))
    return position


def call_indirect(body: Body, position: int, _row: Row) -> int:
    """`call_indirect`: may reach the host, so always a cut afterwards."""
    index, position = read_u32(body.code, position)
    table, position = read_u32(body.code, position)
    module = body.module
    if table >= len(module.tables):
        raise Invalid(f"table {table}", "invalid: no such table")
    if module.tables[table].element != FUNCREF:
        raise Invalid(f"table {table}", "invalid: not a table of functions")
    if index >= len(module.types):
        raise Invalid(f"type {index}", "invalid: no such type")
    kind = module.types[index]
    body.pop(I32)
    body.pop_all(kind.params)
    body.push_all(kind.results)
    if body.live:
        body.plan.calls_indirectly = True
        body.site(body.opcode_at, position, "call_indirect")
        body.cut(position, INDIRECT)
    return position
