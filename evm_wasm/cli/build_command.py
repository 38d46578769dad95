"""`ewasm build`: compile a project into a contract and its deployer."""

from __future__ import annotations

from pathlib import Path

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.build_report import build_json, build_lines, show_failure, show_messages
from evm_wasm.cli.text import error_line
from evm_wasm.errors import BuildFailed, EvmWasmError
from evm_wasm.project.building import Build, build_project, write_build


@click.command("build")
@click.argument("directory", default=".", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(directory: Path, as_json: bool) -> int:
    """Compile the project in DIRECTORY (default: here) into build/.

    The manifest ewasm.toml names the source and the exact compilers. What compilers leave behind
    (exports, custom sections, large stacks) is taken off, the module is checked, and it is wrapped
    into a deployer: init code that gives it back. The same sources make the same bytes in every
    folder.

    'gas once' is the price of all instructions of a function, each executed once: the most that a
    function without loops costs. Not in it is what it calls, EEI methods included, and what it pays
    for the length of copies and the growth of memory.

    \b
    Examples:
      ewasm build
      ewasm build counter --json

    Exit codes: 0 success, 1 a compiler or the injector refuses the contract, 2 bad usage or input,
    3 a compiler is missing.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    try:
        build = build_project(directory)
    except BuildFailed as error:
        show_failure(error)
        return exit_codes.FAILED
    show_messages(build.messages)
    files = write_build(build, directory)
    gas = _deployment_gas(build)
    if as_json:
        click.echo(build_json(build, files, gas))
        return exit_codes.SUCCESS
    for line in build_lines(build, files, gas):
        click.echo(line)
    return exit_codes.SUCCESS


def _deployment_gas(build: Build) -> int | None:
    """What deploying takes on a new chain; None with a warning if it does not go.

    A constructor may well want arguments or ether that only its author knows.
    """
    if build.manifest.constructor is not None:
        return None
    from evm_wasm.devnet import Devnet  # noqa: PLC0415 - takes longer to load than all the rest

    with Devnet() as devnet:
        try:
            return devnet.transact(None, build.deployer).receipt.gas_used
        except EvmWasmError as error:
            click.echo(error_line(f"a new chain does not take it: {error}"), err=True)
            return None
