"""How fast modules are instrumented: real ones beside the peer, hard ones against their size."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from benchmarks.hard_modules import SHAPES, Shape, ifs, one_function
from benchmarks.pairs import Comparison, Effort, measure
from benchmarks.peer import Packages, PeerTime
from benchmarks.programs import FOLDER, LARGE
from benchmarks.stopwatch import COMPILED, form, measure_in_process, time_once

HALF_RUNS: Final = 3
"""Of each module before the peer's turn, and as many after it."""

SMALLEST: Final = 50_000
"""Bytes; below, the time is too short to be read as a speed."""


HARD_FOR_PEER: Final = (ifs, one_function)
"""Hard shapes that the peer gets to its end with in minutes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A module to instrument for its speed.

    Attributes:
        name: In the table.
        path: Its file.
        policy: What the injector may accept in it.
        hard: Whether it was built to be hard: no program is like it.
    """

    name: str
    path: Path
    policy: str = "ewasm"
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast one module was instrumented.

    Attributes:
        name: Of the module.
        bytes: Its length.
        output: Length of the instrumented module.
        seconds: Of the fastest run.
        first: Seconds of the first run of a process.
        peer: What the peer made of it; None where the peer is absent.
        hard: As of the candidate.
        pure: Seconds of the fastest run in pure Python, where the injector is compiled.
    """

    name: str
    bytes: int
    output: int
    seconds: float
    first: float
    peer: PeerTime | None
    hard: bool = False
    pure: float | None = None

    @property
    def rate(self) -> float:
        """Megabytes a second."""
        return self.bytes / self.seconds / 1e6

    @property
    def gain(self) -> float | None:
        """The seconds in pure Python to those of the compiled form; None if that was not run."""
        return None if self.pure is None else self.pure / self.seconds

    def times_as_fast(self, *, first: bool = False) -> float | None:
        """The peer's seconds to ours, of the fastest or the first run; None if it has none."""
        if self.peer is None or self.peer.error:
            return None
        return self.peer.first / self.first if first else self.peer.seconds / self.seconds


def candidates(packages: Packages | None) -> Iterator[Candidate]:
    """The committed modules above 50 KB, those that the packages bring, and some hard ones."""
    for name in LARGE:
        yield Candidate(name, FOLDER / f"{name}.wasm")
    if packages is not None:
        for name, path in packages.real_modules().items():
            yield Candidate(name, path, "core")
        for shape in SHAPES:
            if shape.build in HARD_FOR_PEER:
                path = packages.folder / f"{shape.build.__name__}.wasm"
                path.write_bytes(shape.build(shape.largest))
                yield Candidate(shape.name, path, hard=True)


def measure_speed(candidate: Candidate, packages: Packages | None) -> Speed:
    """Instrument a module some times before and after the peer does."""
    wasm = candidate.path.read_bytes()
    seconds = [time_once(wasm, candidate.policy)[0] for _ in range(HALF_RUNS)]
    peer = packages.time(candidate.path) if packages is not None else None
    for _ in range(HALF_RUNS):
        spent, output = time_once(wasm, candidate.policy)
        seconds.append(spent)
    (first,) = measure_in_process(candidate.path, candidate.policy)
    pure = None
    if form() == COMPILED:
        runs = 2 * HALF_RUNS
        pure = min(measure_in_process(candidate.path, candidate.policy, runs, sources=True))
    return Speed(candidate.name, len(wasm), output, min(seconds), first, peer, candidate.hard, pure)


@dataclass(frozen=True, slots=True)
class Growth:
    """How the time for a hard shape grows with its size.

    Attributes:
        shape: The shape.
        bytes: Length of the largest module.
        seconds: Of its fastest run.
        doublings: Time of each size but the first, compared with half that size.
    """

    shape: Shape
    bytes: int
    seconds: float
    doublings: tuple[Comparison, ...]

    @property
    def worst(self) -> float:
        """The larger of the ratios; not a number if one of them could not be measured."""
        ratios = [doubling.median for doubling in self.doublings]
        return math.nan if any(map(math.isnan, ratios)) else max(ratios)


def measure_growth(shape: Shape, effort: Effort) -> Growth:
    """Time a shape in three sizes, each bracketed by runs of the size before."""
    modules = [shape.build(size) for size in shape.sizes]
    timed = [partial(_seconds, wasm) for wasm in modules]
    doublings = tuple(Comparison(*pair) for pair in pairwise(timed))
    measure(doublings, effort)
    return Growth(shape, len(modules[-1]), min(timed[-1]() for _ in range(HALF_RUNS)), doublings)


def _seconds(wasm: bytes) -> float:
    """Of the processor: a hard module takes long enough to be interrupted by others.

    Of two runs, the faster: the first one pays for the heap that a module of another size left.
    """
    return min(time_once(wasm, clock=time.thread_time)[0] for _ in range(2))
