"""Times the injector on one module; as a program in a new process, without starting Python.

    python -m benchmarks.stopwatch MODULE.wasm POLICY

A compiler that works while a program runs is slow at first; so the peer's first run is compared
with ours, and the fastest of some with the fastest.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from injector import LARGE_LIMITS, instrument

LIMITS: Final = LARGE_LIMITS
"""Hard modules are larger than contracts may be, and nearly all they have are charge points."""

ROOT: Final = Path(__file__).resolve().parent.parent


def time_once(
    wasm: bytes, policy: str = "ewasm", clock: Callable[[], float] = time.perf_counter
) -> tuple[float, int]:
    """Instrument a module.

    Args:
        wasm: The module.
        policy: What the injector may accept in it.
        clock: Tells the seconds.

    Returns:
        The seconds, the length of the output.
    """
    gc.collect()  # what was left by the run before
    before = clock()
    output = instrument(wasm, policy=policy, limits=LIMITS)
    return clock() - before, len(output)


def measure_first_run(module: Path, policy: str) -> float:
    """The seconds of the first run in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.stopwatch", str(module), policy]
    # This file, run by the same interpreter.
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)


if __name__ == "__main__":
    sys.stdout.write(f"{time_once(Path(sys.argv[1]).read_bytes(), sys.argv[2])[0]}\n")
