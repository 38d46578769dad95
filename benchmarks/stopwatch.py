"""Times the injector on one module; as a program in a new process, without starting Python.

    python -P benchmarks/stopwatch.py MODULE.wasm POLICY RUNS

A compiler that works while a program runs is slow at first; so the peer's first run is compared
with ours, and the fastest of some with the fastest.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import injector
from injector import LARGE_LIMITS, instrument

LIMITS: Final = LARGE_LIMITS
"""Hard modules are larger than contracts may be, and nearly all they have are charge points."""

PURE: Final = "pure Python"
COMPILED: Final = "compiled"

ROOT: Final = Path(__file__).resolve().parent.parent


def form() -> str:
    """The form of the injector that this process uses."""
    return PURE if injector.__file__.endswith(".py") else COMPILED


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


def measure_in_process(
    module: Path, policy: str, runs: int = 1, *, sources: bool = False
) -> list[float]:
    """The seconds of each run in a process of its own.

    Args:
        module: The module.
        policy: What the injector may accept in it.
        runs: How many.
        sources: Whether to take the injector of this checkout, which is not compiled, instead of
            the one that this process uses.
    """
    # Safe: this folder would put `injector.py` in the place of the package.
    command = [sys.executable, "-P", __file__, str(module), policy, str(runs)]
    first = ROOT if sources else Path(injector.__file__).resolve().parent.parent
    environment = os.environ | {"PYTHONPATH": str(first)}
    # This file, run by the same interpreter.
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)  # noqa: S603
    return list(map(float, done.stdout.split()))


def main(module: str, policy: str, runs: str) -> None:
    """Print the seconds of each run."""
    wasm = Path(module).read_bytes()
    seconds = [time_once(wasm, policy)[0] for _ in range(int(runs))]
    sys.stdout.write("".join(f"{each}\n" for each in seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
