"""Validating function bodies: one loop that checks types, sums prices and finds basic blocks.

The algorithm is the one of the appendix of the WebAssembly specification, driven by a table with
a row for each opcode; instructions with a rule of their own have a handler there.
"""

from __future__ import annotations

from collections.abc import Callable

from injector import control, instructions
from injector.body import Body
from injector.errors import Findings, Invalid
from injector.instructions import Row
from injector.leb128 import read_u32
from injector.limits import Limits
from injector.module import Module
from injector.opcodes import (
    FIRST_RELAXED_SIMD,
    I32,
    OPCODES,
    UNSUPPORTED,
    UNSUPPORTED_FC,
    Opcode,
)
from injector.plan import FunctionPlan
from injector.policy import Policy
from injector.reader import Reader
from injector.schedule import Schedule
from injector.types import Gate, unsupported

Handler = Callable[[Body, int, Row], int]
_PADDING = bytes(16)  # more than an instruction without a vector reads beyond the end
_LOCAL_GET, _LOCAL_SET, _LOCAL_TEE, _I32_CONST, _PREFIX_FC = 0x20, 0x21, 0x22, 0x41, 0xFC

_CONTROL: dict[str, Handler] = {
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
_PLAIN: dict[str, Handler] = {
    "nop": instructions.nop,
    "drop": instructions.drop,
    "select": instructions.select,
    "select_typed": instructions.select_typed,
    "local.get": instructions.local_get,
    "local.set": instructions.local_set,
    "local.tee": instructions.local_tee,
    "global.get": instructions.global_get,
    "global.set": instructions.global_set,
    "i32.const": instructions.constant32,
    "i64.const": instructions.constant64,
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

_VALUES: dict[str, int] = {
    "memory:": 2,  # what was loaded, and the address made of index and offset
    **dict.fromkeys(_CONTROL, 0),  # operands and results count for the height already
    **dict.fromkeys(("local.get", "local.set", "local.tee", "nop", "drop"), 0),
    **dict.fromkeys(("i32.const", "i64.const", "f32.const", "f64.const"), 0),  # made anew each time
}
"""Values that a compiler may keep beyond what the operand stack and the locals hold; others: 1."""


class Validator:
    """Validates the bodies of one module.

    Attributes:
        module: The decoded module.
        policy: What is accepted.
    """

    def __init__(
        self,
        module: Module,
        policy: Policy,
        limits: Limits,
        schedule: Schedule,
        findings: Findings,
    ) -> None:
        self.module = module
        self.policy = policy
        self.limits = limits
        self.schedule = schedule
        self.findings = findings
        self.gate = Gate(policy, findings)
        self._locals_left = limits.locals_total
        self._points_left = limits.charge_points
        self._loop_locals_left = limits.loop_locals
        self._prefixed: dict[int, Row] = {}
        self._rows: list[Row] = [self._unknown(code) for code in range(256)]
        self._rows[_PREFIX_FC] = self._special(_PREFIX_FC, self._prefix)
        for opcode in OPCODES:
            row = self._row(opcode)
            if opcode.prefix is None:
                self._rows[opcode.code] = row
            else:
                self._prefixed[opcode.code] = row

    def validate(self) -> list[FunctionPlan]:
        """Validate all bodies; what is wrong is recorded as findings."""
        first = self.module.imported_functions
        plans = []
        for number, (start, end) in enumerate(self.module.bodies):
            plan = FunctionPlan(first + number, start, end)
            self._function(plan)
            plans.append(plan)
        return plans

    # The table

    def _row(self, opcode: Opcode) -> Row:
        """The row of a known opcode; a refused one is recorded, then treated as usual."""
        price = self.schedule.instructions.get(opcode.mnemonic, 0)
        immediate = opcode.immediate
        rule = "memory:" if immediate.startswith("memory:") else immediate
        plain, special = _PLAIN.get(rule), _CONTROL.get(rule)
        pops = list(opcode.pops or ())
        alignment = -1  # less than any; that is right without a memory too
        if rule == "memory:" and self.module.memories:
            alignment = int(immediate[7:])
        row = Row(
            price, plain, special, pops, len(pops), list(opcode.pushes), opcode.code, immediate,
            opcode.mnemonic, alignment, _VALUES.get(rule, 1),
        )  # fmt: skip
        if opcode.feature is None or opcode.feature in self.policy.features:
            return row
        return self._gated(opcode.feature, row)

    def _special(self, code: int, handler: Handler, mnemonic: str = "") -> Row:
        name = mnemonic or f"opcode {code:#04x}"
        return Row(0, None, handler, [], 0, [], code, "", name, -1, 0)

    def _gated(self, feature: str, real: Row) -> Row:
        def refuse(body: Body, position: int, _row: Row) -> int:
            offset = body.plan.start + body.opcode_at
            self.gate.refuse(feature, real.mnemonic, offset, body.plan.index)
            return _execute(body, position, real)

        return self._special(real.code, refuse, real.mnemonic)

    def _unknown(self, code: int) -> Row:
        def refuse(body: Body, position: int, _row: Row) -> int:
            feature = UNSUPPORTED.get(code)
            if feature is None:
                raise Invalid("", "malformed: no such instruction")
            found = f"opcode {code:#04x}"
            if code in (0xFB, 0xFD, 0xFE):
                number = read_u32(body.code, position)[0]
                found += f" {number}"
                if code == 0xFD and number >= FIRST_RELAXED_SIMD:
                    feature = "relaxed SIMD"
            raise unsupported(feature, found)

        return self._special(code, refuse)

    def _prefix(self, body: Body, position: int, _row: Row) -> int:
        number, position = read_u32(body.code, position)
        real = self._prefixed.get(number)
        if real is None:
            found = f"opcode 0xfc {number}"
            if number in UNSUPPORTED_FC:
                raise unsupported(UNSUPPORTED_FC[number], found)
            raise Invalid(found, "malformed: no such instruction")
        body.cost += real.price
        body.values += real.values
        return _execute(body, position, real)

    # One body

    def _function(self, plan: FunctionPlan) -> None:
        wasm = self.module.wasm
        body = Body(
            self.module, self.gate, self.limits, self.schedule, plan,
            wasm[plan.start : plan.end] + _PADDING,
        )  # fmt: skip
        try:
            plan.code = self._read_locals(body)
            body.start_block(plan.code, ())
            schedule = self.schedule
            body.cost = schedule.function_entry + schedule.local * plan.declared_locals
            self._read_code(body)
        except Invalid as error:
            self.findings.add_invalid(error, plan.start, plan.index)
        body.finish()
        self._count_points(plan)
        self._count_loops(plan)

    def _count_points(self, plan: FunctionPlan) -> None:
        points = len(plan.blocks)
        most = self.limits.charge_points_per_function
        self._points_left -= points
        if points > most:
            found = f"{points} charge points"
            self.findings.add(plan.start, plan.index, found, f"the limit is {most}")
        elif self._points_left < 0 <= self._points_left + points:
            reason = f"the limit is {self.limits.charge_points}"
            self.findings.add(plan.start, plan.index, "charge points of the module", reason)

    def _count_loops(self, plan: FunctionPlan) -> None:
        loops = len(plan.blocks.openers)
        most = self.limits.loops_per_function
        if loops > most:
            self.findings.add(plan.start, plan.index, f"{loops} loops", f"the limit is {most}")
        carried = (plan.params + plan.declared_locals) * loops
        self._loop_locals_left -= carried
        if self._loop_locals_left < 0 <= self._loop_locals_left + carried:
            reason = (
                f"the limit is {self.limits.loop_locals}; use fewer locals, or split the function"
            )
            self.findings.add(plan.start, plan.index, "locals times loops of the module", reason)

    def _read_locals(self, body: Body) -> int:
        """Read the declarations of locals; returns the position of the first instruction."""
        plan = body.plan
        reader = Reader(self.module.wasm, plan.start, plan.end)
        for _ in range(reader.count("local declarations", self.limits.locals_per_function)):
            at = reader.position
            count = reader.u32()
            kind = self.gate.value_type(reader, plan.index)
            plan.declared_locals += count
            self._locals_left -= count
            if len(body.locals) + count > self.limits.locals_per_function:
                most = self.limits.locals_per_function
                raise Invalid(f"{count} locals", f"the limit is {most} in a function", offset=at)
            if self._locals_left < 0:
                most = self.limits.locals_total
                raise Invalid(f"{count} locals", f"the limit is {most} in a module", offset=at)
            body.locals += [kind] * count
        return reader.position - plan.start

    def _read_code(self, body: Body) -> None:  # noqa: C901, PLR0912, PLR0915 - the hot loop
        """Validate the instructions of a body.

        Nearly all code are a few instructions with short operands. What their handlers do stands
        here a second time, because calling them would take longer than all the rest.

        Raises:
            Invalid: At the first error, with its absolute offset.
        """
        rows, code, stack, local_types = self._rows, body.code, body.stack, body.locals
        end = len(code) - len(_PADDING)
        position = at = body.plan.code
        base = cost = values = highest = 0
        local_price, const_price = rows[_LOCAL_GET].price, rows[_I32_CONST].price
        short_locals, moved_local = min(len(local_types), 0x80), body.params
        try:
            while position < end:
                at = position
                opcode, operand = code[at], code[at + 1]
                if opcode == _LOCAL_GET and operand < short_locals:
                    if operand == moved_local:
                        body.first_local_uses.append(at + 1)
                    stack.append(local_types[operand])
                    if len(stack) > highest:  # noqa: PLR1730 - a call of `max` takes longer
                        highest = len(stack)
                    cost += local_price
                    position += 2
                    continue
                if opcode == _I32_CONST and operand < 0x80:
                    stack.append(I32)
                    if len(stack) > highest:  # noqa: PLR1730
                        highest = len(stack)
                    cost += const_price
                    position += 2
                    continue
                row = rows[opcode]
                cost += row.price
                values += row.values
                position += 1
                if row.control is not None:
                    body.cost += cost
                    cost = 0
                    body.opcode_at = at
                    position = row.control(body, position, row)
                    base = body.base
                    if not body.frames:
                        break
                    continue
                if row.plain is not None:
                    if operand <= row.alignment and code[at + 2] < 0x80:
                        position += 2
                    elif (
                        _LOCAL_SET <= opcode <= _LOCAL_TEE
                        and operand < short_locals
                        and len(stack) > base
                        and stack[-1] == local_types[operand]
                    ):
                        if operand == moved_local:
                            body.first_local_uses.append(position)
                        if opcode == _LOCAL_SET:
                            stack.pop()
                        position += 1
                        continue
                    else:
                        position = row.plain(body, position, row)
                        continue
                count = row.arity
                if stack[-count:] == row.pops and len(stack) - count >= base:
                    stack[-count:] = row.pushes
                else:
                    body.pop_all(row.pops)
                    body.push_all(row.pushes)
            _check_end(body, position, end)
            body.values += values
            body.highest = max(body.highest, highest)
        except Invalid as error:
            if error.offset is None:
                error.offset = body.plan.start + at
            error.found = error.found or rows[code[at]].mnemonic
            raise


def _check_end(body: Body, position: int, end: int) -> None:
    if body.frames or position > end:
        raise Invalid("function body", "malformed: ends too early")
    if position < end:
        raise Invalid("function body", "malformed: continues after its end")


def _execute(body: Body, position: int, row: Row) -> int:
    """Apply the rule of a row outside of the loop."""
    handler = row.control or row.plain
    if handler is not None:
        return handler(body, position, row)
    body.pop_all(row.pops)
    body.push_all(row.pushes)
    return position
