"""Merging segments: a call that never reaches the host need not end one.

Gas has to be exact wherever the host can look: on normal return and at host calls. So the code
after a call is paid for together with the code before it, unless the call may reach the host and
end the frame there.
"""

from __future__ import annotations

from collections import defaultdict

from injector.body import FunctionPlan, Segment


def find_host_reaching(plans: list[FunctionPlan], imported_functions: int) -> frozenset[int]:
    """Functions that may call an import, directly or through others.

    An import counts, and so does every function with an indirect call.
    """
    callers: defaultdict[int, list[int]] = defaultdict(list)
    pending = list(range(imported_functions))
    for plan in plans:
        for callee in plan.calls:
            callers[callee].append(plan.index)
        if plan.calls_indirectly:
            pending.append(plan.index)
    reached = set(pending)
    while pending:
        for caller in callers[pending.pop()]:
            if caller not in reached:
                reached.add(caller)
                pending.append(caller)
    return frozenset(reached)


def merge_segments(plan: FunctionPlan, host_reaching: frozenset[int]) -> list[tuple[int, int]]:
    """The charges of a function: offset in the body and cost, none of them zero."""
    charges: list[tuple[int, int]] = []
    current: Segment | None = None
    cost = 0
    for segment in plan.segments:
        if segment.after_call is not None and segment.after_call not in host_reaching:
            cost += segment.cost
            continue
        if current is not None and cost:
            charges.append((current.offset, cost))
        current, cost = segment, segment.cost
    if current is not None and cost:
        charges.append((current.offset, cost))
    return charges
