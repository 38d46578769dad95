"""Many state test files, in several processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final

from evm_wasm.errors import MachineError
from evm_wasm.statetest.case import FileReport
from evm_wasm.statetest.running import Options, Runner

CHUNKS_PER_WORKER: Final = 4
"""Files differ in how long they take; several chunks each keep the workers evenly busy."""


def run_suite(files: Sequence[Path], options: Options, *, workers: int) -> Iterator[FileReport]:
    """Runs files and gives their reports as they come, in the order of the files.

    Args:
        files: What to run.
        options: How.
        workers: Processes; 1 runs everything in this one.

    Raises:
        MachineError: A worker process died.
    """
    if workers == 1 or len(files) == 1:
        yield from Runner(options).run_files(files)
        return
    chunks = _chunks(files, workers * CHUNKS_PER_WORKER)
    # Forking a process that has threads is not safe, and the engine starts some.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(
        min(workers, len(chunks)), mp_context=context, initializer=_leave_interrupts_to_the_parent
    )
    try:
        for reports in pool.map(_run_chunk, chunks, [options] * len(chunks)):
            yield from reports
    except BrokenProcessPool as error:
        raise MachineError("a worker process died; run with --workers 1 to see where") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(files: Sequence[Path], count: int) -> list[Sequence[Path]]:
    size = -(-len(files) // count)
    return [files[start : start + size] for start in range(0, len(files), size)]


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches all processes of a terminal; the parent alone answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run_chunk(files: Sequence[Path], options: Options) -> list[FileReport]:
    return list(Runner(options).run_files(files))
