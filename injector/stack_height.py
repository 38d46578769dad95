"""A limit on the height of the call stack that does not depend on the engine.

A call of a function takes words: its parameters, locals and most operands, a fixed frame, and a
part of what its instructions compute. The last is there because an optimising compiler keeps
results for later that WebAssembly computes again: what does not change in a loop is computed before
it, what is computed twice is computed once. Such results wait in the native frame, so a function of
few operands may have a frame of many kilobytes (measured with wasmtime: 8 bytes for each of 4,000
products that a loop computes from its parameters; `tests/injector/test_kept_values.py`).

The words left are one more parameter, the last, of every function that calls other functions of the
module; it takes its own words from them when it starts, and hands the rest to those that it calls.
So nothing has to be given back, however a function ends.

A function that can be called through a table keeps its type: in its place stands a thunk that finds
the words left in a global and calls the function itself, moved behind all others. What is exported
is a helper that hands all words to the function.
"""

from __future__ import annotations

from typing import Final

from injector import leb128
from injector.charges import (
    CALL,
    END,
    GLOBAL_GET,
    GLOBAL_SET,
    I64_SUB,
    LOCAL_GET,
    LOCAL_TEE,
    const64,
    local,
)
from injector.codes import REF_FUNC
from injector.module import FunctionType, Module
from injector.opcodes import I64
from injector.plan import FunctionPlan

STACK_WORDS: Final = 16_384
"""Words of a whole frame. At most 48 native bytes for each: 768 KiB of the engine's 1 MiB."""

VALUES_PER_WORD: Final = 6
"""A kept result takes 8 native bytes, so six of them make the 48 of `STACK_WORDS`."""

FRAME_WORDS: Final = 4
"""Return address, frame pointer, the words left and the copy of the counter."""

UNCOUNTED_WORDS: Final = 256
"""Functions up to this height that call no other function of the module are not counted: only
one can be active at a time, and the room between `STACK_WORDS` and the engine's limit holds it."""


class StackHeight:
    """Writes the accounting of the height.

    Attributes:
        words: Words of each counted function; the others have no further parameter.
        moved: New index of each counted function whose place a thunk takes.
        passed: Index of the i64 global through which words reach a thunk.
    """

    def __init__(
        self, module: Module, plans: list[FunctionPlan], passed: int, first_free: int
    ) -> None:
        self.passed = passed
        imported = module.imported_functions
        self.words: dict[int, int] = {}
        for plan in plans:
            calls = plan.calls_indirectly or any(callee >= imported for callee in plan.calls)
            words = plan.height + FRAME_WORDS + plan.values // VALUES_PER_WORD
            if calls or words > UNCOUNTED_WORDS:
                self.words[plan.index] = words
        moved = sorted(self._in_tables(module, plans) & self.words.keys())
        self.moved = {index: first_free + place for place, index in enumerate(moved)}

    @staticmethod
    def _in_tables(module: Module, plans: list[FunctionPlan]) -> set[int]:
        """Functions that may be called through a table or reference."""
        referred = {use.function for use in module.function_uses}
        for plan in plans:
            for use in plan.function_uses:
                if module.wasm[plan.start + use.start - 1] == REF_FUNC:
                    referred.add(use.function)
        return referred

    def type(self, index: int, kind: FunctionType) -> FunctionType:
        """The type of a function as it is called directly."""
        if index in self.words:
            return FunctionType((*kind.params, I64), kind.results)
        return kind

    def take(self, words: int, parameter: int) -> bytes:
        """Code at the entry of a function; leaves the words left on the stack."""
        left = local(LOCAL_GET, parameter) + const64(words) + I64_SUB
        return left + local(LOCAL_TEE, parameter)

    def thunk(self, index: int, params: int) -> bytes:
        """The body, with its size, that stands in the place of a moved function."""
        arguments = b"".join(local(LOCAL_GET, each) for each in range(params))
        code = arguments + local(GLOBAL_GET, self.passed) + self.reset()
        return leb128.sized(b"\0" + code + local(CALL, self.moved[index]) + END)

    def pass_on(self, parameter: int) -> bytes:
        """Code before an indirect call."""
        return local(LOCAL_GET, parameter) + local(GLOBAL_SET, self.passed)

    def reset(self) -> bytes:
        """Code after an indirect call: whoever comes from outside has all words again."""
        return const64(STACK_WORDS) + local(GLOBAL_SET, self.passed)
