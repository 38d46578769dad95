"""The one thread on which everything runs that reads or changes the chain.

The event loop hands jobs over and goes on serving; a job that waited too long is refused before it
begins, never in the middle.
"""

from __future__ import annotations

import asyncio
import math
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from evm_wasm.rpc.errors import LIMIT_EXCEEDED, RpcError
from evm_wasm.vm.thread import run_deep

T = TypeVar("T")

LINGER: Final = 0.05
"""Seconds that the thread of contracts waits for a further job before it is let go, for others in
the same process."""

MOST_WAITING: Final = 10_000
"""Jobs in the queue: more than the connections that a node serves."""

LONGEST_WAIT: Final = 30.0
"""Seconds that a job may stand in the queue; clients give up at about this time themselves."""


@dataclass(slots=True)
class _Job:
    """What to run, until when it may begin, and who waits for it."""

    run: Callable[[], Any]
    deadline: float
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]

    def perform(self) -> None:
        if self.loop.time() > self.deadline:
            error = RpcError(
                LIMIT_EXCEEDED, f"the node is busy: the request waited {LONGEST_WAIT:.0f} seconds"
            )
            self._tell(None, error)
            return
        try:
            result = self.run()
        except BaseException as error:  # noqa: BLE001 - handed to the one who waits
            self._tell(None, error)
        else:
            self._tell(result, None)

    def _tell(self, result: object, error: BaseException | None) -> None:
        self.loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: object, error: BaseException | None) -> None:
        if self.future.done():  # the one who waited has gone
            return
        if error is None:
            self.future.set_result(result)
        else:
            self.future.set_exception(error)


@dataclass(slots=True)
class _Errand:
    """A job that nobody waits for."""

    perform: Callable[[], None]


def _nothing() -> None:
    """What is run at the end where nothing is wanted."""


class ExecutionThread:
    """Runs jobs one after the other in the order they came."""

    def __init__(self, *, longest_wait: float = LONGEST_WAIT) -> None:
        self._jobs: queue.SimpleQueue[_Job | _Errand | None] = queue.SimpleQueue()
        self._longest_wait = longest_wait
        self._thread = threading.Thread(target=self._serve, name="ewasm-rpc", daemon=True)
        self._is_open = True
        self._thread.start()

    async def run(self, function: Callable[[], T]) -> T:
        """What a function gives, run when all jobs before it are done.

        Raises:
            RpcError: Too many wait, it waited too long, or the node is stopping; it did not run.
        """
        if not self._is_open:
            raise RpcError(LIMIT_EXCEEDED, "the node is stopping")
        if self._jobs.qsize() >= MOST_WAITING:
            raise RpcError(LIMIT_EXCEEDED, f"the node is busy: {MOST_WAITING} requests wait")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(function, loop.time() + self._longest_wait, loop, future))
        return await future

    def submit(self, function: Callable[[], None]) -> None:
        """Has a function run after all jobs before it; nobody waits for it, and it must not fail."""
        if self._is_open:
            self._jobs.put(_Errand(function))

    async def close(self, last: Callable[[], None] | None = None) -> None:
        """Takes no further jobs, and returns when those that wait are done.

        Args:
            last: Run behind all of them, however long that takes; what it raises is raised.
        """
        if not self._is_open:
            return
        self._is_open = False
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.put(_Job(last or _nothing, math.inf, loop, done))
        self._jobs.put(None)
        await done
        await asyncio.to_thread(self._thread.join)

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            # One change of threads for a burst of jobs, not one for each contract that runs.
            if not run_deep(self._drain, job):
                return

    def _drain(self, first: _Job | _Errand) -> bool:
        """Performs jobs until none comes for a while; gives whether there will be more."""
        job: _Job | _Errand | None = first
        while job is not None:
            job.perform()
            try:
                job = self._jobs.get(timeout=LINGER)
            except queue.Empty:
                return True
        return False
