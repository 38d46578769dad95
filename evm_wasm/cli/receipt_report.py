"""Receipts as commands print them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from evm_wasm.cli.log_report import log_json, log_lines
from evm_wasm.cli.rows import reason_text, row
from evm_wasm.client.answers import Answer
from evm_wasm.client.connection import Node
from evm_wasm.client.sending import revert_output
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.units import format_ether

if TYPE_CHECKING:
    from evm_wasm.abi.events import Event
    from evm_wasm.abi.functions import Signature


@dataclass(frozen=True, slots=True)
class Report:
    """A receipt and what it means.

    Attributes:
        receipt: As the node gave it.
        events: By which logs are decoded.
        reason: What a transaction that reverted said, None if nothing readable.
    """

    receipt: Answer
    events: Sequence[Event]
    reason: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the transaction did what it should."""
        return self.receipt.quantity("status") == 1


def make_report(
    node: Node, receipt: Answer, events: Sequence[Event], errors: Sequence[Signature]
) -> Report:
    """Asks the node for the reason where the transaction failed."""
    if receipt.quantity("status") == 1:
        return Report(receipt, events, None)
    output = revert_output(node, receipt.hash("transactionHash"))
    return Report(receipt, events, read_reason(output, errors))


def error_option(function: Callable[..., int]) -> Callable[..., int]:
    """Adds the option `--error`."""
    return click.option(
        "--error",
        "errors",
        metavar="SIGNATURE",
        multiple=True,
        help="Decode reverts with this error of the contract; may be given several times.",
    )(function)


def parse_errors(texts: Sequence[str]) -> list[Signature]:
    """The errors that a command line names with `--error`."""
    if not texts:
        return []
    from evm_wasm.abi.functions import parse_signature  # noqa: PLC0415 - slow to load

    return [parse_signature(text, what="--error") for text in texts]


def read_reason(output: bytes | None, errors: Sequence[Signature]) -> str | None:
    """What a revert says, None if nothing readable."""
    if not output:
        return None
    from evm_wasm.abi.reverts import revert_reason  # noqa: PLC0415 - slow to load, rarely needed

    return revert_reason(output, errors)


def report_json(report: Report) -> str:
    """The receipt as the node gave it; with `revertReason`, and `decoded` in each log."""
    logs = [log_json(log, report.events) for log in report.receipt.objects("logs")]
    return json.dumps({**report.receipt.members, "logs": logs, "revertReason": report.reason})


def report_lines(report: Report) -> Iterator[str]:
    """The lines for people."""
    receipt = report.receipt
    status = ("success", "green") if report.succeeded else ("failed", "red")
    yield row("status", click.style(status[0], fg=status[1], bold=True))
    if report.reason is not None:
        yield row("reason", reason_text(report.reason))
    if receipt.has("contractAddress"):
        yield row("created", format_address(receipt.address("contractAddress")))
    yield row(
        "block", f"{receipt.quantity('blockNumber')} {format_bytes(receipt.hash('blockHash'))}"
    )
    yield row("from", format_address(receipt.address("from")))
    if receipt.has("to"):
        yield row("to", format_address(receipt.address("to")))
    gas = receipt.quantity("gasUsed")
    yield row("gas used", f"{gas:,}")
    if receipt.has("effectiveGasPrice"):
        price = receipt.quantity("effectiveGasPrice")
        yield row("fee", f"{format_ether(gas * price)} ether, {price:,} wei for one gas")
    for log in receipt.objects("logs"):
        yield from log_lines(log, report.events)
