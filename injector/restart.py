"""Another entry of a contract, by which its `main` may be called again in the same instance.

What a contract can change is its memory, its mutable globals, and which data segments are dropped
(tables it cannot change). The entry sets the globals back before it calls what `main` stands for;
the memory is the embedder's to set back, and a contract that drops data segments has no such entry.
"""

from __future__ import annotations

from injector.charges import CALL, GLOBAL_SET, Helper, const64, local
from injector.layout import Layout
from injector.module import FunctionType
from injector.policy import REFERENCE_TYPES, Policy
from injector.stack_height import STACK_WORDS

RESTART_EXPORT = "restart"
"""The name of the entry; a contract exports nothing but `main` and `memory`, so it is free."""


def add_restart(layout: Layout, policy: Policy, main: int) -> None:
    """Export the entry, unless there is more to set back than globals and memory.

    Args:
        layout: What is added to the contract; nothing may wrap `main` after this.
        policy: By which the contract was accepted.
        main: Index in the original of what it exports as `main`.
    """
    module = layout.module
    if module.drops_data or REFERENCE_TYPES in policy.features:
        return
    code = [
        variable.initial + local(GLOBAL_SET, index)
        for index, variable in enumerate(module.globals)
        if variable.mutable
    ]
    # A trap may leave less than all words on their way to a thunk.
    code.append(const64(STACK_WORDS) + local(GLOBAL_SET, layout.height.passed))
    code.append(local(CALL, layout.entry_index(main)))
    helper = Helper("gas.restart", FunctionType((), ()), (), b"".join(code))
    layout.function_exports[RESTART_EXPORT] = layout.add_helper(helper)
