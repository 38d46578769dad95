"""The command line of the injector's benchmark."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import click

from benchmarks.hard_modules import SHAPES, Shape
from benchmarks.injection import candidates, measure_growth, measure_speed
from benchmarks.machine import facts
from benchmarks.pairs import Effort
from benchmarks.peer import Packages, PeerMissing, packages
from benchmarks.programs import PROGRAMS
from benchmarks.report import Results, document
from benchmarks.run_time import measure_cost

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-injector.md")

FULL: Final = Effort(pairs=100, tries=400)
QUICK: Final = Effort(pairs=3, tries=6)
FULL_HARD: Final = Effort(pairs=9, tries=27)
QUICK_HARD: Final = Effort(pairs=1, tries=1)
QUICK_SHRINK: Final = 40
"""Quick runs measure hard modules this many times smaller."""

PARTS: Final = ("run-time", "injection", "hard")


def _program_names(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> tuple[str, ...]:
    names = tuple(value.split(",")) if value else tuple(PROGRAMS)
    for name in names:
        if name not in PROGRAMS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(PROGRAMS)}")
    return names


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Seconds instead of minutes; the numbers mean little.")
@click.option("--programs", callback=_program_names, help="Only these, separated by commas.")
@click.option("--only", type=click.Choice(PARTS), multiple=True, help="Only this part; repeatable.")
@click.option("--peer/--no-peer", default=True, help="Install npm wasm-metering to compare with.")
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where to write the report; a full run writes {RESULTS.name} beside the program.",
)
def main(
    *,
    quick: bool,
    programs: tuple[str, ...],
    only: tuple[str, ...],
    peer: bool,
    results: Path | None,
) -> None:
    """Measure what metering costs and how fast it is injected."""
    parts = only or PARTS
    measured = Results()
    with ExitStack() as stack:
        installed = None
        if peer and "injection" in parts:
            installed = _install_peer(stack, measured)
        if "run-time" in parts:
            _measure_run_time(measured, programs, QUICK if quick else FULL)
        if "injection" in parts:
            _measure_injection(measured, installed)
        if "hard" in parts:
            shapes: Iterable[Shape] = SHAPES
            if quick:
                shapes = [Shape(shape.build, shape.largest // QUICK_SHRINK) for shape in SHAPES]
            _measure_hard(measured, shapes, QUICK_HARD if quick else FULL_HARD)
        text = document(measured, facts(installed.node_version if installed else None))
    complete = not quick and set(parts) == set(PARTS) and programs == tuple(PROGRAMS)
    target = results or (RESULTS if complete else None)
    click.echo("\n" + text)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        click.echo(f"wrote {target}")


def _install_peer(stack: ExitStack, measured: Results) -> Packages | None:
    try:
        return stack.enter_context(packages())
    except PeerMissing as error:
        measured.notes.append(f"npm wasm-metering was not compared with: {error}.")
        click.echo(measured.notes[-1])
        return None


def _measure_run_time(measured: Results, programs: Iterable[str], effort: Effort) -> None:
    for name in programs:
        cost = measure_cost(PROGRAMS[name], effort)
        measured.costs.append(cost)
        click.echo(
            f"{name}: metered {cost.metered.median:.2f}, fuel {cost.fuel.median:.2f}, "
            f"control {cost.control.median:.2f}"
        )


def _measure_injection(measured: Results, installed: Packages | None) -> None:
    for candidate in candidates(installed):
        speed = measure_speed(candidate, installed)
        measured.speeds.append(speed)
        click.echo(f"{speed.name}: {speed.rate:.2f} MB/s")


def _measure_hard(measured: Results, shapes: Iterable[Shape], effort: Effort) -> None:
    for shape in shapes:
        growth = measure_growth(shape, effort)
        measured.growths.append(growth)
        ratios = ", ".join(f"{doubling.median:.2f}" for doubling in growth.doublings)
        click.echo(f"{shape.name}: {1e3 * growth.seconds:.0f} ms, doubling {ratios}")
