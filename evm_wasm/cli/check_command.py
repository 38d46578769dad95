"""`ewasm check`: whether modules are valid contracts, and if not, why."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

import injector
from evm_wasm.cli import exit_codes
from evm_wasm.cli.files import read_module, shown
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.errors import InputError
from injector import Finding

POLICIES = ("ewasm", "core")
"""Names of the injector's policies."""


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default=POLICIES[0],
    show_default=True,
    help="ewasm: contracts of the EEI. core: any deterministic use of WebAssembly.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each file.")
def command(files: Sequence[str], policy: str, as_json: bool) -> int:
    """Check modules (.wasm or .wat, '-' for standard input) without running them.

    Every reason why a module is refused is one line: file, function, byte offset, what was found,
    why it is refused, and how to avoid it.

    \b
    Examples:
      ewasm check contract.wasm
      ewasm check --json build/*.wasm

    Exit codes: 0 all accepted, 1 one is refused, 2 one cannot be read.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    worst = exit_codes.SUCCESS
    for file in files:
        try:
            module = read_module(file)
        except InputError as error:
            click.echo(error_line(str(error)), err=True)
            worst = exit_codes.BAD_INPUT
            continue
        findings = injector.check(module, policy=policy)
        for line in _json_lines(file, findings) if as_json else _lines(file, findings):
            click.echo(line)
        worst = max(worst, exit_codes.FAILED if findings else exit_codes.SUCCESS)
    return worst


def _lines(file: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return [one_line(f"{shown(file)}: accepted")]
    return [one_line(f"{shown(file)}: {finding}") for finding in findings]


def _json_lines(file: str, findings: Sequence[Finding]) -> list[str]:
    result = {
        "file": file,
        "accepted": not findings,
        "findings": [
            {
                "offset": finding.offset,
                "function": finding.function,
                "functionName": finding.function_name,
                "found": finding.found,
                "reason": finding.reason,
                "advice": finding.advice,
                "text": str(finding),
            }
            for finding in findings
        ],
    }
    return [json.dumps(result)]
