"""`ewasm transactiontest`: run transaction tests in the ethereum/tests format."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.json_files import find_files
from evm_wasm.transactiontest.case import Accepted, CaseResult, FileReport, Verdict
from evm_wasm.transactiontest.running import ALL_FORKS, run_files


@click.command("transactiontest")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each case.")
@click.option(
    "--fork",
    type=click.Choice(ALL_FORKS),
    help="Run the cases of this fork only.  [default: all]",
)
def command(paths: Sequence[str], as_json: bool, fork: str | None) -> int:
    """Run transaction tests in the ethereum/tests format: files, or folders with *.json in them.

    Every case of every fork we know is run; a file without one is an error. A case passes if hash,
    sender and intrinsic gas are as the file says, or if the transaction is refused where the file
    wants that.

    \b
    Examples:
      ewasm transactiontest tests/TransactionTests
      ewasm transactiontest tests/TransactionTests/ttNonce --json --fork London

    Exit codes: 0 all pass, 1 one fails, 2 bad usage or a malformed file (the others still run).
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    files = find_files([Path(path) for path in paths])
    passed = failed = malformed = 0
    for report in run_files(files, (fork,) if fork else ALL_FORKS):
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


def _print_report(report: FileReport, *, as_json: bool) -> None:
    if report.problem is not None:
        click.echo(error_line(report.problem), err=True)
    for result in report.results:
        if as_json:
            click.echo(json.dumps(_to_json(result)))
        elif not result.passes:
            text = f"{result.file}: {result.name} ({result.fork}): {result.error}"
            click.echo(f"{click.style('FAIL', fg='red')} {one_line(text)}")


def _to_json(result: CaseResult) -> dict[str, object]:
    return {
        "file": result.file,
        "name": result.name,
        "fork": result.fork,
        "pass": result.passes,
        **_verdict(result.found),
        "expected": _verdict(result.expected),
        "error": result.error,
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    """As the files have it."""
    if isinstance(verdict, Accepted):
        return {
            "hash": format_bytes(verdict.hash),
            "sender": format_bytes(verdict.sender),
            "intrinsicGas": format_quantity(verdict.intrinsic_gas),
        }
    return {"exception": verdict.reason}
