"""`ewasm balance`: what an account has."""

from __future__ import annotations

import json

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.parameters import to_address, to_block
from evm_wasm.client.answers import read_quantity
from evm_wasm.client.blocks import state_parameter
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_quantity
from evm_wasm.primitives.types import Address
from evm_wasm.primitives.units import format_ether


@click.command("balance")
@click.argument("address", callback=to_address)
@click.option(
    "--block",
    metavar="BLOCK",
    callback=to_block,
    default=LATEST,
    show_default=True,
    help="After this block: a number, a name or a hash.",
)
@node_options
def command(target: Target, address: Address, block: str) -> int:
    """Print the balance of ADDRESS.

    \b
    Examples:
      ewasm balance 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266
      ewasm balance 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --block 0 --json

    Exit codes: 0 success, 1 the node refuses, 2 bad usage, 3 the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    text = format_address(address)
    answer = target.node.ask("eth_getBalance", text, state_parameter(block))
    wei = read_quantity(answer, what="balance")
    if target.as_json:
        click.echo(json.dumps({"address": text, "block": block, "balance": format_quantity(wei)}))
    else:
        click.echo(f"{format_ether(wei)} ether")
    return exit_codes.SUCCESS
