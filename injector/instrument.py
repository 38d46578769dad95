"""The doors of the injector: checking a module, instrumenting it, and counting by function."""

from __future__ import annotations

from dataclasses import dataclass, replace

from injector.call_graph import find_callers
from injector.collector import CollectorPaused
from injector.contract import check_contract
from injector.counter import Counter, find_counter
from injector.decode import Decoder
from injector.encode import METERING_SECTION, custom_section, encode_module
from injector.errors import Finding, Findings, InjectorError, Invalid, RecheckError
from injector.function_counters import FunctionCounters, Profiled
from injector.function_writer import Facts, FunctionWriter
from injector.layout import GAS_EXPORT, Layout
from injector.limits import DEFAULT_LIMITS, Limits
from injector.module import CUSTOM, FUNCTION_KIND, Extent, Module
from injector.names import SECTION as NAME_SECTION
from injector.names import Names, read_names
from injector.opcodes import MNEMONICS
from injector.placement import Placement, place_charges
from injector.plan import INDIRECT, FunctionPlan
from injector.policy import Policy, find_policy
from injector.recheck import Walk, skip_locals
from injector.restart import add_restart
from injector.runtime import Runtime
from injector.schedule import Schedule, find_schedule
from injector.stats import Stats, find_stats
from injector.validate import Validator

VERSION = "1"
"""Version of the instrumentation rules; part of consensus and of every instrumented module."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A module with what validation learned about it.

    Attributes:
        module: The decoded module.
        plans: One plan for each function body.
        names: Its well-formed name section, or None.
        findings: Why it is refused; empty if accepted.
    """

    module: Module
    plans: list[FunctionPlan]
    names: Names | None
    findings: tuple[Finding, ...]


def check(
    wasm: bytes, *, policy: str | Policy = "ewasm", limits: Limits = DEFAULT_LIMITS
) -> tuple[Finding, ...]:
    """Say why a module is refused.

    Args:
        wasm: The bytes of the module; anything goes.
        policy: What to accept.
        limits: Limits on its shape.

    Returns:
        At most 100 findings in the order of their offsets; none if the module is accepted.

    Raises:
        InjectorError: Only for an unknown policy.
    """
    schedule = find_schedule("none")
    with CollectorPaused():
        return _analyse(bytes(wasm), find_policy(policy), schedule, limits).findings


def instrument(
    wasm: bytes,
    *,
    policy: str | Policy = "ewasm",
    schedule: str | Schedule = "particles",
    counter: str | Counter = Counter.GLOBAL,
    limits: Limits = DEFAULT_LIMITS,
    runtime: Runtime | None = None,
    restart: bool = False,
) -> bytes:
    """Add the charging of gas and the limit on the stack to a module.

    The output exports a mutable i64 global `gas_left` in units of the schedule, at first 2^63-1.
    The caller sets it before calling the module and reads it afterwards and at every host call:
    it is exact then. After a trap it is -1 if gas ran out, -2 if the
    stack did. Checks come late, so a trap of the module itself may also leave what was owed then,
    another negative number: gas had run out before it.

    Args:
        wasm: The bytes of the original module.
        policy: What to accept: `ewasm`, `core`, or a policy of one's own.
        schedule: The prices: a name, a path of a JSON file, or a schedule.
        counter: How gas is counted: `global`, or `import` for calls of `ethereum.useGas` in whole
            gas (then there is no `gas_left`, and gas that ran out is the host's to end).
        limits: Limits on the shape of the module.
        runtime: What takes the place of imports; needs a contract and the counter `global`.
        restart: Whether to export also `restart`, which gives all mutable globals but `gas_left`
            their initial values and then does what `main` does: in an instance whose memory is as
            it was at first, it runs as if the instance were new. Contracts that drop data segments
            do not get it. Needs a contract.

    Returns:
        The instrumented module; the same for the same arguments.

    Raises:
        InjectorError: The module is refused; carries the findings.
        ScheduleError: The schedule cannot be used.
    """
    options = Options(
        find_policy(policy),
        find_schedule(schedule),
        find_counter(counter),
        limits,
        runtime,
        restart,
    )
    with CollectorPaused():
        return _instrument(_accept(bytes(wasm), options), options).output


def instrument_with_stats(
    wasm: bytes,
    *,
    policy: str | Policy = "ewasm",
    schedule: str | Schedule = "particles",
    counter: str | Counter = Counter.GLOBAL,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[bytes, Stats]:
    """As `instrument`, and say what was added to each function.

    Raises:
        InjectorError: The module is refused; carries the findings.
        ScheduleError: The schedule cannot be used.
    """
    options = Options(find_policy(policy), find_schedule(schedule), find_counter(counter), limits)
    with CollectorPaused():
        analysis = _accept(bytes(wasm), options)
        written = _instrument(analysis, options)
        names = {} if analysis.names is None else analysis.names.functions
        stats = find_stats(
            analysis.module,
            analysis.plans,
            written.placements,
            written.bodies,
            written.output,
            names,
        )
        return written.output, stats


def profile(
    wasm: bytes,
    *,
    policy: str | Policy = "ewasm",
    schedule: str | Schedule = "particles",
    limits: Limits = DEFAULT_LIMITS,
) -> Profiled:
    """As `instrument`, and count for each function what its own instructions use.

    Gas runs out where it does in the other form, and `gas_left` is the same at every host call. If
    the called function returns, or a host call ends it, the counters add up to the gas that was
    charged. After a trap or out of gas they hold the prices of all basic blocks that were started.

    Args:
        wasm: The bytes of the original module.
        policy: What to accept.
        schedule: The prices; `none` has none to count.
        limits: Limits on the shape of the module.

    Raises:
        InjectorError: The module is refused, has more than 10,000 functions or exports the name of
            a counter; or the schedule has no prices.
        ScheduleError: The schedule cannot be used.
    """
    options = Options(find_policy(policy), find_schedule(schedule), Counter.GLOBAL, limits)
    if not options.schedule.charges:
        raise InjectorError(f"schedule {options.schedule.name}: no prices that could be counted")
    with CollectorPaused():
        analysis = _accept(bytes(wasm), options)
        layout, at_start = _lay_out(analysis, options)
        counters = FunctionCounters(layout, analysis.plans, at_start)
        output = _write(analysis, options, layout, counters).output
        names = {} if analysis.names is None else analysis.names.functions
        return Profiled(output, counters.functions(names))


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


def _instrument(analysis: Analysis, options: Options) -> Written:
    return _write(analysis, options, _lay_out(analysis, options)[0])


def _accept(wasm: bytes, options: Options) -> Analysis:
    _check_prices(options.policy, options.schedule)
    if options.counter is Counter.IMPORT:
        _check_whole_gas(options.schedule)
    analysis = _analyse(wasm, options.policy, options.schedule, options.limits)
    if analysis.findings:
        text = "\n".join(str(finding) for finding in analysis.findings)
        raise InjectorError(f"the module is refused:\n{text}", analysis.findings)
    return analysis


def _check_prices(policy: Policy, schedule: Schedule) -> None:
    """Refuse a schedule that lacks a price for an accepted instruction."""
    for mnemonic, feature in MNEMONICS.items():
        if feature is None or feature in policy.features:
            schedule.price(mnemonic)


def _check_whole_gas(schedule: Schedule) -> None:
    """Refuse a schedule with prices below one gas for a counter in whole gas."""
    for field, price in schedule.prices():
        if price % schedule.scale:
            raise InjectorError(
                f"schedule {schedule.name}: {field} is not a whole number of gas "
                f"({price} of {schedule.scale}), which the counter `import` needs"
            )


def _analyse(wasm: bytes, policy: Policy, schedule: Schedule, limits: Limits) -> Analysis:
    findings = Findings()
    decoder = Decoder(wasm, policy, limits, findings)
    plans: list[FunctionPlan] = []
    try:
        decoder.decode()
    except Invalid as error:
        findings.add_invalid(error, 0)
    else:
        validator = Validator(decoder.module, policy, limits, schedule, findings)
        plans = validator.validate()
        _check_names_free(decoder.module, findings)
        if policy.contract:
            check_contract(decoder.module, limits, findings)
    names = read_names(decoder.module)
    result = findings.result(names.functions if names is not None else {})
    return Analysis(decoder.module, plans, names, result)


def _check_names_free(module: Module, findings: Findings) -> None:
    """Refuse what is already instrumented or takes the name of the counter."""
    for section in module.sections:
        if section.kind == CUSTOM and section.name == METERING_SECTION:
            found = f"custom section `{METERING_SECTION}`"
            findings.add(section.start, None, found, "the module is already instrumented")
    export = module.find_export(GAS_EXPORT)
    if export is not None:
        reason = "the name is reserved for the counter of gas"
        findings.add(export.offset, None, f"export `{GAS_EXPORT}`", reason)


def _lay_out(analysis: Analysis, options: Options) -> tuple[Layout, dict[int, int]]:
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


def _write(
    analysis: Analysis,
    options: Options,
    layout: Layout,
    counters: FunctionCounters | None = None,
) -> Written:
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
