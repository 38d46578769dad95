"""Which functions call which: who may reach the host, and callees before callers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from injector.plan import INDIRECT, FunctionPlan


def find_callers(plans: list[FunctionPlan], called: Iterable[int]) -> frozenset[int]:
    """These functions and all that call them, directly or through others."""
    callers: defaultdict[int, list[int]] = defaultdict(list)
    for plan in plans:
        for callee in plan.calls:
            callers[callee].append(plan.index)
    reached = set(called)
    pending = sorted(reached)
    while pending:
        for caller in callers[pending.pop()]:
            if caller not in reached:
                reached.add(caller)
                pending.append(caller)
    return frozenset(reached)


def find_host_reaching(plans: list[FunctionPlan], imported_functions: int) -> frozenset[int]:
    """Functions that may call an import, directly or through others.

    An import counts, and so does every function with an indirect call, and `INDIRECT` itself.
    """
    indirect = [plan.index for plan in plans if plan.calls_indirectly]
    return find_callers(plans, [INDIRECT, *range(imported_functions), *indirect])


def callees_first(plans: list[FunctionPlan], imported_functions: int) -> list[FunctionPlan]:
    """The functions in an order in which callees come before callers, cycles aside."""
    order: list[FunctionPlan] = []
    seen: set[int] = set()
    for root in plans:
        if root.index in seen:
            continue
        seen.add(root.index)
        path: list[tuple[FunctionPlan, Iterator[int]]] = [(root, iter(root.calls))]
        while path:
            plan, callees = path[-1]
            for callee in callees:
                if callee >= imported_functions and callee not in seen:
                    seen.add(callee)
                    child = plans[callee - imported_functions]
                    path.append((child, iter(child.calls)))
                    break
            else:
                order.append(plan)
                path.pop()
    return order
