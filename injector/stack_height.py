"""A limit on the height of the call stack that does not depend on the engine.

Each function costs words: its parameters, locals and most operands, a fixed frame, and a part of
what its instructions compute. The last is there because an optimising compiler keeps results for
later that WebAssembly computes again: what does not change in a loop is computed before it, what is
computed twice is computed once. Such results are kept in the native frame, so a function of few
operands may have a frame of many kilobytes (measured with wasmtime: 8 bytes for each of 4,000
products that a loop computes from its parameters).

A second global holds the words left; a called function takes its words and gives them back on its
only exit, made by wrapping the body in one block.
"""

from __future__ import annotations

from injector.charges import (
    CALL,
    EMPTY,
    END,
    GLOBAL_GET,
    GLOBAL_SET,
    I32_ADD,
    I32_LT_S,
    I32_SUB,
    IF,
    const32,
    local,
)
from injector.plan import FunctionPlan

STACK_WORDS = 16_384
"""Words of a whole frame. At most 48 native bytes for each: 768 KiB of the engine's 1 MiB."""

FRAME_WORDS = 2
"""A native frame without locals takes 16 bytes."""

VALUES_PER_WORD = 6
"""A kept result takes 8 native bytes, so six of them make the 48 of `STACK_WORDS`."""

UNCOUNTED_WORDS = 256
"""Functions up to this height that call no other function of the module are not counted: only
one can be active at a time, and the room between `STACK_WORDS` and the engine's limit holds it."""


class StackHeight:
    """Writes the accounting of the height.

    Attributes:
        words_left: Index of the global.
        exhausted: Index of the helper that ends the frame.
        imported: Number of imported functions, which do not use this stack.
    """

    def __init__(self, words_left: int, exhausted: int, imported: int) -> None:
        self.words_left = words_left
        self.exhausted = exhausted
        self.imported = imported

    def words(self, plan: FunctionPlan) -> int:
        """The words that a call of the function takes; 0 if it is not counted."""
        calls = plan.calls_indirectly or any(f >= self.imported for f in plan.calls)
        words = plan.height + FRAME_WORDS + plan.values // VALUES_PER_WORD
        if not calls and words <= UNCOUNTED_WORDS:
            return 0
        return words

    def take(self, words: int) -> bytes:
        """Code at the entry of a function."""
        left = local(GLOBAL_GET, self.words_left)
        take = left + const32(words) + I32_SUB + local(GLOBAL_SET, self.words_left)
        return take + left + const32(0) + I32_LT_S + IF + EMPTY + local(CALL, self.exhausted) + END

    def give_back(self, words: int) -> bytes:
        """Code at the exit of a function."""
        left = local(GLOBAL_GET, self.words_left)
        return left + const32(words) + I32_ADD + local(GLOBAL_SET, self.words_left)
