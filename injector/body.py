"""The state of validating one function body, and what is learned about it on the way."""

from __future__ import annotations

from typing import Final

from injector.codes import LOOP
from injector.errors import Invalid
from injector.limits import Limits
from injector.module import FunctionType, Module
from injector.opcodes import ANY, TYPE_NAMES
from injector.plan import FunctionPlan, Site
from injector.schedule import Schedule
from injector.types import Gate

FUNCTION_BODY: Final = 0x00


class Frame:
    """One open block.

    Attributes:
        kind: Opcode that opened it; `ELSE` once the `else` was met; `FUNCTION_BODY` outermost.
        params: Types it takes.
        results: Types it gives.
        height: Operands below it.
        unreachable: Whether the rest of it is dead code, whose operands have any type.
        entered: Whether its opener can be executed.
        incoming: Blocks that lead to its end otherwise than by falling through: by a branch,
            from the end of a then-arm, or from the `if` itself.
        label: Types that a branch to it carries.
        first: For a loop its first block, for an `if` the block that ends with it.
    """

    __slots__ = (
        "entered", "first", "height", "incoming", "kind", "label", "params", "results",
        "unreachable",
    )  # fmt: skip

    def __init__(
        self,
        kind: int,
        params: tuple[int, ...],
        results: tuple[int, ...],
        height: int,
        entered: bool,
    ) -> None:
        self.kind = kind
        self.params = params
        self.results = results
        self.label = params if kind == LOOP else results
        self.height = height
        self.unreachable = False
        self.entered = entered
        self.incoming: list[int] = []
        self.first = 0


class Body:
    """The operand stack, the open blocks and the current basic block while reading one body.

    Positions are offsets from the start of the body; `code` is padded, so that reading one
    instruction beyond the end is harmless and noticed afterwards.

    Attributes:
        params: Number of parameters.
        live: Whether the next instruction can be executed.
        cost: Prices summed up in the current block.
        offset, depth, block_cost, after_call, before, turns, exits, openers: What is known of the
            blocks so far, as in `Blocks`; the last one is the current block of live code.
        sites, calls, function_uses, first_local_uses: As in `FunctionPlan`.
        base: Operands below the innermost block.
        highest: The most operands ever on the stack.
        values: Results that an optimising compiler may keep elsewhere.
        opcode_at: Where the current control or bulk instruction starts.
    """

    def __init__(
        self,
        module: Module,
        gate: Gate,
        limits: Limits,
        schedule: Schedule,
        plan: FunctionPlan,
        code: bytes,
    ) -> None:
        self.module = module
        self.gate = gate
        self.limits = limits
        self.schedule = schedule
        self.plan = plan
        self.code = code
        self.type: FunctionType = module.function_type(plan.index)
        self.params = len(self.type.params)
        self.locals: list[int] = list(self.type.params)
        self.stack: list[int] = []
        self.frames = [Frame(FUNCTION_BODY, (), self.type.results, 0, True)]
        self.base = 0
        self.highest = 0
        self.values = 0
        self.live = True
        self.cost = 0
        self.opcode_at = 0
        blocks = plan.blocks
        self.offset = blocks.offset
        self.depth = blocks.depth
        self.block_cost = blocks.cost
        self.after_call = blocks.after_call
        self.before = blocks.before
        self.turns = blocks.turns
        self.exits = blocks.exits
        self.openers = blocks.openers
        self.sites = plan.sites
        self.calls: set[int] = set()
        self.function_uses = plan.function_uses
        self.first_local_uses = plan.first_local_uses

    # Operands

    def pop(self, expected: int) -> int:
        """Take one operand of a type (or of any, for `ANY`).

        Returns:
            Its type; `ANY` where unreachable code has nothing there.

        Raises:
            Invalid: Nothing there, or another type; without an offset.
        """
        stack = self.stack
        if len(stack) > self.base:
            actual = stack.pop()
            if actual != expected and ANY not in (actual, expected):
                raise Invalid(
                    "", f"invalid: {TYPE_NAMES[actual]} where {TYPE_NAMES[expected]} is needed"
                )
            return actual
        if self.frames[-1].unreachable:
            return ANY
        raise Invalid("", "invalid: not enough operands")

    def pop_all(self, expected: tuple[int, ...] | list[int]) -> None:
        """Take operands, the last type from the top."""
        if not expected:
            return
        stack = self.stack
        at = lowest = len(stack) - len(expected)
        if lowest >= self.base:
            for kind in expected:
                if stack[at] != kind:
                    break
                at += 1
            else:
                for _ in expected:
                    stack.pop()
                return
        for kind in reversed(expected):
            self.pop(kind)

    def push(self, kind: int) -> None:
        """Put one operand on the stack."""
        stack = self.stack
        stack.append(kind)
        if len(stack) > self.highest:  # noqa: PLR1730 - a call of `max` takes longer
            self.highest = len(stack)

    def push_all(self, kinds: tuple[int, ...] | list[int]) -> None:
        """Put operands on the stack, the first deepest."""
        if kinds:
            self.stack.extend(kinds)
            self.highest = max(self.highest, len(self.stack))

    # Blocks

    def close_arm(self) -> Frame:
        """Check the operands at the end of a block or arm and leave it."""
        frames = self.frames
        frame = frames[-1]
        if frame.results:
            self.pop_all(frame.results)
        if len(self.stack) != frame.height:
            raise Invalid("", "invalid: operands are left over at the end of a block")
        frames.pop()
        self.base = frames[-1].height if frames else 0
        return frame

    def here(self) -> tuple[int, ...]:
        """The current block, as a branch from it is noted."""
        return (len(self.offset) - 1,)

    def target(self, depth: int, here: tuple[int, ...]) -> Frame:
        """The block that a branch of this depth leads to, noted as branched to from `here`.

        Tables with many targets in many blocks make the number of a block the most frequent object
        by far; taken out of `here` it is one object, and else one for each target.
        """
        if depth >= len(self.frames):
            raise Invalid(f"label {depth}", "invalid: no such block")
        frame = self.frames[-1 - depth]
        if frame.kind == FUNCTION_BODY:
            self.plan.branches_out = True
        if self.live:
            if frame.kind == LOOP:
                self.turns.append((here[0], frame.first))
            elif frame.kind == FUNCTION_BODY:
                self.exit_here()
            else:
                frame.incoming += here
        return frame

    def stop(self) -> None:
        """What follows up to the end of the block is dead code."""
        frame = self.frames[-1]
        del self.stack[frame.height :]
        frame.unreachable = True
        if self.live:
            self.end_block()
            self.live = False

    # Basic blocks

    def start_block(
        self, position: int, before: tuple[int, ...], after_call: int | None = None
    ) -> None:
        """Start a block of live code that follows others."""
        self.offset.append(position)
        self.depth.append(len(self.frames))
        self.after_call.append(after_call)
        self.before.append(before)
        self.live = True
        self.cost = 0

    def end_block(self) -> int:
        """End the block of live code; returns its index."""
        self.block_cost.append(self.cost)
        return len(self.offset) - 1

    def cut(self, position: int, after_call: int | None = None) -> None:
        """End the block and start the one that it falls into, in live code only."""
        if self.live:
            self.before.append(None)
            self.offset.append(position)
            self.depth.append(len(self.frames))
            self.block_cost.append(self.cost)
            self.after_call.append(after_call)
            self.cost = 0

    def exit_here(self) -> None:
        """Note that the function may return from the end of the block of live code."""
        self.exits.append(len(self.offset) - 1)

    def site(self, offset: int, end: int, mnemonic: str, operand: int = 0) -> None:
        """Note an instruction for the output, in live code only."""
        if self.live:
            block, depth = len(self.offset) - 1, len(self.frames)
            self.sites.append(Site(offset, end, mnemonic, operand, block, depth))

    # The end

    def finish(self) -> None:
        """Put into the plan what is not there yet."""
        plan = self.plan
        plan.params = self.params
        plan.height = len(self.locals) + self.highest
        plan.values = self.values
        plan.calls = sorted(self.calls)
