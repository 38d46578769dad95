"""`ewasm exec --trace`: one line for each EEI call, and one for each start and end of a frame.

A line begins with the depth of its frame. The line of a call that started other frames comes after
theirs, because only then its gas is known.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from evm_wasm.cli.gas_text import format_gas
from evm_wasm.cli.text import one_line
from evm_wasm.model.message import CallKind, Message, Outcome, Status
from evm_wasm.model.trace import Event, FrameEnd, FrameStart, MethodCall
from evm_wasm.primitives.hexadecimal import format_bytes

MOST_SHOWN_BYTES = 64
"""Longer data is cut, with its length beside it."""


class TracePrinter:
    """A tracer that writes to standard error.

    Args:
        scale: Particles in one gas.
    """

    def __init__(self, scale: int) -> None:
        self._scale = scale

    def __call__(self, event: Event) -> None:
        """Writes the lines of an event."""
        for line in trace_lines(event, self._scale):
            print(line, file=sys.stderr)


def trace_lines(event: Event, scale: int) -> Iterator[str]:
    """The lines of an event, without line ends."""
    if isinstance(event, FrameStart):
        yield _line(event.message.depth, f"> {_describe_message(event.message)}")
    elif isinstance(event, MethodCall):
        yield _line(event.depth, f"  {_describe_call(event, scale)}")
    elif isinstance(event, FrameEnd):
        yield _line(event.depth, f"< {_describe_outcome(event.outcome, scale)}")
        for function in event.outcome.backtrace:
            yield _line(event.depth, f"    at {function}")


def _line(depth: int, text: str) -> str:
    return f"{depth:>4} {'  ' * depth}{one_line(text)}"


def _describe_message(message: Message) -> str:
    data = f"{len(message.input)} bytes of init code"
    target = f"create {format_bytes(message.recipient)}"
    if message.kind is not CallKind.CREATE:
        data = f"input {_shorten(message.input)}"
        target = f"{message.kind.value} {format_bytes(message.code_address)}"
        if message.code_address != message.recipient:
            target += f" as {format_bytes(message.recipient)}"
    return (
        f"{target} from {format_bytes(message.caller)}, value {message.value}, "
        f"gas {message.gas}, {data}"
    )


def _describe_call(call: MethodCall, scale: int) -> str:
    arguments = ", ".join(f"{name}={value}" for name, value in call.arguments)
    result = "" if call.result is None else f" = {call.result}"
    before, after = (format_gas(amount, scale) for amount in (call.gas_before, call.gas_after))
    ended = f", ends the frame: {call.ended}" if call.ended else ""
    return f"{call.name}({arguments}){result}, gas {before} -> {after}{ended}"


def _describe_outcome(outcome: Outcome, scale: int) -> str:
    if outcome.status is Status.FAILURE:
        reason = outcome.halt.value if outcome.halt is not None else "failure"
        detail = f": {outcome.detail}" if outcome.detail else ""
        return f"failure: {reason}{detail}"
    left = format_gas(outcome.particles_left, scale)
    return f"{outcome.status.name.lower()}, gas left {left}, output {_shorten(outcome.output)}"


def _shorten(data: bytes) -> str:
    if len(data) <= MOST_SHOWN_BYTES:
        return format_bytes(data)
    return f"{format_bytes(data[:MOST_SHOWN_BYTES])}... ({len(data)} bytes)"
