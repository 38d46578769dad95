"""Where the counter is compared with zero: late, but never later than a bounded debt allows.

Between two comparisons the counter may fall below zero. What runs meanwhile is undone with the
frame, but it takes time, so the debt is bounded: each block's debt is at most what the worst path
to it has charged since the last comparison, and a charge that would lift it above `MOST_DEBT` is
compared at once. A function may return with that debt, so a second call of functions that do not
compare at their entry is compared before.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from injector.plan import FunctionPlan

MOST_DEBT: Final = 1_000
"""In gas; some 200,000 cycles of work, or 0.1 milliseconds, that nobody may pay for."""


# What an instruction does with the counter.
UNUSED: Final = 0
COMPARES: Final = 1  # and charges before it compares: helpers for lengths and pages
HOST: Final = 2  # shows the counter to the host, which leaves no debt
UNKNOWN: Final = 3  # may show the counter to the host, and may return in debt
COMPARES_AT_ENTRY: Final = 4  # may return in debt
MAY_OWE: Final = 5  # may return in debt, and does not compare at its entry


@dataclass(frozen=True, slots=True)
class Checks:
    """The comparisons of one function, beside those at its entry and exit.

    Attributes:
        blocks: Blocks where the counter is compared after it is charged.
        sites: Offsets of instructions before which it is compared.
    """

    blocks: frozenset[int]
    sites: frozenset[int]


NO_CHECKS: Final = Checks(frozenset(), frozenset())


class CheckFinder:
    """Follows the debt through one function."""

    def __init__(
        self,
        charges: dict[int, int],
        loops: AbstractSet[int],
        prepaid_loops: AbstractSet[int],
        most: int,
    ) -> None:
        """Prepare for one function.

        Args:
            charges: Cost by block.
            loops: Blocks that start a loop and have to compare.
            prepaid_loops: Blocks that start a loop which was compared before it started.
            most: The most debt, in units of the schedule.
        """
        self._charges = charges
        self._loops = loops
        self._prepaid = prepaid_loops
        self._most = most
        self._blocks: set[int] = set()
        self._sites: set[int] = set()

    def find(self, plan: FunctionPlan, uses: list[int], *, at_entry: bool) -> Checks:
        """Find the comparisons.

        Args:
            plan: The function.
            uses: What each of its sites does.
            at_entry: Whether the function compares after the charge of its first block.
        """
        sites, site, count = plan.sites, 0, len(uses)
        debts: list[int] = []
        for index, before in enumerate(plan.blocks.before):
            debt = 0
            if before is None:
                debt = debts[-1]
            else:
                for each in before:
                    debt = max(debt, debts[each])
            debt = self._enter(index, debt)
            if index == 0 and at_entry:
                debt = 0
            while site < count and sites[site].block == index:
                if uses[site] != UNUSED:
                    debt = self._pass(sites[site].offset, uses[site], debt)
                site += 1
            debts.append(debt)
        if not self._blocks and not self._sites:
            return NO_CHECKS
        return Checks(frozenset(self._blocks), frozenset(self._sites))

    def _enter(self, block: int, debt: int) -> int:
        """The debt after the charge of a block."""
        if block in self._prepaid:
            return 0
        debt += self._charges.get(block, 0)
        if block in self._loops or debt > self._most:
            self._blocks.add(block)
            return 0
        return debt

    def _pass(self, offset: int, use: int, debt: int) -> int:
        """The debt after an instruction."""
        if use == COMPARES:
            return 0
        if use == COMPARES_AT_ENTRY:
            return self._most
        if use in (HOST, UNKNOWN) or debt >= self._most:
            self._sites.add(offset)
            debt = 0
        return 0 if use == HOST else debt + self._most
