"""Measures the devnet beside Anvil, and blocks in process beside py-evm.

    python -m benchmarks.devnet [--quick] [--no-peers] [--results FILE]

The same small client asks all nodes the same questions, one node after the other; ours in both forms
of the EEI. Rates depend on client and machine; only the ratios of one run mean something.
"""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import click

from benchmarks.block_of_transfers import PyEvmMissing, own_block, py_evm_block
from benchmarks.eei_forms import FORMS, default_form, forms_fact
from benchmarks.machine import facts
from benchmarks.node_load import FULL, QUICK, Effort, Load
from benchmarks.nodes import ANVIL, NodeMissing, Peer, own_name, peers, running

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-devnet.md")
TRANSFERS: Final = 1_000
"""In the block that is made in process."""
QUICK_TRANSFERS: Final = 5

WORK: Final = (
    "Transfers are those of the token in `contracts/token` and of its twin for the EVM in "
    "`benchmarks/evm`. *Raw* transactions come in batches of 100. Ours keeps every state, Anvil those "
    "of 128 blocks and only in its first thousand: each further one takes it longer and more memory "
    "(10,000 transfers were not done after three minutes and took 4.5 GB). The two columns of ours are "
    "before and after the EEI moved into the module; only the default goes on for many blocks, and the "
    "ratio is that of the default."
)

Figures = Mapping[str, float]


def measure(peer: Peer, effort: Effort) -> Figures:
    """All figures of one kind of node."""
    figures: dict[str, float] = {}
    starts = []
    for _ in range(effort.starts):
        with running(peer) as node:
            starts.append(node.seconds)
    figures["seconds to the first answer"] = statistics.median(starts)
    with running(peer) as node:
        figures["MB at the start"] = node.resident_megabytes()
        load = Load(node, peer, effort)
        try:
            for name, figure in load.figures():
                figures[name] = figure
                click.echo(f"  {name}: {figure:,.2f}")
        finally:
            load.close()
    return figures


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="Seconds instead of minutes; the numbers mean little.")
@click.option("--peers/--no-peers", "with_peers", default=True, help="Compare with the peers.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path))
def main(*, quick: bool, with_peers: bool, results: Path | None) -> None:
    """Measure the devnet and write the figures."""
    effort, transfers = (QUICK, QUICK_TRANSFERS) if quick else (FULL, TRANSFERS)
    text = "\n".join(
        [
            "# Results of `python -m benchmarks.devnet`",
            "",
            *(f"- {fact}: {value}" for fact, value in facts(None).items()),
            f"- EEI: {forms_fact()}",
            f"- peer: {ANVIL} from npm",
            "",
            "## Over HTTP, one client, one connection",
            "",
            WORK,
            "",
            *_node_table(effort, with_peers=with_peers),
            "",
            f"## In process: a block of {transfers:,} signed token transfers",
            "",
            "Decoding, sender recovery, execution, receipts, state root and block hash.",
            "",
            *_block_table(transfers, with_peers=with_peers),
            "",
        ]
    )
    click.echo("\n" + text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        click.echo(f"wrote {target}")


def _node_table(effort: Effort, *, with_peers: bool) -> list[str]:
    try:
        with peers(with_anvil=with_peers) as kinds:
            columns = {}
            for name, peer in kinds.items():
                click.echo(f"{name}:")
                columns[name] = measure(peer, effort)
    except NodeMissing as missing:
        click.echo(f"without Anvil: {missing}")
        return [f"Without Anvil: {missing}.", "", *_node_table(effort, with_peers=False)]
    return _compared(columns)


def _compared(columns: Mapping[str, Figures]) -> list[str]:
    """One line a figure; with a peer the ratio of our default to it."""
    own = columns[own_name(default_form())]
    others = [column for name, column in columns.items() if name not in map(own_name, FORMS)]
    heads = [*columns, *(["ratio"] if others else [])]
    lines = [f"| | {' | '.join(heads)} |", "|---" + "|---:" * len(heads) + "|"]
    for name, figure in own.items():
        cells = [f"{column[name]:,.2f}" if name in column else "" for column in columns.values()]
        cells += [f"{figure / other[name]:.2f}" if name in other else "" for other in others]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _block_table(transfers: int, *, with_peers: bool) -> list[str]:
    own = {form: _alone(partial(own_block, form=form), transfers) for form in FORMS}
    lines = ["| | transfers per second |", "|---|---:|"]
    lines += [f"| {own_name(form)} | {speed:,.1f} |" for form, speed in own.items()]
    if not with_peers:
        return lines
    try:
        peer = _alone(py_evm_block, transfers)
    except PyEvmMissing as missing:
        click.echo(f"without py-evm: {missing}")
        return [*lines, "", f"Without py-evm: {missing}."]
    ratio = own[default_form()] / peer
    return [*lines, f"| py-evm | {peer:,.1f} |", f"| ratio | {ratio:.1f} |"]


def _alone(work: Callable[[int], float], count: int) -> float:
    """In a process of its own: the second peer would find the first one's memory."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(work, count).result()


if __name__ == "__main__":
    main()
