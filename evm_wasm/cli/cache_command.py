"""`ewasm cache`: the native code that is kept on disk."""

from __future__ import annotations

import json

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.rows import row
from evm_wasm.cli.text import one_line
from evm_wasm.engine import NativeCache, find_cache
from evm_wasm.engine.native_cache import CACHE_VARIABLE, LIMITS

_OFF = f"native code is not kept on disk: {CACHE_VARIABLE} is off, or no home folder is known"


@click.group("cache", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show or clear the native code that is kept on disk.

    Contracts are compiled once for all runs of 'ewasm exec' and 'ewasm node'. The folder is
    ~/.cache/ewasm/native, or lies in $XDG_CACHE_HOME/ewasm; EWASM_CACHE names another place for it,
    and EWASM_CACHE=off keeps nothing.

    \b
    Examples:
      ewasm cache show
      ewasm cache clear
      EWASM_CACHE=off ewasm exec contract.wasm

    Exit codes: 0 success, 1 the folder cannot be used, 2 bad usage.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_command(as_json: bool) -> int:
    """Print the folder, how much lies in it, and why it is not used, if so."""
    cache = find_cache()
    if cache is None:
        click.echo(json.dumps({"path": None}) if as_json else _OFF)
        return exit_codes.SUCCESS
    problem, contents = cache.problem(), cache.contents()
    if as_json:
        sizes = {"contracts": contents.files, "bytes": contents.size, "limit": LIMITS.total}
        click.echo(json.dumps({"path": str(cache.path), "problem": problem, **sizes}))
    else:
        click.echo(row("folder", one_line(str(cache.path))))
        click.echo(row("contracts", str(contents.files)))
        click.echo(row("bytes", f"{contents.size:,} of at most {LIMITS.total:,}"))
        _tell(problem)
    return exit_codes.FAILED if problem else exit_codes.SUCCESS


@command.command("clear")
def clear_command() -> int:
    """Remove what is kept; it is made again when it is needed."""
    cache: NativeCache | None = find_cache()
    if cache is None:
        click.echo(_OFF)
        return exit_codes.SUCCESS
    removed, problem = cache.clear(), cache.problem()
    if problem is None:
        click.echo(f"removed {removed.files} compiled contracts, {removed.size:,} bytes")
    _tell(problem)
    return exit_codes.FAILED if problem else exit_codes.SUCCESS


def _tell(problem: str | None) -> None:
    if problem is not None:
        click.echo(row("not used", one_line(problem)))
