"""Ratios of run times on a machine that changes its speed all the time.

A run is bracketed: the base before and after each run of the variant. A pair counts only where the
two runs of the base agree, so that the machine had one speed throughout; the result is the median
of many such ratios. The base compared with a second copy of itself shows what is left of the noise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

AGREEMENT: Final = 1.06
"""The two runs of the base may differ by this factor."""

Timed = Callable[[], float]
"""Runs something once and returns the seconds that it took."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure.

    Attributes:
        pairs: Pairs to keep for each comparison.
        tries: Pairs to try at most, kept or not.
    """

    pairs: int
    tries: int


@dataclass(slots=True)
class Comparison:
    """The time of a variant divided by the time of its base.

    Attributes:
        base: What to compare with.
        variant: What to compare.
        ratios: One for each pair kept so far.
        tries: Pairs measured so far, kept or not.
    """

    base: Timed
    variant: Timed
    ratios: list[float] = field(default_factory=list)
    tries: int = 0

    def measure_pair(self) -> None:
        """Run the variant once, the base before and after it."""
        before, seconds, after = self.base(), self.variant(), self.base()
        self.tries += 1
        if max(before, after) <= AGREEMENT * min(before, after):
            self.ratios.append(2 * seconds / (before + after))

    def is_done(self, effort: Effort) -> bool:
        """Whether enough pairs were kept, or tried."""
        return len(self.ratios) >= effort.pairs or self.tries >= effort.tries

    @property
    def median(self) -> float:
        """The median ratio; not a number if the machine was never steady enough."""
        return median(self.ratios) if self.ratios else math.nan


def measure(comparisons: Iterable[Comparison], effort: Effort) -> None:
    """Measure all comparisons in turn, pair by pair, so that they see the same machine."""
    open_ones = list(comparisons)
    while open_ones:
        for comparison in open_ones:
            comparison.measure_pair()
        open_ones = [each for each in open_ones if not each.is_done(effort)]


def geometric_mean(ratios: Iterable[float]) -> float:
    """The mean of ratios; not a number if there are none."""
    logarithms = [math.log(ratio) for ratio in ratios]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan
