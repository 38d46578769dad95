"""`ewasm call`: run a function of a contract without a transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.call_data import read_call_data, require_code
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.parameters import to_address, to_block, to_bytes, to_optional_gas, to_wei
from evm_wasm.cli.receipt_report import error_option, parse_errors, read_reason
from evm_wasm.cli.rows import reason_text, row, value_text
from evm_wasm.cli.text import one_line
from evm_wasm.client.answers import read_data
from evm_wasm.client.blocks import state_parameter
from evm_wasm.client.sending import REVERTED, Order, call_object
from evm_wasm.errors import InputError, NodeRefusal
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.types import Address

if TYPE_CHECKING:
    from evm_wasm.abi.functions import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The command line, with the names of its parameters."""

    address: Address
    signature: str | None
    arguments: Sequence[str]
    input_data: bytes | None
    sender: Address | None
    value: int
    gas: int | None
    block: str
    errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Called:
    """What a call gave back.

    Attributes:
        succeeded: False if it reverted.
        output: The bytes, None if the node does not tell.
        decoded: The results, None where no types were given or they do not fit.
        problem: Why the results do not decode, None if they do or no types were given.
        reason: What a revert says, None where it says nothing readable.
    """

    succeeded: bool
    output: bytes | None
    decoded: list[object] | None = None
    problem: str | None = None
    reason: str | None = None


@click.command("call")
@click.argument("address", callback=to_address)
@click.argument("signature", required=False)
@click.argument("arguments", metavar="[ARG]...", nargs=-1)
@click.option(
    "--input", "input_data", metavar="0x...", callback=to_bytes, help="Call with these bytes."
)
@click.option("--from", "sender", metavar="ADDRESS", callback=to_address, help="Who calls.")
@click.option(
    "--value",
    metavar="AMOUNT",
    callback=to_wei,
    default="0",
    show_default=True,
    help="Ether to send along: 1ether, 5gwei, or a number of wei.",
)
@click.option("--gas", metavar="GAS", callback=to_optional_gas, help="Gas limit.")
@click.option(
    "--block",
    metavar="BLOCK",
    callback=to_block,
    default=LATEST,
    show_default=True,
    help="On the state after this block: a number, a name or a hash.",
)
@error_option
@node_options
def command(target: Target, **options: Any) -> int:  # noqa: ANN401 - click passes what is declared
    """Call a function of the contract at ADDRESS and print what it returns; nothing changes.

    SIGNATURE is 'name(types)(types)': arguments, then results. Numbers are decimal or 0x,
    addresses and bytes 0x, arrays and tuples JSON. Put '--' before a negative number.

    \b
    Examples:
      ewasm call 0x5FbDB2315678afecb367f032d93F642f64180aa3 'totalSupply()(uint64)'
      ewasm call 0x5FbDB2315678afecb367f032d93F642f64180aa3 'balanceOf(address)(uint64)' \\
          0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 --block 1 --json

    Exit codes: 0 success, 1 the contract reverted or failed, 2 bad usage or input, 3 the node
    cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    return _run(target, _Options(**options))


def _run(target: Target, options: _Options) -> int:
    errors = parse_errors(options.errors)
    call = read_call_data(options.signature, options.arguments, options.input_data)
    order = Order(to=options.address, value=options.value, data=call.data, gas=options.gas)
    state = state_parameter(options.block)
    try:
        answer = target.node.ask("eth_call", call_object(options.sender, order), state)
    except NodeRefusal as error:
        if error.code != REVERTED:
            raise
        called = _Called(False, error.data, reason=read_reason(error.data, errors))
    else:
        output = read_data(answer, what="result")
        if not output:
            require_code(target.node, options.address, state)
        called = _succeeded(call.signature, output)
    for line in [_json(called)] if target.as_json else _lines(called):
        click.echo(line)
    return exit_codes.SUCCESS if called.succeeded else exit_codes.FAILED


def _succeeded(signature: Signature | None, output: bytes) -> _Called:
    if signature is None or not signature.outputs:
        return _Called(True, output)
    from evm_wasm.abi import functions  # noqa: PLC0415 - takes longer to load than all the rest

    try:
        return _Called(True, output, decoded=functions.decode_result(signature, output))
    except InputError as error:
        return _Called(True, output, problem=one_line(str(error)))


def _json(called: _Called) -> str:
    """Names as in the report of `ewasm exec`."""
    return json.dumps(
        {
            "status": "success" if called.succeeded else "revert",
            "returnData": None if called.output is None else format_bytes(called.output),
            "decoded": called.decoded,
            "decodeError": called.problem,
            "revertReason": called.reason,
        }
    )


def _lines(called: _Called) -> Iterator[str]:
    """Results as they are, one on each line; what went wrong with its name."""
    if called.decoded is not None:
        yield from map(value_text, called.decoded)
        return
    if not called.succeeded:
        yield row("status", click.style("reverted", fg="yellow", bold=True))
    if called.reason is not None:
        yield row("reason", reason_text(called.reason))
    if called.output is not None:
        yield row("returned", format_bytes(called.output))
    if called.problem is not None:
        yield row("decoded", click.style(f"not possible: {called.problem}", fg="yellow"))
