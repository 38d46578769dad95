"""What people want to know of a call that failed, gathered while it runs once more."""

from __future__ import annotations

from evm_wasm.model.message import Log
from evm_wasm.model.trace import Event, FrameEnd, MethodCall
from evm_wasm.state.state import State

MOST_LOGS = 1_000
"""Lost logs that are told; the first ones."""

LOG_METHOD = "log"
"""The EEI method that appends a log."""


class Diagnosis:
    """A tracer that keeps the backtrace of the innermost trap and the logs, undone ones as well.

    Attributes:
        backtrace: Wasm functions on the stack, innermost first.
        logs: In order of emission.
    """

    def __init__(self, state: State) -> None:
        """Watches a run on a state."""
        self.backtrace: tuple[str, ...] = ()
        self.logs: list[Log] = []
        self._state = state

    def __call__(self, event: Event) -> None:
        """Takes an event of the run."""
        if isinstance(event, FrameEnd):
            self.backtrace = self.backtrace or event.outcome.backtrace
            return
        log = emitted_log(event, self._state)
        if log is not None and len(self.logs) < MOST_LOGS:
            self.logs.append(log)


def emitted_log(event: Event, state: State) -> Log | None:
    """The log that an event of a run on a state is of, None if it is of something else."""
    if isinstance(event, MethodCall) and event.name == LOG_METHOD and not event.ended:
        return state.last_log
    return None
