"""`ewasm inject`: write a module with gas metering injected."""

from __future__ import annotations

import sys

import click

import injector
from evm_wasm.cli import exit_codes
from evm_wasm.cli.check_command import POLICIES
from evm_wasm.cli.files import STANDARD_STREAM, read_module, shown, write_atomically
from evm_wasm.cli.text import error_line
from evm_wasm.errors import InputError
from evm_wasm.rules.consensus import DEFAULT_SCHEDULE
from injector import Counter, InjectorError


@click.command("inject")
@click.argument("source", metavar="IN")
@click.option("-o", "--output", metavar="OUT", required=True, help="Where to write the module.")
@click.option(
    "--policy",
    type=click.Choice(POLICIES),
    default=POLICIES[0],
    show_default=True,
    help="Which modules are accepted; see 'ewasm check --help'.",
)
@click.option(
    "--schedule",
    metavar="NAME|FILE",
    default=DEFAULT_SCHEDULE,
    show_default=True,
    help="Prices of instructions: particles, unit, fuel, none or a JSON file.",
)
@click.option(
    "--counter",
    type=click.Choice([each.value for each in Counter]),
    default=Counter.GLOBAL.value,
    show_default=True,
    help="Count in an exported global, or by calling ethereum.useGas.",
)
@click.option("--stats", is_flag=True, help="Say on standard error how large the module became.")
def command(source: str, output: str, policy: str, schedule: str, counter: str, stats: bool) -> int:
    """Read the module IN (.wasm or .wat) and write it with metering to OUT; '-' is a pipe.

    \b
    Examples:
      ewasm inject contract.wasm -o metered.wasm
      ewasm inject contract.wat -o - --schedule unit --counter import > metered.wasm

    Exit codes: 0 written, 1 the module is refused, 2 bad usage, or a file cannot be read or written.
    Where it is not 0, OUT is left as it was.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    module = read_module(source)
    try:
        metered = injector.instrument(
            module, policy=policy, schedule=injector.load_schedule(schedule), counter=counter
        )
    except InjectorError as error:
        if not error.findings:
            raise
        for finding in error.findings:
            click.echo(error_line(f"{shown(source)}: {finding}"), err=True)
        return exit_codes.FAILED
    _write(output, metered)
    if stats:
        growth = 100 * (len(metered) - len(module)) // len(module)
        click.echo(
            f"{shown(source)}: {len(module)} bytes, metered {len(metered)} bytes (+{growth} %)",
            err=True,
        )
    return exit_codes.SUCCESS


def _write(name: str, data: bytes) -> None:
    if name != STANDARD_STREAM:
        write_atomically(name, data)
        return
    if sys.stdout.isatty():
        raise InputError("standard output: a module is not for a terminal; redirect it to a file")
    sys.stdout.buffer.write(data)
