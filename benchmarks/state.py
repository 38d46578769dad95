"""Measures the state: tries in memory, blocks on stores, reads, restarts, memory.

    python -m benchmarks.state [--quick] [--results FILE]

Every part runs in a process of its own, one after the other, so that none finds the memory that
another left behind. Figures of one run may be compared with each other. For the comparison with
the package `trie` from PyPI, install `safe-pysha3` and `rusty-rlp` beside it: they make it twice
as fast. The report says what it ran with.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import click

from benchmarks.machine import facts
from benchmarks.sample_accounts import Figures
from benchmarks.stores import measure_store
from benchmarks.tries import measure_building, measure_memory, measure_updates, other_backends
from evm_wasm.primitives.keccak import LIBRARY

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-state.md")

AIM_BUILDING: Final = 20.0
"""Accounts per second, against those of the package from PyPI; at least."""
AIM_UPDATES: Final = 1.6
"""Time with ten times the accounts; at most."""
AIM_RESTART: Final = 1_000.0
"""Milliseconds, with the largest state; less."""

Columns = Mapping[str, Figures]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of accounts.

    Attributes:
        other: Of the trie that the package from PyPI builds.
        middle: Of most others.
        large: Ten times as many.
    """

    other: int
    middle: int
    large: int


FULL: Final = Sizes(10_000, 100_000, 1_000_000)
QUICK: Final = Sizes(100, 1_000, 10_000)


def measure_tries(sizes: Sizes) -> Columns:
    """Columns of figures of tries in memory."""
    built = _alone(measure_building, sizes.middle, sizes.other)
    updated = _alone(measure_updates, (sizes.middle, sizes.large))
    return {
        f"own, {sizes.middle:,}": {
            **built["own"],
            **updated[sizes.middle],
            **_alone(measure_memory, sizes.middle),
        },
        f"own, {sizes.large:,}": {**updated[sizes.large], **_alone(measure_memory, sizes.large)},
        f"PyPI trie, {sizes.other:,}": built["PyPI"],
    }


def measure_stores(sizes: Sizes) -> Columns:
    """Columns of figures of the state on stores."""
    return {
        f"{scheme}, {accounts:,}": _alone(measure_store, scheme, accounts)
        for accounts in (sizes.middle, sizes.large)
        for scheme in ("lmdb", "sqlite")
    }


def _alone(measure: Callable[..., R], *arguments: object) -> R:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        figures = pool.submit(measure, *arguments).result()
    click.echo(f"{measure.__name__} {arguments}: {json.dumps(figures)}")
    return figures


def report(sizes: Sizes, tries: Columns, stores: Columns) -> str:
    """The results as Markdown."""
    environment = {**facts(None), "keccak": LIBRARY, **other_backends()}
    return "\n".join(
        [
            "# Results of `python -m benchmarks.state`",
            "",
            *(f"- {fact}: {value}" for fact, value in environment.items()),
            "",
            "## Aims",
            "",
            *_aims(sizes, tries, stores),
            "",
            "## Trie in memory",
            "",
            "Building is the best of some rounds, by turns with the package from PyPI. Ours pauses",
            "Python's collector of cycles while it builds; what that does for the package is told",
            "as well. Both sizes are updated by turns too.",
            "",
            *_table(tries),
            "",
            "## State on a store",
            "",
            "A block changes 500 balances, and 500 slots of as many other accounts. A restart is",
            "a new process that opens the store, checks the head and reads an account; from disk",
            "means that the system was asked to drop the file from its memory before.",
            "",
            *_table(stores),
            "",
        ]
    )


def _aims(sizes: Sizes, tries: Columns, stores: Columns) -> list[str]:
    own, larger, theirs = tries.values()
    speed = own["accounts per second"] / theirs["accounts per second"]
    name = "ms per 1,000 updates and root, median"
    growth = larger[name] / own[name]
    large = [figures for column, figures in stores.items() if column.endswith(f" {sizes.large:,}")]
    longest = max(figures["the same from disk"] for figures in large)
    rows = (
        (
            "building, times the PyPI trie",
            f"at least {AIM_BUILDING:g}",
            speed,
            speed >= AIM_BUILDING,
        ),
        (
            "updates, with ten times the accounts",
            f"at most {AIM_UPDATES:g} times",
            growth,
            growth <= AIM_UPDATES,
        ),
        (
            f"restart with {sizes.large:,} accounts",
            f"less than {AIM_RESTART:,.0f} ms",
            longest,
            longest < AIM_RESTART,
        ),
    )
    return [
        "| what | aim | measured | reached |",
        "|---|---|---|---|",
        *(
            f"| {what} | {aim} | {found:,.2f} | {_answer(sizes, reached=reached)} |"
            for what, aim, found, reached in rows
        ),
    ]


def _answer(sizes: Sizes, *, reached: bool) -> str:
    if sizes != FULL:
        return "too small to say"
    return "yes" if reached else "no"


def _table(columns: Columns) -> list[str]:
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [f"{figures[name]:,.1f}" if name in figures else "" for figures in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A hundredth of the size; the numbers mean little.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path))
def main(*, quick: bool, results: Path | None) -> None:
    """Measure the state and write the figures."""
    sizes = QUICK if quick else FULL
    text = report(sizes, measure_tries(sizes), measure_stores(sizes))
    click.echo("\n" + text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        click.echo(f"wrote {target}")


if __name__ == "__main__":
    main()
