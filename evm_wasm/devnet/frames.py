"""`callTracer`: the tree of frames of a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from evm_wasm.devnet.config import Bounds
from evm_wasm.devnet.diagnosis import emitted_log
from evm_wasm.devnet.errors import TooManyResults
from evm_wasm.devnet.results import CallFrame
from evm_wasm.devnet.reverting import reason_of
from evm_wasm.errors import MachineError
from evm_wasm.model.message import CallKind, HaltReason, Log, Message, Outcome, Status
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.trace import Event, FrameEnd, FrameStart
from evm_wasm.state.state import State


@dataclass(slots=True)
class _OpenFrame:
    """A frame that has not ended."""

    message: Message
    calls: list[CallFrame] = field(default_factory=list)
    logs: list[Log] = field(default_factory=list)


class FrameTracer:
    """A tracer that builds the tree.

    Past its bounds it takes no more and says so at the end: the run itself goes on untouched.
    """

    def __init__(
        self, state: State, bounds: Bounds, scale: int, *, only_top_call: bool, with_log: bool
    ) -> None:
        """Watches a run.

        Args:
            state: On which it runs.
            bounds: How much it may take.
            scale: Particles in one gas.
            only_top_call: Whether other frames than the outermost are left out.
            with_log: Whether logs are wanted.
        """
        self._state = state
        self._bounds = bounds
        self._scale = scale
        self._only_top_call = only_top_call
        self._with_log = with_log
        self._open: list[_OpenFrame] = []
        self._root: CallFrame | None = None
        self._frames = 0
        self._bytes = 0

    def __call__(self, event: Event) -> None:
        """Takes an event of the run."""
        if isinstance(event, FrameStart):
            self._start(event.message)
        elif isinstance(event, FrameEnd):
            self._end(event.outcome)
        elif self._with_log:
            log = emitted_log(event, self._state)
            if log is not None and not self._is_full:
                self._bytes += len(log.data)
                self._open[-1].logs.append(log)

    def result(self, receipt: Receipt, gas_limit: int) -> CallFrame:
        """The outermost frame, with the gas of the whole transaction.

        Raises:
            TooManyResults: There were more frames or bytes than a trace may have.
        """
        if self._is_full:
            raise TooManyResults(
                f"the trace has more than {self._bounds.trace_events} frames or "
                f"{self._bounds.trace_bytes} bytes; ask for onlyTopCall"
            )
        if self._root is None:
            raise MachineError("a transaction ran without a frame")
        return replace(self._root, gas=gas_limit, gas_used=receipt.gas.used_gas)

    @property
    def _is_full(self) -> bool:
        return self._frames > self._bounds.trace_events or self._bytes > self._bounds.trace_bytes

    def _start(self, message: Message) -> None:
        if not self._only_top_call:
            self._frames += 1
            self._bytes += len(message.input)
        self._open.append(_OpenFrame(message))

    def _end(self, outcome: Outcome) -> None:
        opened = self._open.pop()
        if self._open and (self._only_top_call or self._is_full):
            return
        frame = self._closed(opened, outcome)
        self._bytes += len(frame.output)
        if self._open:
            self._open[-1].calls.append(frame)
        else:
            self._root = frame

    def _closed(self, opened: _OpenFrame, outcome: Outcome) -> CallFrame:
        message = opened.message
        output = outcome.output
        if outcome.created is not None:
            output = self._state.code(outcome.created)
        is_success = outcome.status is Status.SUCCESS
        return CallFrame(
            kind=message.kind,
            sender=message.caller,
            to=message.recipient if message.kind is CallKind.CREATE else message.code_address,
            value=message.value,
            gas=message.gas,
            gas_used=message.gas - outcome.particles_left // self._scale,
            input=message.input,
            output=output,
            error=error_of(outcome),
            detail=outcome.detail,
            reason=reason_of(output) if outcome.status is Status.REVERT else "",
            calls=tuple(opened.calls),
            logs=tuple(opened.logs) if is_success else (),
        )


def error_of(outcome: Outcome) -> str:
    """What a frame's end is called; empty for a success."""
    if outcome.status is Status.SUCCESS:
        return ""
    if outcome.status is Status.REVERT:
        return "execution reverted"
    return (outcome.halt or HaltReason.TRAP).value
