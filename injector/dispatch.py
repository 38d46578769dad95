"""The dispatch table of the validator: for each opcode its price, its types and its handler."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from injector import control, instructions
from injector.body import Body
from injector.codes import PREFIX_FC
from injector.errors import Invalid
from injector.instructions import Handler, Row
from injector.leb128 import read_u32
from injector.opcodes import (
    FIRST_RELAXED_SIMD,
    OPCODES,
    UNSUPPORTED,
    UNSUPPORTED_FC,
    Opcode,
)
from injector.policy import Policy
from injector.schedule import Schedule
from injector.types import unsupported

_WITH_NUMBER: Final = (0xFB, 0xFD, 0xFE)
_SIMD: Final = 0xFD

_CONTROL: Final[dict[str, Handler]] = {
    "block": control.block,
    "else": control.else_,
    "end": control.end,
    "br": control.br,
    "br_if": control.br_if,
    "br_table": control.br_table,
    "return": control.return_,
    "unreachable": control.unreachable,
    "call": control.call,
    "call_indirect": control.call_indirect,
    "memory.grow": instructions.memory_size,
}
_PLAIN: Final[dict[str, Handler]] = {
    "nop": instructions.nop,
    "drop": instructions.drop,
    "select": instructions.select,
    "select_typed": instructions.select_typed,
    "local.get": instructions.local_get,
    "local.set": instructions.local_set,
    "local.tee": instructions.local_tee,
    "global.get": instructions.global_get,
    "global.set": instructions.global_set,
    "f32.const": instructions.constant_f32,
    "f64.const": instructions.constant_f64,
    "memory:": instructions.memory_access,
    "memory.size": instructions.memory_size,
    "memory.init": instructions.memory_init,
    "memory.copy": instructions.memory_copy,
    "memory.fill": instructions.memory_fill,
    "data": instructions.data,
    "table": instructions.table,
    "table.init": instructions.table_init,
    "table.copy": instructions.table_copy,
    "elem": instructions.elem,
    "ref.null": instructions.ref_null,
    "ref.is_null": instructions.ref_is_null,
    "ref.func": instructions.ref_func,
}

_VALUES: Final[dict[str, int]] = {
    "memory:": 2,  # what was loaded, and the address made of index and offset
    **dict.fromkeys(_CONTROL, 0),  # operands and results count for the height already
    **dict.fromkeys(("local.get", "local.set", "local.tee", "nop", "drop"), 0),
    **dict.fromkeys(("i32.const", "i64.const", "f32.const", "f64.const"), 0),  # made anew each time
}
"""Values that a compiler may keep beyond what the operand stack and the locals hold; others: 1."""


@lru_cache(maxsize=16)
def find_rows(policy: Policy, schedule: Schedule, *, has_memory: bool) -> list[Row]:
    """The row of each of the 256 opcodes; of those with a prefix it dispatches further.

    Args:
        policy: What is accepted; the rows of other instructions record their use.
        schedule: The prices.
        has_memory: Whether the module has a memory that instructions can access.
    """
    rows = [_special(code, _refuse_unknown) for code in range(256)]
    prefixed: dict[int, Row] = {}
    for opcode in OPCODES:
        row = _row(opcode, schedule.instructions.get(opcode.mnemonic, 0), has_memory=has_memory)
        if opcode.feature is not None and opcode.feature not in policy.features:
            row = _gated(opcode.feature, row)
        if opcode.prefix is None:
            rows[opcode.code] = row
        else:
            prefixed[opcode.code] = row
    rows[PREFIX_FC] = _special(PREFIX_FC, _prefix(prefixed))
    return rows


def _row(opcode: Opcode, price: int, *, has_memory: bool) -> Row:
    """The row of a known opcode, whether it is accepted or not."""
    immediate = opcode.immediate
    rule = "memory:" if immediate.startswith("memory:") else immediate
    plain, special = _PLAIN.get(rule), _CONTROL.get(rule)
    pops, pushes = list(opcode.pops or ()), list(opcode.pushes)
    alignment = -1  # less than any; that is right without a memory too
    if rule == "memory:" and has_memory:
        alignment = int(immediate[7:])
    is_common = len(pushes) == 1 and len(pops) in (1, 2)
    return Row(
        price=price,
        plain=plain,
        control=special,
        pops=pops,
        arity=len(pops),
        pushes=pushes,
        code=opcode.code,
        immediate=immediate,
        mnemonic=opcode.mnemonic,
        alignment=alignment,
        values=_VALUES.get(rule, 1),
        first=pops[0] if is_common else 0,
        last=pops[-1] if is_common else 0,
        result=pushes[0] if is_common else 0,
    )


def _special(code: int, handler: Handler, mnemonic: str = "") -> Row:
    name = mnemonic or f"opcode {code:#04x}"
    return Row(0, None, handler, [], 0, [], code, "", name, -1, 0, 0, 0, 0)


def _gated(feature: str, real: Row) -> Row:
    """The row of a refused instruction: its use is recorded, then it is treated as usual."""

    def refuse(body: Body, position: int, _row: Row) -> int:
        offset = body.plan.start + body.opcode_at
        body.gate.refuse(feature, real.mnemonic, offset, body.plan.index)
        return _execute(body, position, real)

    return _special(real.code, refuse, real.mnemonic)


def _refuse_unknown(body: Body, position: int, row: Row) -> int:
    feature = UNSUPPORTED.get(row.code)
    if feature is None:
        raise Invalid("", "malformed: no such instruction")
    found = f"opcode {row.code:#04x}"
    if row.code in _WITH_NUMBER:
        number = read_u32(body.code, position)[0]
        found += f" {number}"
        if row.code == _SIMD and number >= FIRST_RELAXED_SIMD:
            feature = "relaxed SIMD"
    raise unsupported(feature, found)


def _prefix(rows: dict[int, Row]) -> Handler:
    """The handler of a prefix, given the rows of the numbers that may follow it."""

    def dispatch(body: Body, position: int, _row: Row) -> int:
        number, position = read_u32(body.code, position)
        real = rows.get(number)
        if real is None:
            found = f"opcode 0xfc {number}"
            if number in UNSUPPORTED_FC:
                raise unsupported(UNSUPPORTED_FC[number], found)
            raise Invalid(found, "malformed: no such instruction")
        body.cost += real.price
        body.values += real.values
        return _execute(body, position, real)

    return dispatch


def _execute(body: Body, position: int, row: Row) -> int:
    """Apply the rule of a row outside of the loop over the instructions."""
    handler = row.control or row.plain
    if handler is not None:
        return handler(body, position, row)
    body.pop_all(row.pops)
    body.push_all(row.pushes)
    return position
