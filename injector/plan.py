"""What validation learns about one function: its basic blocks and what has to be rewritten.

There is one of these for each function, or each call; so they are plain classes, whose constructors
are compiled where this module is, and not dataclasses, whose constructors never are.
"""

from __future__ import annotations

from typing import Final

from injector.module import FunctionUse


class Blocks:
    """The basic blocks of a function: runs of live code that all executes if its first does.

    Traps aside. The columns have one entry for each block, in the order of their offsets; the first
    block is the entry. Nobody changes them once the function is validated.

    Attributes:
        offset: Where it starts, from the start of the body; a charge can be put there.
        depth: Labels open there, the function's own included.
        cost: Sum of the prices of its instructions.
        after_call: Index of the function whose call it follows directly; `INDIRECT` after an
            indirect call; None if it follows something else.
        before: Blocks that it may follow, without those that branch back to it; None stands for
            the block right before it and no other.
        turns: Branches back to a loop: a block, and the block that starts the loop.
        exits: Blocks from whose end the function may return.
        openers: For each block that starts a loop, where the `loop` stands.
    """

    __slots__ = (
        "after_call", "before", "cost", "depth", "exits", "offset", "openers", "turns",
    )  # fmt: skip

    def __init__(self) -> None:
        self.offset: list[int] = []
        self.depth: list[int] = []
        self.cost: list[int] = []
        self.after_call: list[int | None] = []
        self.before: list[tuple[int, ...] | None] = []
        self.turns: list[tuple[int, int]] = []
        self.exits: list[int] = []
        self.openers: dict[int, int] = {}

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self.offset)


INDIRECT: Final = -1
"""Stands for the unknown function that an indirect call reaches."""


class Site:
    """A live instruction that the output may replace or put something around.

    Attributes:
        offset: Where it starts, from the start of the body.
        end: Where it ends.
        mnemonic: The instruction.
        operand: The function that `call` calls; the table index for table instructions; else 0.
        block: The block that it stands in.
        depth: Labels open there, the function's own included.
    """

    __slots__ = ("block", "depth", "end", "mnemonic", "offset", "operand")

    def __init__(
        self, offset: int, end: int, mnemonic: str, operand: int, block: int, depth: int
    ) -> None:
        self.offset = offset
        self.end = end
        self.mnemonic = mnemonic
        self.operand = operand
        self.block = block
        self.depth = depth


class FunctionPlan:
    """What validation learned about one function.

    Attributes:
        index: Function index.
        start: Absolute offset of the body (its local declarations).
        end: Absolute offset after the body.
        code: Offset of the first instruction, from the start of the body.
        params: Number of parameters.
        declared_locals: Number of locals without parameters.
        height: Words that a call takes at most: parameters, locals, operands.
        values: Results of instructions that an optimising compiler may keep beyond those.
        blocks: Its basic blocks.
        sites: Live instructions that matter to the output, in the order of their offsets.
        calls: Functions called by live code, in the order of their indices.
        calls_indirectly: Whether live code holds a `call_indirect`.
        branches_out: Whether a branch leads to the function's own label, in dead code too.
        first_local_uses: Where the first declared local is named, in dead code too.
        function_uses: Places of function indices other than in live calls, in dead code too;
            offsets from the start of the body.
    """

    __slots__ = (
        "blocks", "branches_out", "calls", "calls_indirectly", "code", "declared_locals", "end",
        "first_local_uses", "function_uses", "height", "index", "params", "sites", "start", "values",
    )  # fmt: skip

    def __init__(self, index: int, start: int, end: int) -> None:
        self.index = index
        self.start = start
        self.end = end
        self.code = self.params = self.declared_locals = self.height = self.values = 0
        self.blocks = Blocks()
        self.sites: list[Site] = []
        self.calls: list[int] = []
        self.calls_indirectly = self.branches_out = False
        self.first_local_uses: list[int] = []
        self.function_uses: list[FunctionUse] = []
