"""From an accepted module to the bytes of its instrumented form."""

from __future__ import annotations

from dataclasses import dataclass, replace

from injector.analysis import Analysis
from injector.call_graph import find_callers
from injector.counter import Counter
from injector.encode import METERING_SECTION, custom_section, encode_module
from injector.errors import InjectorError, RecheckError
from injector.function_counters import FunctionCounters
from injector.function_writer import Facts, FunctionWriter
from injector.layout import Layout
from injector.limits import Limits
from injector.module import FUNCTION_KIND, Extent, Module
from injector.names import SECTION as NAME_SECTION
from injector.names import Names
from injector.placement import Placement, place_charges
from injector.plan import INDIRECT, FunctionPlan
from injector.policy import Policy
from injector.recheck import Walk, skip_locals
from injector.restart import add_restart
from injector.runtime import Runtime
from injector.schedule import Schedule

VERSION = "1"
"""Version of the instrumentation rules; part of consensus and of every instrumented module."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to instrument.

    Attributes:
        policy: What to accept.
        schedule: The prices.
        counter: How gas is counted.
        limits: Limits on the shape of the module.
        runtime: What takes the place of imports, if anything.
        restart: Whether to export `restart`.
    """

    policy: Policy
    schedule: Schedule
    counter: Counter
    limits: Limits
    runtime: Runtime | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        output: The instrumented module.
        placements: The charges, by function index.
        bodies: The function bodies with their sizes, by the index in the original.
    """

    output: bytes
    placements: dict[int, Placement]
    bodies: dict[int, bytes]


def lay_out(analysis: Analysis, options: Options) -> tuple[Layout, dict[int, int]]:
    """What is added to the module; and what functions cost before their first instruction."""
    module, limits = analysis.module, options.limits
    if options.policy.contract and module.memories:
        memory = module.memories[0]
        most = limits.memory_pages
        capped = most if memory.maximum is None else min(memory.maximum, most)
        module.memories[0] = replace(memory, maximum=capped)
    layout = Layout(module, options.schedule, analysis.plans, options.counter)
    at_start = _charge_initial_pages(module, options.policy, layout)
    if options.runtime is not None:
        layout.link(options.runtime, _main(module, options.policy, "a runtime"))
    if options.restart:
        add_restart(layout, options.policy, _main(module, options.policy, "a restart"))
    return layout, at_start


def write(
    analysis: Analysis,
    options: Options,
    layout: Layout,
    counters: FunctionCounters | None = None,
) -> Written:
    """Write the instrumented module.

    Args:
        analysis: The module, which was accepted.
        options: How to instrument it.
        layout: What `lay_out` adds to it.
        counters: What counts by function, for a profile.

    Raises:
        RecheckError: This injector has an error: what it wrote could run unpaid.
    """
    module = analysis.module
    placements = place_charges(module, analysis.plans)
    facts = _facts(module, analysis.plans, placements, options.policy)
    bodies = {}
    for plan in analysis.plans:
        writer = FunctionWriter(module, plan, placements[plan.index], layout, facts)
        bodies[plan.index] = writer.body([] if counters is None else counters.edits(plan))
    _recheck(layout, bodies)
    extent: Extent | None = module.memories[0] if options.policy.contract else None
    custom = _custom(analysis, options.schedule, layout, is_profiled=counters is not None)
    output = encode_module(module, layout, bodies, extent, custom)
    return Written(output, placements, bodies)


def _main(module: Module, policy: Policy, what: str) -> int:
    main = module.find_export("main")
    if not policy.contract or main is None:
        raise InjectorError(f"{what} is for contracts, policy {policy.name} is not")
    return main.index


def _facts(
    module: Module, plans: list[FunctionPlan], placements: dict[int, Placement], policy: Policy
) -> Facts:
    """What the writer of a function has to know about all of them."""
    imports = frozenset(range(module.imported_functions))
    using = {
        plan.index
        for plan in plans
        if placements[plan.index].charges
        or plan.calls_indirectly
        or any(site.mnemonic not in ("call", "return") for site in plan.sites)
    }
    users = find_callers(plans, imports | using | {INDIRECT})
    entries = {export.index for export in module.exports if export.kind == FUNCTION_KIND}
    if not policy.contract:
        entries |= module.referenced_functions
    if module.start is not None:
        entries.add(module.start)
    return Facts(users, imports, frozenset(entries))


def _recheck(layout: Layout, bodies: dict[int, bytes]) -> None:
    """Read the functions as they were written, and make sure of what gas has to guarantee.

    Raises:
        RecheckError: This injector has an error.
    """
    if not layout.schedule.charges:
        return
    imports = layout.module.imported_functions + len(layout.imports)
    host = frozenset(() if layout.linked is None else layout.linked.replaced.values())
    walk = Walk(layout.gas_global, imports, layout.first_helper, host)
    for index, body in bodies.items():
        walk.function(body, skip_locals(body))
        if walk.problems:
            raise RecheckError(f"function {index}: {'; '.join(walk.problems)}")


def _charge_initial_pages(module: Module, policy: Policy, layout: Layout) -> dict[int, int]:
    """Make the initial memory of a contract, beyond its free part, the frame's first charge.

    Returns:
        The charge by the function that it is counted for: `main`, if there is a charge.
    """
    schedule = layout.schedule
    main = module.find_export("main")
    if not policy.contract or main is None:
        return {}
    pages = module.memories[0].minimum - schedule.free_initial_pages
    if not schedule.charges or pages <= 0:
        return {}
    cost = pages * schedule.memory_page
    layout.wrap_main(main.index, cost)
    return {main.index: cost}


def _encode_names(names: Names, layout: Layout, plans: list[FunctionPlan]) -> bytes:
    """The names with the indices of the output."""
    locals_ = {}
    by_index = {plan.index: plan for plan in plans}
    for index, named in names.locals.items():
        plan = by_index.get(index)
        if plan is not None and index in layout.height.words:
            last = plan.params + plan.declared_locals
            moved = {last if local == plan.params else local: name for local, name in named.items()}
            locals_[layout.call_index(index)] = moved
        else:
            locals_[layout.function_index(index)] = named
    return Names(layout.names(names.functions), locals_, names.others).encode()


def _custom(analysis: Analysis, schedule: Schedule, layout: Layout, *, is_profiled: bool) -> bytes:
    text = f"rules {VERSION}\nschedule {schedule.name} {schedule.hash}\n"
    if layout.linked is not None:
        text += f"runtime {layout.linked.version}\n"
    text += "profiled\n" if is_profiled else ""
    out = custom_section(METERING_SECTION, text.encode())
    if analysis.names is not None:
        out = (
            custom_section(NAME_SECTION, _encode_names(analysis.names, layout, analysis.plans))
            + out
        )
    return out
