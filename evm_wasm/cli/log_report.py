"""Logs as commands print them: raw, and decoded where an event fits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evm_wasm.cli.rows import row, value_text
from evm_wasm.cli.text import one_line
from evm_wasm.client.answers import Answer, read_log
from evm_wasm.errors import InputError
from evm_wasm.model.message import Log
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.hexadecimal import format_bytes

if TYPE_CHECKING:
    from evm_wasm.abi.events import Argument, Event


@dataclass(frozen=True, slots=True)
class DecodedLog:
    """What a log means.

    Attributes:
        event: The one that fits.
        arguments: Its values; None if they do not decode.
        problem: Why they do not decode, None if they do.
    """

    event: Event
    arguments: Sequence[Argument] | None
    problem: str | None


def parse_events(texts: Sequence[str]) -> list[Event]:
    """The events that a command line names with `--event`."""
    if not texts:
        return []
    from evm_wasm.abi.events import parse_event  # noqa: PLC0415 - takes longer to load than the rest

    return [parse_event(text, what="--event") for text in texts]


def decode(log: Log, events: Sequence[Event]) -> DecodedLog | None:
    """A log by the first event that decodes it, None if it is of none of them."""
    best = None
    for event in events:
        decoded = _decode_as(event, log)
        if decoded is not None and decoded.problem is None:
            return decoded
        best = best or decoded
    return best


def log_json(answer: Answer, events: Sequence[Event]) -> dict[str, object]:
    """A log as the node gave it, with a member `decoded`."""
    decoded = decode(read_log(answer), events)
    return {**answer.members, "decoded": None if decoded is None else _decoded_json(decoded)}


def log_lines(
    answer: Answer, events: Sequence[Event], *, names_block: bool = False
) -> Iterator[str]:
    """A log for people.

    Args:
        answer: As the node gave it.
        events: By which it is decoded.
        names_block: Whether to say in which block it is.
    """
    log = read_log(answer)
    decoded = decode(log, events)
    name = f"{decoded.event.name} " if decoded is not None else ""
    place = f" in block {answer.quantity('blockNumber')}" if names_block else ""
    yield row("log", f"{name}from {format_address(log.address)}{place}")
    if decoded is not None and decoded.arguments is not None:
        width = max((len(_name(item, n)) for n, item in enumerate(decoded.arguments)), default=0)
        for number, argument in enumerate(decoded.arguments):
            text = value_text(argument.value)
            note = " (hash)" if argument.parameter.is_hashed else ""
            yield row("", f"{_name(argument, number):<{width}}  {text}{note}")
        return
    if decoded is not None and decoded.problem is not None:
        yield row("", f"not decoded: {one_line(decoded.problem)}")
    for topic in log.topics:
        yield row("", f"topic {format_bytes(topic)}")
    yield row("", f"data  {format_bytes(log.data)}")


def _decode_as(event: Event, log: Log) -> DecodedLog | None:
    from evm_wasm.abi.events import decode_log  # noqa: PLC0415 - takes longer to load than the rest

    try:
        arguments = decode_log(event, log.topics, log.data)
    except InputError as error:
        return DecodedLog(event, None, str(error))
    return None if arguments is None else DecodedLog(event, arguments, None)


def _decoded_json(decoded: DecodedLog) -> dict[str, object]:
    from evm_wasm.abi.types import type_name  # noqa: PLC0415 - takes longer to load than the rest

    return {
        "event": decoded.event.canonical,
        "error": decoded.problem,
        "arguments": None
        if decoded.arguments is None
        else [
            {
                "name": argument.parameter.name,
                "type": type_name(argument.parameter.kind),
                "indexed": argument.parameter.is_indexed,
                "value": argument.value,
            }
            for argument in decoded.arguments
        ],
    }


def _name(argument: Argument, number: int) -> str:
    return argument.parameter.name or str(number)
