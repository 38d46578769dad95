"""What `ewasm send` and `ewasm deploy` share: their options, and sending with a report."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.log_report import parse_events
from evm_wasm.cli.node_options import Target
from evm_wasm.cli.parameters import (
    Seconds,
    to_address,
    to_optional_gas,
    to_optional_wei,
    to_wei,
)
from evm_wasm.cli.receipt_report import (
    Report,
    error_option,
    make_report,
    parse_errors,
    read_reason,
    report_json,
    report_lines,
)
from evm_wasm.cli.rows import reason_text, row
from evm_wasm.cli.sender_choice import KeySource, choose_sender
from evm_wasm.cli.text import error_line
from evm_wasm.client.sending import REVERTED, Order, send, wait_for_receipt
from evm_wasm.errors import NodeRefusal
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.types import Address, Hash32

if TYPE_CHECKING:
    from evm_wasm.abi.events import Event
    from evm_wasm.abi.functions import Signature

DEFAULT_WAIT: Final = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How to send, as the command line says.

    Attributes:
        address: Who sends.
        key_source: Where a key is.
        value: In wei.
        gas: Limit, in gas.
        max_fee: In wei for one gas.
        priority_fee: In wei for one gas.
        nonce: Of the sender.
        events: By which logs are decoded.
        errors: By which reverts are decoded.
        wait: Seconds to wait for the receipt; None does not wait.
    """

    address: Address | None
    key_source: KeySource
    value: int
    gas: int | None
    max_fee: int | None
    priority_fee: int | None
    nonce: int | None
    events: Sequence[Event]
    errors: Sequence[Signature]
    wait: float | None


_OPTIONS: Final = (
    click.option(
        "--from",
        "sender",
        metavar="ADDRESS",
        callback=to_address,
        help="Who sends; the node signs.  [default: the key's account, else the node's first]",
    ),
    click.option("--keystore", metavar="FILE", help="Sign with the key of a keystore file."),
    click.option(
        "--password-file", metavar="FILE", help="Its password is the first line of this file."
    ),
    click.option("--interactive", is_flag=True, help="Ask for a private key, and sign with it."),
    click.option(
        "--value",
        metavar="AMOUNT",
        callback=to_wei,
        default="0",
        show_default=True,
        help="Ether to send: 1ether, 5gwei, or a number of wei.",
    ),
    click.option(
        "--gas",
        metavar="GAS",
        callback=to_optional_gas,
        help="Gas limit; also sends what would fail.  [default: as the node estimates]",
    ),
    click.option(
        "--max-fee",
        metavar="AMOUNT",
        callback=to_optional_wei,
        help="Most to pay for one gas, such as 3gwei.  [default: from the base fee]",
    ),
    click.option(
        "--priority-fee",
        metavar="AMOUNT",
        callback=to_optional_wei,
        help="What of it the miner gets at most.  [default: as the node says]",
    ),
    click.option(
        "--nonce",
        metavar="N",
        type=click.IntRange(min=0, max=2**64 - 2),
        help="Of the sender.  [default: the next]",
    ),
    click.option(
        "--event",
        "events",
        metavar="SIGNATURE",
        multiple=True,
        help="Decode logs of this event; may be given several times.",
    ),
    error_option,
    click.option("--no-wait", is_flag=True, help="Print the hash and do not wait for a block."),
    click.option(
        "--wait",
        metavar="SECONDS",
        type=Seconds(min=0, max=86_400),
        default=DEFAULT_WAIT,
        show_default=True,
        help="How long to wait for a block.",
    ),
)
# EIP-2681 bounds nonces to 2^64 - 2.


def sending_options(function: Callable[..., int]) -> Callable[..., int]:
    """Adds the options and hands them over as one argument, `sending`."""

    @functools.wraps(function)
    def wrapped(**words: Any) -> int:  # noqa: ANN401 - click passes what the options declare
        sending = Sending(
            address=words.pop("sender"),
            key_source=KeySource(
                words.pop("keystore"), words.pop("password_file"), words.pop("interactive")
            ),
            value=words.pop("value"),
            gas=words.pop("gas"),
            max_fee=words.pop("max_fee"),
            priority_fee=words.pop("priority_fee"),
            nonce=words.pop("nonce"),
            events=parse_events(words.pop("events")),
            errors=parse_errors(words.pop("errors")),
            wait=_wait(no_wait=words.pop("no_wait"), wait=words.pop("wait")),
        )
        return function(sending=sending, **words)

    decorated: Callable[..., int] = wrapped
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def send_and_report(
    target: Target,
    sending: Sending,
    *,
    to: Address | None,
    data: bytes,
    verify: Callable[[Report], str | None] = lambda _report: None,
    advice: str = "",
) -> int:
    """Sends a transaction, waits for its receipt and prints it.

    Args:
        target: The node, and the form of what is printed.
        sending: How to send.
        to: None creates a contract.
        data: Call data, or init code.
        verify: Says what is wrong with a transaction that succeeded, None if nothing is.
        advice: What may help if the transaction would revert.

    Returns:
        The exit code.
    """
    sender = choose_sender(target.node, sending.address, sending.key_source)
    order = Order(
        to=to,
        value=sending.value,
        data=data,
        gas=sending.gas,
        max_fee=sending.max_fee,
        priority_fee=sending.priority_fee,
        nonce=sending.nonce,
    )
    try:
        transaction = send(target.node, sender, order)
    except NodeRefusal as error:
        if error.code != REVERTED:
            raise
        reason = read_reason(error.data, sending.errors)
        return _report_revert(error.data, reason, advice, as_json=target.as_json)
    return _follow(target, sending, transaction, verify)


def _follow(
    target: Target,
    sending: Sending,
    transaction: Hash32,
    verify: Callable[[Report], str | None],
) -> int:
    """What happens once the transaction is on its way."""
    text = format_bytes(transaction)
    if not target.as_json:
        click.echo(row("transaction", text))  # before waiting: nobody should lose it
    elif sending.wait is None:
        click.echo(json.dumps({"transactionHash": text}))
    if sending.wait is None:
        return exit_codes.SUCCESS
    receipt = wait_for_receipt(target.node, transaction, limit=sending.wait)
    report = make_report(target.node, receipt, sending.events, sending.errors)
    for line in [report_json(report)] if target.as_json else report_lines(report):
        click.echo(line)
    problem = verify(report) if report.succeeded else None
    if problem is not None:
        click.echo(error_line(problem), err=True)
    return exit_codes.SUCCESS if report.succeeded and problem is None else exit_codes.FAILED


def _report_revert(data: bytes | None, reason: str | None, advice: str, *, as_json: bool) -> int:
    """Says why nothing was sent."""
    if as_json:
        output = None if data is None else format_bytes(data)
        report = {"transactionHash": None, "revertReason": reason, "returnData": output}
        click.echo(json.dumps(report))
    said = ""
    if reason is not None:
        said = f": {reason_text(reason)}"
    elif data:
        said = f" with {format_bytes(data)}"
    more = f"; {advice}" if advice else ""
    message = f"it would revert{said}; nothing was sent (with --gas GAS it is sent all the same)"
    click.echo(error_line(message + more), err=True)
    return exit_codes.FAILED


def _wait(*, no_wait: bool, wait: float) -> float | None:
    return None if no_wait else wait
