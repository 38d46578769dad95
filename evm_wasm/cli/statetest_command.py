"""`ewasm statetest`: run state tests and say which fail."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

import injector
from evm_wasm.cli import exit_codes
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.json_files import find_files
from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.forks import FORKS
from evm_wasm.statetest.case import CaseResult, FileReport
from evm_wasm.statetest.running import Options
from evm_wasm.statetest.stores import STORES
from evm_wasm.statetest.suite import run_suite

MOST_WORKERS = 64


@click.command("statetest")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each case.")
@click.option(
    "--schedule",
    metavar="NAME|FILE",
    help="Prices of instructions.  [default: what a test names in _info.schedule, else none]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    show_default=True,
    help="Processes to run in.",
)
@click.option(
    "--fork",
    type=click.Choice(tuple(FORKS)),
    help="Run the cases of this fork only.  [default: all]",
)
@click.option(
    "--store",
    type=click.Choice(STORES),
    help="Keep the state of each case in a store of this kind, made for it.  [default: none]",
)
def command(
    paths: Sequence[str],
    as_json: bool,
    schedule: str | None,
    workers: int,
    fork: str | None,
    store: str | None,
) -> int:
    """Run state tests in the ethereum/tests format: files, or folders with *.json in them.

    Every case of every fork we know is run; a file without one is an error. A case passes if state
    root and logs hash are as the file says.

    \b
    Examples:
      ewasm statetest fixtures
      ewasm statetest tests/stEWASMTests --json --workers 4

    Exit codes: 0 all pass, 1 one fails, 2 bad usage or a malformed file (the others still run).
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    if schedule is not None:
        injector.load_schedule(schedule)
    files = find_files([Path(path) for path in paths])
    options = Options(schedule=schedule, forks=(fork,) if fork else tuple(FORKS), store=store)
    reports = run_suite(files, options, workers=workers)
    passed = failed = malformed = 0
    for report in _with_progress(reports, len(files)):
        _print_report(report, as_json=as_json)
        passed += sum(result.passes for result in report.results)
        failed += sum(not result.passes for result in report.results)
        malformed += report.problem is not None
    summary = f"{passed} passed, {failed} failed"
    if malformed:
        summary += f", {malformed} malformed"
    click.echo(summary, err=as_json)
    if malformed:
        return exit_codes.BAD_INPUT
    return exit_codes.FAILED if failed else exit_codes.SUCCESS


def _with_progress(reports: Iterator[FileReport], count: int) -> Iterator[FileReport]:
    """The reports, with a bar on standard error if that is a terminal."""
    if not sys.stderr.isatty():
        yield from reports
        return
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for loading it
    from rich.progress import Progress  # noqa: PLC0415 - as above

    # Redirection puts lines above the bar, but into the bar's stream: not for a file or a pipe.
    is_shared = sys.stdout.isatty()
    console = Console(stderr=True)
    with Progress(console=console, transient=True, redirect_stdout=is_shared) as progress:
        yield from progress.track(reports, count, description="state tests")


def _print_report(report: FileReport, *, as_json: bool) -> None:
    if report.problem is not None:
        click.echo(error_line(report.problem), err=True)
    for result in report.results:
        if as_json:
            click.echo(json.dumps(_to_json(result)))
        elif not result.passes:
            click.echo(_failure_line(result))


def _failure_line(result: CaseResult) -> str:
    indexes = result.indexes
    place = f"{result.fork} data {indexes.data} gas {indexes.gas} value {indexes.value}"
    text = f"{result.file}: {result.name} ({place}): {result.error}"
    return f"{click.style('FAIL', fg='red')} {one_line(text)}"


def _to_json(result: CaseResult) -> dict[str, object]:
    indexes = result.indexes
    return {
        "file": result.file,
        "name": result.name,
        "fork": result.fork,
        "index": {"data": indexes.data, "gas": indexes.gas, "value": indexes.value},
        "pass": result.passes,
        "stateRoot": _hash(result.state_root),
        "logsHash": _hash(result.logs_hash),
        "expectedStateRoot": _hash(result.expected_state_root),
        "expectedLogsHash": _hash(result.expected_logs_hash),
        "gasUsed": result.gas_used,
        "error": result.error,
    }


def _hash(value: Hash32 | None) -> str | None:
    return None if value is None else format_bytes(value)
