"""`ewasm send`: a transaction to a contract or an account."""

from __future__ import annotations

from collections.abc import Sequence

import click

from evm_wasm.cli.call_data import read_call_data, require_code
from evm_wasm.cli.node_options import Target, node_options
from evm_wasm.cli.parameters import to_address, to_bytes
from evm_wasm.cli.sending_options import Sending, send_and_report, sending_options
from evm_wasm.primitives.types import Address


@click.command("send")
@click.argument("address", callback=to_address)
@click.argument("signature", required=False)
@click.argument("arguments", metavar="[ARG]...", nargs=-1)
@click.option("--input", "input_data", metavar="0x...", callback=to_bytes, help="Send these bytes.")
@sending_options
@node_options
def command(
    target: Target,
    sending: Sending,
    address: Address,
    signature: str | None,
    arguments: Sequence[str],
    input_data: bytes | None,
) -> int:
    """Send a transaction to ADDRESS, wait for a block with it and print the receipt.

    SIGNATURE is 'name(types)' of a function; without it only the --value moves. Arguments are
    written as for 'ewasm call'.

    The node signs for its own accounts. A key signs here if it comes from --keystore FILE, from the
    environment variable EWASM_PRIVATE_KEY, or is asked for with --interactive.

    \b
    Examples:
      ewasm send 0x5FbDB2315678afecb367f032d93F642f64180aa3 'transfer(address,uint64)' \\
          0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1000 \\
          --event 'Transfer(address indexed from,address indexed to,uint64 value)'
      ewasm send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 1ether
      ewasm send 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 1ether --keystore key.json

    Exit codes: 0 success, 1 it reverted, failed or was refused, 2 bad usage or input, 3 the node
    cannot be used, or there is no block with it in time.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    call = read_call_data(signature, arguments, input_data)
    if call.signature is not None:
        require_code(target.node, address, "pending")
    return send_and_report(target, sending, to=address, data=call.data)
