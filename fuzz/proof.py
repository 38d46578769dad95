"""What every proof shares: its result, its failure and its source of chance."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

Tally = Counter[str]
"""What was compared and how often."""


class Disagreement(AssertionError):
    """Two answers that must be equal differ; the message says where and how."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One statement about the injector and how to test it.

    Attributes:
        name: One word.
        statement: What holds.
        run: Tests the case of one seed; raises `Disagreement` where it does not hold.
        short: Number of seeds in the test suite.
        long: Number of seeds in the long form, as a share of `--runs`.
    """

    name: str
    statement: str
    run: Callable[[int], Tally]
    short: int
    long: float = 1.0


def chance(proof: str, seed: int) -> random.Random:
    """The random numbers of one case; the same in every process."""
    return random.Random(f"{proof} {seed}")  # noqa: S311 - chooses test inputs, no secrets


def agree(what: str, ours: object, theirs: object, *where: object) -> None:
    """Compare two answers.

    Raises:
        Disagreement: They differ.
    """
    if ours != theirs:
        place = ", ".join(str(each) for each in where)
        raise Disagreement(f"{what} ({place}): {_short(ours)} against {_short(theirs)}")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 2_000 else f"{text[:1_000]} ... {text[-900:]}"
