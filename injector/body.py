"""The state of validating one function body, and what is learned about it on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

from injector.errors import Invalid
from injector.limits import Limits
from injector.module import FunctionType, FunctionUse, Module
from injector.opcodes import ANY, TYPE_NAMES
from injector.schedule import Schedule
from injector.types import Gate

BLOCK, LOOP, IF, ELSE = 0x02, 0x03, 0x04, 0x05
FUNCTION_BODY = 0x00


class Frame:
    """One open block.

    Attributes:
        kind: Opcode that opened it; `ELSE` once the `else` was met; `FUNCTION_BODY` outermost.
        params: Types it takes.
        results: Types it gives.
        height: Operands below it.
        unreachable: Whether the rest of it is dead code, whose operands have any type.
        entered: Whether its opener can be executed.
        joined: Whether its end can be reached other than by falling through: a live branch to
            it, or a live then-arm.
    """

    __slots__ = ("entered", "height", "joined", "kind", "params", "results", "unreachable")

    def __init__(
        self,
        kind: int,
        params: tuple[int, ...],
        results: tuple[int, ...],
        height: int,
        *,
        entered: bool,
    ) -> None:
        self.kind = kind
        self.params = params
        self.results = results
        self.height = height
        self.unreachable = False
        self.entered = entered
        self.joined = False

    @property
    def label(self) -> tuple[int, ...]:
        """Types that a branch to it carries."""
        return self.params if self.kind == LOOP else self.results


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of instructions that all execute if the first does (traps aside).

    Attributes:
        offset: Where it starts, from the start of the body.
        cost: Sum of the prices of its instructions.
        after_call: Index of the function whose call it follows directly; None if it follows
            something else, and always has to be charged apart.
    """

    offset: int
    cost: int
    after_call: int | None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A live instruction that the output replaces or prepends something to.

    Attributes:
        offset: Where it starts, from the start of the body.
        end: Where it ends.
        mnemonic: The instruction.
        operand: Depth of the function body's label for `return`; the table index for table
            instructions; else 0.
    """

    offset: int
    end: int
    mnemonic: str
    operand: int


@dataclass(slots=True)
class FunctionPlan:
    """What validation learned about one function.

    Attributes:
        index: Function index.
        start: Absolute offset of the body (its local declarations).
        end: Absolute offset after the body.
        code: Offset of the first instruction, from the start of the body.
        declared_locals: Number of locals without parameters.
        height: Words that a call takes at most: parameters, locals, operands.
        values: Results of instructions that an optimising compiler may keep beyond those.
        segments: Live segments in the order of their offsets.
        rewrites: Live instructions to rewrite, in the order of their offsets.
        calls: Functions called by live code.
        function_uses: Places of function indices, in dead code too; offsets from the start of
            the body.
        calls_indirectly: Whether live code holds a `call_indirect`.
    """

    index: int
    start: int
    end: int
    code: int = 0
    declared_locals: int = 0
    height: int = 0
    values: int = 0
    segments: list[Segment] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)
    calls: set[int] = field(default_factory=set)
    function_uses: list[FunctionUse] = field(default_factory=list)
    calls_indirectly: bool = False


class Body:
    """The operand stack, the open blocks and the current segment while reading one body.

    Positions are offsets from the start of the body; `code` is padded, so that reading one
    instruction beyond the end is harmless and noticed afterwards.

    Attributes:
        live: Whether the next instruction can be executed.
        cost: Prices summed up in the current segment.
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
        self.locals: list[int] = list(self.type.params)
        self.stack: list[int] = []
        self.frames = [Frame(FUNCTION_BODY, (), self.type.results, 0, entered=True)]
        self.base = 0
        self.highest = 0
        self.values = 0
        self.live = True
        self.cost = 0
        self.opcode_at = 0
        self._segment_start = 0
        self._after_call: int | None = None

    # Operands

    def pop(self, expected: int) -> int:
        """Take one operand of a type (or of any, for `ANY`); returns its type.

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
            return expected
        raise Invalid("", "invalid: not enough operands")

    def pop_all(self, expected: tuple[int, ...] | list[int]) -> None:
        """Take operands, the last type from the top."""
        for kind in reversed(expected):
            self.pop(kind)

    def push(self, kind: int) -> None:
        """Put one operand on the stack."""
        self.stack.append(kind)
        self.highest = max(self.highest, len(self.stack))

    def push_all(self, kinds: tuple[int, ...] | list[int]) -> None:
        """Put operands on the stack, the first deepest."""
        self.stack.extend(kinds)
        self.highest = max(self.highest, len(self.stack))

    # Blocks

    def open_block(self, kind: int, params: tuple[int, ...], results: tuple[int, ...]) -> None:
        """Enter a block whose parameters are on the stack."""
        if len(self.frames) > self.limits.nesting:
            raise Invalid(f"block {len(self.frames)} deep", f"the limit is {self.limits.nesting}")
        self.pop_all(params)
        self.base = len(self.stack)
        self.frames.append(Frame(kind, params, results, self.base, entered=self.live))
        self.push_all(params)

    def close_arm(self) -> Frame:
        """Check the operands at the end of a block or arm and leave it."""
        frame = self.frames[-1]
        self.pop_all(frame.results)
        if len(self.stack) != frame.height:
            raise Invalid("", "invalid: operands are left over at the end of a block")
        self.frames.pop()
        self.base = self.frames[-1].height if self.frames else 0
        return frame

    def target(self, depth: int) -> Frame:
        """The block that a branch of this depth leads to, marked as branched to."""
        if depth >= len(self.frames):
            raise Invalid(f"label {depth}", "invalid: no such block")
        frame = self.frames[-1 - depth]
        if self.live:
            frame.joined = True
        return frame

    def stop(self) -> None:
        """What follows up to the end of the block is dead code."""
        frame = self.frames[-1]
        del self.stack[frame.height :]
        frame.unreachable = True
        if self.live:
            self.close_segment()
            self.live = False

    # Segments

    def open_segment(self, position: int, after_call: int | None = None) -> None:
        """Start a segment of live code."""
        self.live = True
        self.cost = 0
        self._segment_start = position
        self._after_call = after_call

    def close_segment(self) -> None:
        """End the segment of live code."""
        segment = Segment(self._segment_start, self.cost, self._after_call)
        self.plan.segments.append(segment)

    def cut(self, position: int, after_call: int | None = None) -> None:
        """End the segment and start another one, in live code only."""
        if self.live:
            self.close_segment()
            self.open_segment(position, after_call)

    def rewrite(self, offset: int, end: int, mnemonic: str, operand: int = 0) -> None:
        """Note an instruction for rewriting, in live code only."""
        if self.live:
            self.plan.rewrites.append(Rewrite(offset, end, mnemonic, operand))
