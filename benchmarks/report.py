"""Turns measurements into Markdown tables, the same on the screen and in the results file."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.injection import SMALLEST, Growth, Speed
from benchmarks.run_time import Cost, mean_of_loops, total_growth

RUN_TIME: Final = (
    "Medians of bracketed pairs. *Metered* has gas (schedule `particles`) and the stack limit; "
    "*fuel* is the engine's own metering, without a stack limit of ours; *plain / plain* compares "
    "two copies of the same module: what noise is left. Small modules grow most, because the "
    "functions and sections that are added have a fixed size."
)

INJECTION: Final = (
    "Bytes of the module over the fastest run, validation and output included. *Times as fast* is "
    "as wasm-metering, the fastest run of some in one process beside the fastest; *first run* is "
    "the first of a process beside the first, without starting the interpreters. *Pure Python* is "
    "how much longer the sources take than the compiled form, where that was measured."
)

HARD: Final = (
    "Each size is twice the one before, and timed between two runs of that; a linear injector "
    "takes twice the time. KB, ms and MB/s are of the largest size."
)

DIGITS: Final = 2
"""Of a ratio: two copies of the same module differ by a hundredth and more from run to run."""

AIMS: Final = (
    "Judged by the digits that stand here: two copies of the same module differ by a hundredth and "
    "more, as the column *plain / plain* shows."
)

LARGEST_NOISE: Final = 0.03
"""How far the time of a copy of the same module may be off."""

ENOUGH_PAIRS: Final = 20
"""A median of fewer pairs is marked."""


@dataclass(slots=True)
class Results:
    """Everything measured in one run; parts that were not asked for are empty."""

    costs: list[Cost] = field(default_factory=list)
    speeds: list[Speed] = field(default_factory=list)
    growths: list[Growth] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Aim:
    """A number that the injector is held to."""

    what: str
    measured: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether it is, by the digits that are printed; never if nothing could be measured."""
        printed = round(self.measured, DIGITS)
        return printed >= self.limit if self.at_least else printed <= self.limit


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is flush left, the others are flush right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    lines.insert(1, rule)
    return "\n".join(
        "| "
        + " | ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in lines
    )


def cost_table(costs: Sequence[Cost]) -> str:
    """Run-time ratios and growth of each program, then the means."""
    head = (
        "program", "metered / plain", "fuel / plain", "metered / fuel", "plain / plain",
        "growth", "pairs kept of tried",
    )  # fmt: skip
    rows = []
    for cost in costs:
        kept = min(len(each.ratios) for each in cost.comparisons)
        tries = max(each.tries for each in cost.comparisons)
        mark = "" if kept >= ENOUGH_PAIRS else " (few)"
        ratios = [f"{each.median:.2f}" for each in cost.comparisons]
        growth = f"{100 * (cost.growth - 1):.0f} %"
        rows.append((cost.program.name, *ratios, growth, f"{kept} of {tries}{mark}"))
    means = (
        mean_of_loops(costs, lambda cost: cost.metered),
        mean_of_loops(costs, lambda cost: cost.fuel),
        mean_of_loops(costs, lambda cost: cost.metered_to_fuel),
        mean_of_loops(costs, lambda cost: cost.control),
    )
    rows.append(("geometric mean of loops", *(f"{mean:.3f}" for mean in means), "", ""))
    growth = f"{100 * (total_growth(costs) - 1):.0f} %"
    rows.append(("all programs together", "", "", "", "", growth, ""))
    return table(head, rows)


def unrest(costs: Iterable[Cost]) -> list[str]:
    """A warning if a module did not take as long as its copy."""
    names = [c.program.name for c in costs if not abs(c.control.median - 1) <= LARGEST_NOISE]
    if not names:
        return []
    return [f"**The machine was too restless to judge {', '.join(names)}: run this again.**"]


def speed_table(speeds: Iterable[Speed]) -> str:
    """Injection speed of each module beside the peer's."""
    head = (
        "module", "KB", "MB/s", "pure Python", "times as fast", "first run", "growth",
        "wasm-metering growth",
    )  # fmt: skip
    return table(head, [_speed_row(speed) for speed in speeds])


def _speed_row(speed: Speed) -> tuple[str, ...]:
    growth = f"{100 * (speed.output / speed.bytes - 1):.1f} %"
    times, first = speed.times_as_fast(), speed.times_as_fast(first=True)
    if speed.peer is None or times is None or first is None:
        beside = ("", "", growth, "absent" if speed.peer is None else "fails")
    else:
        peer_growth = f"{100 * (speed.peer.bytes / speed.bytes - 1):.1f} %"
        beside = (f"{times:.1f}", f"{first:.1f}", growth, peer_growth)
    pure = "" if speed.gain is None else f"{speed.gain:.2f}"
    return (speed.name, f"{speed.bytes / 1e3:.0f}", f"{speed.rate:.2f}", pure, *beside)


def growth_table(growths: Iterable[Growth]) -> str:
    """Time of each hard shape in three sizes."""
    head = ("shape", "sizes", "KB", "ms", "MB/s", "first doubling", "second doubling", "pairs")
    return table(
        head,
        [
            (
                growth.shape.name,
                ", ".join(f"{size:,}" for size in growth.shape.sizes),
                f"{growth.bytes / 1e3:.0f}",
                f"{1e3 * growth.seconds:.0f}",
                f"{growth.bytes / growth.seconds / 1e6:.2f}",
                *(f"{doubling.median:.2f}" for doubling in growth.doublings),
                ", ".join(f"{len(each.ratios)} of {each.tries}" for each in growth.doublings),
            )
            for growth in growths
        ],
    )


def aims(results: Results) -> list[Aim]:
    """The aims that this run can judge."""
    found = []
    costs = results.costs
    if any(cost.program.kind == "loops" for cost in costs):
        mean = mean_of_loops(costs, lambda cost: cost.metered)
        found.append(Aim("metered / plain, geometric mean of loops", mean, 1.10))
    found += [
        Aim(f"metered / plain, {cost.program.name}", cost.metered.median, 1.45)
        for cost in costs
        if cost.program.kind == "calls"
    ]
    if costs:
        slowest = max(costs, key=lambda cost: cost.metered_to_fuel.median)
        what = f"metered / fuel, worst program ({slowest.program.name})"
        found.append(Aim(what, slowest.metered_to_fuel.median, 1.0))
        found.append(Aim("growth in percent, all programs", 100 * (total_growth(costs) - 1), 40))
    found += _speed_aims([speed for speed in results.speeds if speed.bytes >= SMALLEST])
    if results.growths:
        worst = max(results.growths, key=lambda growth: (math.isnan(growth.worst), growth.worst))
        what = f"time at doubling, worst shape ({worst.shape.name})"
        found.append(Aim(what, worst.worst, 2.3))
    return found


def _speed_aims(speeds: Sequence[Speed]) -> list[Aim]:
    found = []
    real = [speed for speed in speeds if not speed.hard]
    if real:
        slowest = min(real, key=lambda speed: speed.rate)
        what = f"MB/s, slowest module ({slowest.name})"
        found.append(Aim(what, slowest.rate, 1.0, at_least=True))
    for run, first in (("fastest", False), ("first", True)):
        ratios = {speed.name: speed.times_as_fast(first=first) for speed in speeds}
        times = {name: ratio for name, ratio in ratios.items() if ratio is not None}
        if times:
            worst = min(times, key=times.__getitem__)
            what = f"times as fast as wasm-metering, {run} run, worst module ({worst})"
            found.append(Aim(what, times[worst], 10, at_least=True))
    compared = [speed for speed in speeds if speed.peer is not None and not speed.peer.error]
    for name, group in (("real", [s for s in compared if not s.hard]), ("all", compared)):
        if group:
            what = f"times as fast as wasm-metering, {name} modules together"
            found.append(Aim(what, _together(group), 10, at_least=True))
    return found


def _together(speeds: Sequence[Speed]) -> float:
    """The peer's seconds for some modules to ours, the fastest run of each."""
    peer = sum(speed.peer.seconds for speed in speeds if speed.peer is not None)
    return peer / sum(speed.seconds for speed in speeds)


def aim_table(found: Iterable[Aim]) -> str:
    """What was measured beside what is wanted."""
    return table(
        ("aim", "measured", "wanted", "met"),
        [
            (
                aim.what,
                f"{aim.measured:.{DIGITS}f}",
                f"{'at least' if aim.at_least else 'at most'} {aim.limit:.{DIGITS}f}",
                "yes" if aim.met else "no",
            )
            for aim in found
        ],
    )


def document(results: Results, facts: Mapping[str, str]) -> str:
    """The whole results file."""
    parts = ["# The injector: results", "Written by `python benchmarks/injector.py`."]
    parts.append("\n".join(f"- {name}: {fact}" for name, fact in facts.items()))
    parts += results.notes
    parts += ["## Aims", AIMS, aim_table(aims(results))]
    if results.costs:
        parts += [
            "## Run time",
            RUN_TIME,
            *unrest(results.costs),
            cost_table(results.costs),
        ]
    if results.speeds:
        parts += [
            "## Injection speed",
            INJECTION,
            speed_table(results.speeds),
            *(
                f"wasm-metering fails on {speed.name}: `{speed.peer.error}`."
                for speed in results.speeds
                if speed.peer is not None and speed.peer.error
            ),
        ]
    if results.growths:
        parts += [
            "## Hard modules",
            HARD,
            growth_table(results.growths),
        ]
    return "\n\n".join(parts) + "\n"
