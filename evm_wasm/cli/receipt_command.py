"""`ewasm receipt`: what became of a transaction."""

from __future__ import annotations

from collections.abc import Sequence

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.log_report import parse_events
from evm_wasm.cli.node_options import Target, node_options
from evm_wasm.cli.parameters import to_hash
from evm_wasm.cli.receipt_report import (
    error_option,
    make_report,
    parse_errors,
    report_json,
    report_lines,
)
from evm_wasm.cli.rows import row
from evm_wasm.cli.text import error_line
from evm_wasm.client.answers import read_object
from evm_wasm.client.connection import Node
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.types import Hash32


@click.command("receipt")
@click.argument("transaction", metavar="HASH", callback=to_hash)
@click.option(
    "--event",
    "events",
    metavar="SIGNATURE",
    multiple=True,
    help="Decode logs of this event; may be given several times.",
)
@error_option
@node_options
def command(
    target: Target, transaction: Hash32, events: Sequence[str], errors: Sequence[str]
) -> int:
    """Show what became of the transaction with this HASH.

    \b
    Examples:
      ewasm receipt 0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b
      ewasm receipt 0x88df... --event 'Transfer(address indexed,address indexed,uint64)' --json

    Exit codes: 0 there is a receipt, 1 there is none (yet), 2 bad usage, 3 the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    parsed_events, parsed_errors = parse_events(events), parse_errors(errors)
    text = format_bytes(transaction)
    answer = target.node.ask("eth_getTransactionReceipt", text)
    if answer is None:
        click.echo(error_line(_missing(target.node, text)), err=True)
        return exit_codes.FAILED
    receipt = read_object(answer, what="receipt")
    report = make_report(target.node, receipt, parsed_events, parsed_errors)
    if target.as_json:
        click.echo(report_json(report))
        return exit_codes.SUCCESS
    click.echo(row("transaction", text))
    for line in report_lines(report):
        click.echo(line)
    return exit_codes.SUCCESS


def _missing(node: Node, transaction: str) -> str:
    if node.ask("eth_getTransactionByHash", transaction) is not None:
        return f"transaction {transaction} waits for a block; try again later"
    return f"the node knows no transaction {transaction}; is --rpc-url the right one?"
