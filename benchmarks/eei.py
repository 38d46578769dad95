"""The interface in Python and inside the module, side by side: calls, messages, frames, first calls.

    python -m benchmarks.eei [--quick] [--results FILE]

Both forms take turns; each figure is the least of its rounds, in processor time where nothing else
is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from benchmarks.eei_frames import (
    READS,
    WRC20,
    context_reads,
    first_call,
    idle_memory,
    instantiation,
    per_message,
)
from benchmarks.eei_machine import FORMS
from benchmarks.eei_methods import CONTEXT, per_call
from benchmarks.machine import facts
from benchmarks.report import Aim, aim_table, table
from evm_wasm.vm import run_deep
from evm_wasm.vm.vm import HOST, MODULE

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-eei.md")

CONTEXT_READ: Final = 50.0
CACHED_LOAD: Final = 150.0
"""Nanoseconds."""
WRC20_TRANSFER: Final = 60.0
WRC20_AT_THE_MOST: Final = 82.0
"""Microseconds: what Hera takes, the virtual machine in C++, with the engine wabt, and the most that
is acceptable."""

Rows = list[tuple[str, list[float]]]
"""A label, and a figure for each form."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All that one run has measured."""

    calls: Rows
    messages: Rows
    reads: list[float]
    instances: Rows
    memory: Rows
    first: Rows


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: calls in a frame, messages in a round, rounds, and so on."""

    turns: dict[str, int]
    messages: int
    rounds: int
    instances: int
    copies: int
    processes: int


FULL: Final = Effort({HOST: 2_000, MODULE: 100_000}, 200, 9, 200, 200, 7)
QUICK: Final = Effort({HOST: 100, MODULE: 1_000}, 10, 2, 20, 5, 1)


def measure(effort: Effort) -> Measured:
    """One run."""

    def frames() -> tuple[Rows, Rows, list[float], Rows, Rows]:
        return (
            per_call(effort.turns, effort.rounds),
            per_message(effort.messages, effort.rounds),
            context_reads(min(effort.rounds, 3)),
            instantiation(effort.instances, effort.rounds),
            first_call(effort.processes),
        )

    memory = idle_memory(effort.copies)
    calls, messages, reads, instances, first = run_deep(frames)
    return Measured(calls, messages, reads, instances, memory, first)


def aims(measured: Measured) -> list[Aim]:
    """What the form inside the module is held to."""
    inside = FORMS.index(MODULE)
    calls = {name.split("`")[1]: figures for name, figures in reversed(measured.calls)}
    worst = max(CONTEXT, key=lambda name: calls[name][inside])
    loads = next(row for name, row in measured.calls if name.startswith("`storageLoad`, the same"))
    transfer = dict(measured.messages)[WRC20]
    return [
        Aim(f"ns for a context read, the slowest (`{worst}`)", calls[worst][inside], CONTEXT_READ),
        Aim("ns for a storage load from the cache", loads[inside], CACHED_LOAD),
        Aim(f"us for {WRC20}", transfer[inside], WRC20_TRANSFER),
        Aim(f"us for {WRC20}, at the most", transfer[inside], WRC20_AT_THE_MOST),
    ]


def _figures(head: str, columns: tuple[str, ...], rows: Rows) -> str:
    return table((head, *columns), [(name, *(f"{x:,.1f}" for x in row)) for name, row in rows])


def document(measured: Measured) -> str:
    """The whole results file."""
    lines = "\n".join(f"- {name}: {value}" for name, value in facts(None).items())
    reads = [(f"`getCaller` {READS:,} times", measured.reads)]
    parts = [
        "# Results of `python -m benchmarks.eei`",
        lines,
        "## Aims",
        "Of the form `module`.",
        aim_table(aims(measured)),
        "## Nanoseconds for a call",
        "A loop with calls less the loop alone. What needs the world is in the host in both forms.",
        _figures("method", FORMS, measured.calls),
        "## Microseconds for a message",
        "Warm, in processor time; what a message changes is undone.",
        _figures("message", FORMS, measured.messages),
        "## Milliseconds for many context reads in one frame",
        _figures("frame", FORMS, reads),
        "## Microseconds for an instance",
        "Of the WRC20 token, until `main` could be called.",
        _figures("instance", FORMS, measured.instances),
        "## Kilobytes for a compiled contract that nobody calls",
        "Resident memory of a process, with all that Python keeps for it.",
        _figures("contract", FORMS, measured.memory),
        "## Milliseconds for a first call",
        "In elapsed time; the module is checked, metered and compiled, or comes from the disk.",
        _figures("contract", ("no disk cache", "cold", "warm"), measured.first),
    ]
    return "\n\n".join(parts) + "\n"


@click.command()
@click.option("--quick", is_flag=True, help="Few rounds: to see that it works.")
@click.option(
    "--results",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Where to write the report; a full run writes {RESULTS.name} beside the program.",
)
def main(*, quick: bool, results: Path | None) -> None:
    """Measure both forms, print the figures and write them down."""
    text = document(measure(QUICK if quick else FULL))
    click.echo(text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
