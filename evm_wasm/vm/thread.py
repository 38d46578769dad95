"""The threads that run contracts, with the native stack that 1,024 nested frames need.

Every nesting level uses native stack for its wasm frames and for the Python and binding frames
between them; too little of it is a crash of the process, not an exception. Python also bounds how
often native code may call back into it on one thread (1,500 calls of any kind in some releases of
3.12, three for each level). So each `LEVELS_PER_THREAD` levels have a thread of their own, and only
one of these threads runs at any time: the others wait for the frame they called. Only touched pages
of a stack count as memory, so the reservation costs address space alone.
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

LEVELS_PER_THREAD: Final = 256
"""Nesting levels on one thread; Python 3.12.1 can nest 497."""

HOST_STACK: Final = 128 << 10
"""Bytes of native stack for the Python and binding frames of one nesting level (16 KiB measured)."""

STACK_SIZE: Final = LEVELS_PER_THREAD * (MAX_WASM_STACK + HOST_STACK) + (16 << 20)

RECURSION_LIMIT: Final = 20 * LEVELS_PER_THREAD
"""Python frames on one thread: 13 lie between two nested contracts, 14 with tracing.

The limit holds for all threads, and those that do not run contracts have small native stacks, so
it is raised no further than needed and only while a contract runs.
"""

_THREADS: Final = ProtocolLimits().call_depth // LEVELS_PER_THREAD + 1
"""For all levels that can be reached."""

LONGEST_WAIT: Final = 0.2
"""Seconds that a thread waits for another without looking for signals.

A signal that comes when the thread is about to wait does not wake it: Ctrl-C would be overlooked
until the contract ends, which may be never.
"""


@dataclass(slots=True)
class _Job:
    """A function to run and where its result goes."""

    run: Callable[[], Any]
    done: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: BaseException | None = None


class _Worker:
    """One thread."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="ewasm-execution", daemon=True)
        self._start()

    def is_current(self) -> bool:
        return threading.get_ident() == self._thread.ident

    def submit(self, run: Callable[[], T]) -> T:
        job = _Job(run)
        self._jobs.put(job)
        while not job.done.wait(LONGEST_WAIT):
            pass  # Python has looked for signals in between.
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _start(self) -> None:
        previous = threading.stack_size(STACK_SIZE)
        try:
            self._thread.start()
        except (RuntimeError, MemoryError) as error:
            raise MachineError(
                f"cannot start a thread with {STACK_SIZE >> 20} MiB of stack, which "
                f"{LEVELS_PER_THREAD} nested calls need: {error}; raise the limit of virtual "
                "memory (ulimit -v) or allow overcommit (vm.overcommit_memory=0)"
            ) from error
        finally:
            threading.stack_size(previous)

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


class _Workers:
    """The threads by the range of nesting levels they run, made as levels are first reached."""

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()

    def for_depth(self, depth: int) -> _Worker:
        """The thread of a level. The first call starts those of all levels that can be reached.

        A machine that cannot have them is told so before anything runs.
        """
        place = depth // LEVELS_PER_THREAD
        needed = max(place + 1, _THREADS)
        if len(self._workers) < needed:
            with self._lock:
                while len(self._workers) < needed:
                    self._workers.append(_Worker())
        return self._workers[place]


_WORKERS: Final = _Workers()


def run_at_depth(depth: int, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a function on the thread of a nesting level and gives its result, or raises its error.

    On that thread itself the function runs at once. Calls from other threads queue up.

    Raises:
        MachineError: The thread cannot be started; the message says what to change.
    """
    worker = _WORKERS.for_depth(depth)
    if worker.is_current():
        return function(*args, **kwargs)
    return worker.submit(lambda: function(*args, **kwargs))


def run_deep(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs a function on the thread of the outermost frames.

    Whoever runs many transactions saves a change of threads for each by running them all in one
    such function.
    """
    return run_at_depth(0, function, *args, **kwargs)
