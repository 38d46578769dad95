"""`ewasm block`: one block of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.parameters import to_block
from evm_wasm.cli.rows import row
from evm_wasm.cli.text import error_line
from evm_wasm.client.answers import Answer, read_object, read_quantity
from evm_wasm.client.blocks import is_block_hash
from evm_wasm.client.connection import Node
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_bytes


@click.command("block")
@click.argument("block", callback=to_block, default=LATEST)
@node_options
def command(target: Target, block: str) -> int:
    """Show BLOCK: a number, a hash or a name such as latest, which is the default.

    \b
    Examples:
      ewasm block
      ewasm block 1
      ewasm block earliest --json

    Exit codes: 0 success, 1 there is no such block, 2 bad usage, 3 the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    method = "eth_getBlockByHash" if is_block_hash(block) else "eth_getBlockByNumber"
    answer = target.node.ask(method, block, False)
    if answer is None:
        click.echo(error_line(_missing(target.node, block)), err=True)
        return exit_codes.FAILED
    found = read_object(answer, what="block")
    for line in [json.dumps(found.members)] if target.as_json else _lines(found):
        click.echo(line)
    return exit_codes.SUCCESS


def _missing(node: Node, block: str) -> str:
    newest = read_quantity(node.ask("eth_blockNumber"), what="block number")
    name = block if is_block_hash(block) or not block.startswith("0x") else str(int(block, 16))
    return f"there is no block {name}; the newest is {newest}"


def _lines(block: Answer) -> Iterator[str]:
    is_pending = not block.has("number")
    yield row("block", "pending" if is_pending else str(block.quantity("number")))
    if block.has("hash"):
        yield row("hash", format_bytes(block.hash("hash")))
    yield row("parent", format_bytes(block.hash("parentHash")))
    yield row("time", _time_text(block.quantity("timestamp")))
    yield row("coinbase", format_address(block.address("miner")))
    yield row("gas used", f"{block.quantity('gasUsed'):,} of {block.quantity('gasLimit'):,}")
    if block.has("baseFeePerGas"):
        yield row("base fee", f"{block.quantity('baseFeePerGas'):,} wei")
    yield row("state root", format_bytes(block.hash("stateRoot")))
    hashes = block.hashes("transactions")
    yield row("contains", f"{len(hashes)} transaction{'' if len(hashes) == 1 else 's'}")
    for transaction in hashes:
        yield row("", format_bytes(transaction))


def _time_text(timestamp: int) -> str:
    """Seconds since 1970 as a date; a devnet's clock may show a year that has no date."""
    try:
        return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d %H:%M:%S} UTC ({timestamp})"
    except (ValueError, OverflowError, OSError):
        return str(timestamp)
