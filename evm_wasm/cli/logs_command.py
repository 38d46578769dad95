"""`ewasm logs`: what contracts have logged."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.log_report import log_json, log_lines, parse_events
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.parameters import to_addresses, to_block_without_hash
from evm_wasm.client.answers import read_objects
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.types import Address


@click.command("logs")
@click.option(
    "--address",
    "addresses",
    metavar="ADDRESS",
    multiple=True,
    callback=to_addresses,
    help="Logs of this contract; may be given several times.  [default: of all]",
)
@click.option(
    "--event",
    "events",
    metavar="SIGNATURE",
    multiple=True,
    help="Logs of this event, decoded; may be given several times.  [default: of all]",
)
@click.option(
    "--from-block",
    metavar="BLOCK",
    callback=to_block_without_hash,
    default="earliest",
    show_default=True,
    help="From this block on: a number or a name.",
)
@click.option(
    "--to-block",
    metavar="BLOCK",
    callback=to_block_without_hash,
    default=LATEST,
    show_default=True,
    help="Up to and including this block.",
)
@node_options
def command(
    target: Target,
    addresses: Sequence[Address],
    events: Sequence[str],
    from_block: str,
    to_block: str,
) -> int:
    """Show the logs of all blocks, of some contracts and events if those are named.

    Behind each type of an event may stand 'indexed' and a name, as in its declaration.

    \b
    Examples:
      ewasm logs
      ewasm logs --address 0x5FbDB2315678afecb367f032d93F642f64180aa3 \\
          --event 'Transfer(address indexed from,address indexed to,uint64 value)'
      ewasm logs --from-block 10 --to-block 20 --json

    With --json each log is one line.

    Exit codes: 0 success, 1 the node refuses, 2 bad usage, 3 the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    parsed = parse_events(events)
    query: dict[str, object] = {"fromBlock": from_block, "toBlock": to_block}
    if addresses:
        query["address"] = [format_address(address) for address in addresses]
    if parsed:
        query["topics"] = [[format_bytes(event.topic) for event in parsed]]
    answers = read_objects(target.node.ask("eth_getLogs", query), what="logs")
    for answer in answers:
        if target.as_json:
            click.echo(json.dumps(log_json(answer, parsed)))
        else:
            for line in log_lines(answer, parsed, names_block=True):
                click.echo(line)
    if not answers:
        click.echo("no logs", err=True)
    return exit_codes.SUCCESS
