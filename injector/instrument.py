"""The doors of the injector: checking a module, instrumenting it, and counting by function."""

from __future__ import annotations

from injector.analysis import Analysis, analyse
from injector.collector import CollectorPaused
from injector.counter import Counter, find_counter
from injector.errors import Finding, InjectorError
from injector.function_counters import FunctionCounters, Profiled
from injector.limits import DEFAULT_LIMITS, Limits
from injector.opcodes import MNEMONICS
from injector.policy import Policy, find_policy
from injector.runtime import Runtime
from injector.schedule import Schedule, find_schedule
from injector.stats import Stats, find_stats
from injector.writing import Options, Written, lay_out, write


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
        return analyse(bytes(wasm), find_policy(policy), schedule, limits).findings


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
        layout, at_start = lay_out(analysis, options)
        counters = FunctionCounters(layout, analysis.plans, at_start)
        output = write(analysis, options, layout, counters).output
        names = {} if analysis.names is None else analysis.names.functions
        return Profiled(output, counters.functions(names))


def _instrument(analysis: Analysis, options: Options) -> Written:
    return write(analysis, options, lay_out(analysis, options)[0])


def _accept(wasm: bytes, options: Options) -> Analysis:
    _check_prices(options.policy, options.schedule)
    if options.counter is Counter.IMPORT:
        _check_whole_gas(options.schedule)
    analysis = analyse(wasm, options.policy, options.schedule, options.limits)
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
