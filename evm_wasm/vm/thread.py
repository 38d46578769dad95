"""The one thread that runs contracts, with the native stack that 1,024 nested frames need.

Every nesting level uses native stack for its wasm frames and for the Python and binding frames
between them; too little of it is a crash of the process, not an exception. Only touched pages of
the stack count as memory, so the reservation costs address space alone.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec, TypeVar

from evm_wasm.engine.config import MAX_WASM_STACK
from evm_wasm.errors import MachineError
from evm_wasm.rules.limits import ProtocolLimits

P = ParamSpec("P")
T = TypeVar("T")

HOST_STACK: Final = 128 << 10
"""Bytes of native stack for the Python and binding frames of one nesting level (16 KiB measured)."""

LEVELS: Final = ProtocolLimits().call_depth + 1

STACK_SIZE: Final = LEVELS * (MAX_WASM_STACK + HOST_STACK) + (16 << 20)

RECURSION_LIMIT: Final = 20 * LEVELS
"""Python frames: 13 lie between two nested contracts, 14 with tracing.

The limit holds for all threads, and those that do not run contracts have small native stacks, so
it is raised no further than needed and only while a contract runs.
"""


@dataclass(slots=True)
class _Job:
    """A function to run and where its result goes."""

    run: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


class _Worker:
    """The thread, started at the first use."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def submit(self, run: Callable[[], T]) -> T:
        if threading.current_thread() is self._thread:
            return run()
        self._ensure_started()
        job = _Job(run)
        self._jobs.put(job)
        job.done.wait()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _ensure_started(self) -> None:
        with self._lock:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._serve, name="ewasm-execution", daemon=True)
            previous = threading.stack_size(STACK_SIZE)
            try:
                thread.start()
            except (RuntimeError, MemoryError) as error:
                raise MachineError(
                    f"cannot start a thread with {STACK_SIZE >> 20} MiB of stack, which "
                    f"{LEVELS - 1} nested calls need: {error}; raise the limit of virtual "
                    "memory (ulimit -v) or allow overcommit (vm.overcommit_memory=0)"
                ) from error
            finally:
                threading.stack_size(previous)
            self._thread = thread

    def _serve(self) -> None:
        while True:
            job = self._jobs.get()
            usual = sys.getrecursionlimit()
            sys.setrecursionlimit(max(usual, RECURSION_LIMIT))
            try:
                job.result = job.run()
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who raises it
                job.error = error
            sys.setrecursionlimit(usual)
            job.done.set()


_WORKER: Final = _Worker()


def run_deep(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a function on the execution thread and gives its result, or raises what it raised.

    Calls from the execution thread itself run at once. Calls from other threads queue up.

    Raises:
        MachineError: The thread cannot be started; the message says what to change.
    """
    return _WORKER.submit(lambda: function(*args, **kwargs))
