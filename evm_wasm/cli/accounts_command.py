"""`ewasm accounts`: the accounts that a node signs for."""

from __future__ import annotations

import json

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.client.answers import read_addresses, read_quantity
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_quantity
from evm_wasm.primitives.units import format_ether

_ADDRESS_WIDTH = 42
_HEADINGS = ("account", "nonce", "ether")


@click.command("accounts")
@node_options
def command(target: Target) -> int:
    """List the accounts that the node signs for, with nonce and balance.

    \b
    Examples:
      ewasm accounts
      ewasm accounts --rpc-url http://127.0.0.1:9000 --json

    Exit codes: 0 success, 1 the node refuses, 2 bad usage, 3 the node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    node = target.node
    accounts = []
    for address in read_addresses(node.ask("eth_accounts"), what="accounts"):
        text = format_address(address)
        balance = read_quantity(node.ask("eth_getBalance", text, LATEST), what="balance")
        nonce = read_quantity(node.ask("eth_getTransactionCount", text, LATEST), what="nonce")
        accounts.append((text, nonce, balance))
    if target.as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "address": text,
                        "nonce": format_quantity(nonce),
                        "balance": format_quantity(balance),
                    }
                    for text, nonce, balance in accounts
                ]
            )
        )
        return exit_codes.SUCCESS
    if not accounts:
        click.echo(f"{node.place} has no accounts of its own", err=True)
        return exit_codes.SUCCESS
    click.echo(_line(*_HEADINGS))
    for text, nonce, balance in accounts:
        click.echo(_line(text, str(nonce), format_ether(balance)))
    return exit_codes.SUCCESS


def _line(address: str, nonce: str, ether: str) -> str:
    return f"{address:<{_ADDRESS_WIDTH}}  {nonce:>6}  {ether}"
