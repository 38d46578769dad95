"""What `ewasm exec` prints: for people, and as one JSON object for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import click

from evm_wasm.cli.execution import Request, Result
from evm_wasm.cli.gas_text import format_gas
from evm_wasm.cli.rows import reason_text, row, value_text
from evm_wasm.model.message import Log, Status
from evm_wasm.model.receipt import GasReport, Receipt
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Word

_COLORS = {Status.SUCCESS: "green", Status.REVERT: "yellow", Status.FAILURE: "red"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What output means to who knows its types.

    Attributes:
        decoded: The results as JSON values, None where no types were given or they do not fit.
        problem: Why the results do not decode, None if they do or no types were given.
        reason: What a revert says, None where it says nothing readable.
    """

    decoded: list[object] | None = None
    problem: str | None = None
    reason: str | None = None


def report_json(request: Request, result: Result, meaning: Meaning) -> str:
    """One JSON object on one line; amounts are `0x` quantities, gas in parts is in particles."""
    receipt = result.receipt
    return json.dumps(
        {
            "status": receipt.status.name.lower(),
            "from": format_bytes(request.sender),
            "to": format_bytes(request.to) if request.to is not None else None,
            "created": format_bytes(receipt.created) if receipt.created is not None else None,
            "returnData": format_bytes(receipt.output),
            "decoded": meaning.decoded,
            "decodeError": meaning.problem,
            "revertReason": meaning.reason,
            "failure": receipt.halt.value if receipt.halt is not None else None,
            "detail": receipt.detail,
            "gasUsed": format_quantity(receipt.gas.used_gas),
            "gasLimit": format_quantity(request.gas),
            "gas": _gas_json(receipt.gas),
            "logs": [_log_json(log) for log in receipt.logs],
            "storage": {
                format_bytes(address): {
                    format_bytes(key): {
                        "before": format_bytes(before),
                        "after": format_bytes(after),
                    }
                    for key, (before, after) in slots.items()
                }
                for address, slots in result.storage.items()
            },
            "stateRoot": format_bytes(result.world.root),
            "schedule": request.schedule,
            "fork": request.fork,
        }
    )


def report_lines(request: Request, result: Result, meaning: Meaning) -> Iterator[str]:
    """The lines for people."""
    receipt = result.receipt
    yield row("status", click.style(_status(receipt), fg=_COLORS[receipt.status], bold=True))
    if meaning.reason is not None:
        yield row("reason", reason_text(meaning.reason))
    if receipt.created is not None:
        yield row("created", format_bytes(receipt.created))
    yield row("returned", format_bytes(receipt.output))
    if meaning.decoded is not None:
        for value in meaning.decoded:
            yield row("decoded", value_text(value))
    if meaning.problem is not None:
        yield row("decoded", click.style(f"not possible: {meaning.problem}", fg="yellow"))
    yield from _gas_lines(receipt.gas, request.gas)
    yield from _log_lines(receipt)
    yield from _storage_lines(result)
    yield row("state root", format_bytes(result.world.root))


def _status(receipt: Receipt) -> str:
    if receipt.status is not Status.FAILURE:
        return {Status.SUCCESS: "success", Status.REVERT: "reverted"}[receipt.status]
    reason = receipt.halt.value if receipt.halt is not None else ""
    return f"failed: {reason}" + (f": {receipt.detail}" if receipt.detail else "")


def _gas_lines(gas: GasReport, limit: int) -> Iterator[str]:
    yield row("gas used", f"{gas.used_gas:,} of {limit:,}")
    parts = [
        (name, format_gas(particles, gas.scale, grouped=True))
        for name, particles in _gas_parts(gas).items()
    ]
    parts.append(("refund", f"{-gas.refund_gas:,}"))
    width = max(len(text.partition(".")[0]) for _, text in parts)
    for name, text in parts:
        whole, point, rest = text.partition(".")
        yield row("", f"{name:<13} {whole:>{width}}{point}{rest}")


def _gas_parts(gas: GasReport) -> dict[str, int]:
    """Where the gas went, in particles, before the refund."""
    return {
        "intrinsic": gas.intrinsic,
        "instructions": gas.instructions,
        "EEI": gas.eei,
        "deposit": gas.deposit,
        "burned": gas.burned,
    }


def _gas_json(gas: GasReport) -> dict[str, str]:
    parts = {
        name.lower(): format_quantity(particles) for name, particles in _gas_parts(gas).items()
    }
    return {
        "particlesPerGas": format_quantity(gas.scale),
        **parts,
        "refundGas": format_quantity(gas.refund_gas),
    }


def _log_lines(receipt: Receipt) -> Iterator[str]:
    for log in receipt.logs:
        yield row("log", f"from {format_bytes(log.address)}")
        for topic in log.topics:
            yield row("", f"topic {format_bytes(topic)}")
        yield row("", f"data  {format_bytes(log.data)}")


def _log_json(log: Log) -> dict[str, object]:
    return {
        "address": format_bytes(log.address),
        "topics": [format_bytes(topic) for topic in log.topics],
        "data": format_bytes(log.data),
    }


def _storage_lines(result: Result) -> Iterator[str]:
    for address, slots in result.storage.items():
        yield row("storage", f"of {format_bytes(address)}")
        for key, (before, after) in slots.items():
            yield row("", f"{_short(key)}: {_short(before)} -> {_short(after)}")


def _short(word: Word) -> str:
    """A word without its leading zeros."""
    return format_quantity(int.from_bytes(word, "big"))
