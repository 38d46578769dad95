"""Validating function bodies: one loop that checks types, sums prices and finds basic blocks.

The algorithm is the one of the appendix of the WebAssembly specification, driven by a table with
a row for each opcode; instructions with a rule of their own have a handler there.
"""

from __future__ import annotations

from typing import Final

from injector import control
from injector.body import Body
from injector.codes import CALL, END, I32_CONST, I64_CONST, LOCAL_GET, LOCAL_SET, LOCAL_TEE
from injector.dispatch import find_rows
from injector.errors import Findings, Invalid
from injector.instructions import skip_constant
from injector.limits import Limits
from injector.module import Module
from injector.opcodes import I32, I64
from injector.plan import FunctionPlan
from injector.policy import Policy
from injector.reader import Reader
from injector.schedule import Schedule
from injector.types import Gate

_PADDING: Final = bytes(16)  # more than an instruction without a vector reads beyond the end


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
        self._rows = find_rows(policy, schedule, has_memory=bool(module.memories))

    def validate(self) -> list[FunctionPlan]:
        """Validate all bodies; what is wrong is recorded as findings."""
        first = self.module.imported_functions
        plans = []
        for number, (start, end) in enumerate(self.module.bodies):
            plan = FunctionPlan(first + number, start, end)
            self._function(plan)
            plans.append(plan)
        return plans

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
        local_price = rows[LOCAL_GET].price
        short_locals, moved_local = min(len(local_types), 0x80), body.params
        try:
            while position < end:
                at = position
                opcode, operand = code[at], code[at + 1]
                if opcode == LOCAL_GET and operand < short_locals:
                    if operand == moved_local:
                        body.first_local_uses.append(at + 1)
                    stack.append(local_types[operand])
                    if len(stack) > highest:  # noqa: PLR1730 - a call of `max` takes longer
                        highest = len(stack)
                    cost += local_price
                    position += 2
                    continue
                if I32_CONST <= opcode <= I64_CONST:
                    is_short = opcode == I32_CONST
                    if operand < 0x80:
                        position += 2
                    else:
                        position = skip_constant(code, at + 1, 32 if is_short else 64)
                    stack.append(I32 if is_short else I64)
                    if len(stack) > highest:  # noqa: PLR1730
                        highest = len(stack)
                    cost += rows[opcode].price
                    continue
                row = rows[opcode]
                cost += row.price
                values += row.values
                position += 1
                if row.control is not None:
                    body.cost += cost
                    cost = 0
                    body.opcode_at = at
                    if opcode == CALL:
                        position = control.call(body, position, row)
                    elif opcode == END:
                        position = control.end(body, position, row)
                    else:
                        position = row.control(body, position, row)
                    base = body.base
                    if not body.frames:
                        break
                    continue
                if row.plain is not None:
                    if operand <= row.alignment and code[at + 2] < 0x80:
                        position += 2
                    elif (
                        LOCAL_SET <= opcode <= LOCAL_TEE
                        and operand < short_locals
                        and len(stack) > base
                        and stack[-1] == local_types[operand]
                    ):
                        if operand == moved_local:
                            body.first_local_uses.append(position)
                        if opcode == LOCAL_SET:
                            stack.pop()
                        position += 1
                        continue
                    else:
                        position = row.plain(body, position, row)
                        continue
                arity, top = row.arity, len(stack)
                if (
                    row.result
                    and top - arity >= base
                    and stack[top - 1] == row.last
                    and stack[top - arity] == row.first
                ):
                    if arity > 1:
                        stack.pop()
                    stack[top - arity] = row.result
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
