"""`ewasm eei`: the reference of the interface, from the table the machine itself uses."""

from __future__ import annotations

import json

import click

from evm_wasm.cli import exit_codes
from evm_wasm.eei import docs


@click.command("eei")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array instead of Markdown.")
def command(as_json: bool) -> int:
    """Print every method of the Ethereum Environment Interface: types, price, meaning.

    \b
    Examples:
      ewasm eei
      ewasm eei --json | python -m json.tool
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    click.echo(json.dumps(docs.to_json()) if as_json else docs.to_markdown(), nl=as_json)
    return exit_codes.SUCCESS
