"""`eeiTracer`: every frame and every EEI call of a transaction, in order."""

from __future__ import annotations

from evm_wasm.devnet.config import Bounds
from evm_wasm.devnet.results import EeiTrace
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.trace import Event, FrameEnd, FrameStart


class EeiTracer:
    """A tracer that keeps events up to its bounds; the run itself goes on past them."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._events: list[Event] = []
        self._bytes = 0
        self._is_cut = False

    def __call__(self, event: Event) -> None:
        """Takes an event of the run."""
        if isinstance(event, FrameStart):
            self._bytes += len(event.message.input)
        elif isinstance(event, FrameEnd):
            self._bytes += len(event.outcome.output)
        if (
            self._is_cut
            or len(self._events) >= self._bounds.trace_events
            or self._bytes > self._bounds.trace_bytes
        ):
            self._is_cut = True
            return
        self._events.append(event)

    def result(self, receipt: Receipt) -> EeiTrace:
        """What was taken."""
        return EeiTrace(
            scale=receipt.gas.scale,
            gas_used=receipt.gas.used_gas,
            status=receipt.status,
            output=receipt.output,
            events=tuple(self._events),
            is_cut=self._is_cut,
        )
