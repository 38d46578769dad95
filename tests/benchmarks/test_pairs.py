"""Ratios come from pairs measured at one speed; told here with clocks that we make up."""

from __future__ import annotations

import math

import pytest

from benchmarks.hard_modules import SHAPES
from benchmarks.injection import Growth
from benchmarks.pairs import Comparison, Effort, geometric_mean, measure
from benchmarks.report import Results, aims


def clock(*seconds: float):
    """Says these durations in turn, again and again."""
    position = 0

    def timed() -> float:
        nonlocal position
        position += 1
        return seconds[(position - 1) % len(seconds)]

    return timed


def test_ratio_is_to_the_mean_of_the_base_before_and_after():
    comparison = Comparison(clock(1.0, 1.05), clock(2.05))
    comparison.measure_pair()
    assert comparison.median == pytest.approx(2.0)


def test_pairs_at_changing_speed_are_dropped():
    comparison = Comparison(clock(1.0, 2.0, 1.0, 1.0), clock(3.0))
    measure([comparison], Effort(pairs=2, tries=100))
    assert comparison.ratios == [3.0, 3.0]
    assert comparison.tries == 4


def test_a_machine_that_is_never_steady_ends_the_measurement_without_a_number():
    comparison = Comparison(clock(1.0, 2.0), clock(3.0))
    measure([comparison], Effort(pairs=2, tries=7))
    assert comparison.tries == 7
    assert math.isnan(comparison.median)


def test_each_comparison_gets_its_pairs():
    comparisons = [Comparison(clock(1.0), clock(float(i))) for i in range(1, 4)]
    measure(comparisons, Effort(pairs=5, tries=5))
    assert [comparison.ratios for comparison in comparisons] == [[1.0] * 5, [2.0] * 5, [3.0] * 5]


def test_geometric_mean():
    assert geometric_mean([1.0, 4.0]) == pytest.approx(2.0)
    assert math.isnan(geometric_mean([]))


def growth(shape: int, *ratios: float) -> Growth:
    """What a shape costs when its size doubles, given the ratios that were kept."""
    comparison = Comparison(clock(1.0), clock(1.0), ratios=list(ratios))
    return Growth(SHAPES[shape], 1, 1.0, (comparison,))


@pytest.mark.parametrize(
    ("growths", "met"),
    [
        ([growth(0, 2.0), growth(1, 2.304)], True),
        ([growth(0, 2.306), growth(1, 2.0)], False),
        ([growth(0, 2.0), growth(1)], False),
        ([growth(0), growth(1, 2.0)], False),
    ],
)
def test_aims_are_judged_as_printed_and_missed_without_a_number(growths, met):
    (aim,) = aims(Results(growths=growths))
    assert aim.met is met
