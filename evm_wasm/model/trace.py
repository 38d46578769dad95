"""What happens while a transaction runs, as events for people. Tracing changes no result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evm_wasm.model.message import Message, Outcome


@dataclass(frozen=True, slots=True)
class FrameStart:
    """A frame begins."""

    message: Message


@dataclass(frozen=True, slots=True)
class FrameEnd:
    """A frame has ended.

    Attributes:
        depth: Of the frame.
        outcome: How.
    """

    depth: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCall:
    """An EEI method has run, or has ended its frame. Calls come after what they called.

    Attributes:
        depth: Of the calling frame.
        name: Of the method.
        arguments: (parameter name, value) as the contract meant it: numbers as decimal text, what
            pointers point to as hex text.
        result: What the wasm code got; None if nothing or if the frame ended.
        gas_before: In particles.
        gas_after: In particles.
        ended: The name of the signal or the halt reason that ended the frame; empty if it goes on.
    """

    depth: int
    name: str
    arguments: tuple[tuple[str, str], ...]
    result: int | None
    gas_before: int
    gas_after: int
    ended: str


Event = FrameStart | FrameEnd | MethodCall
Tracer = Callable[[Event], None]
