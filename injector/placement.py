"""Where gas is charged: the least number of charges that are exact wherever the host can look.

The blocks of a function form a graph. Each block starts with a charge of its cost; then charges
are moved against the direction of control: blocks that can follow the same block are a group, and
the cost that all blocks of a group share can be paid before, by every block that leads to the
group. This keeps the sum along every path, and only charges what will certainly be executed, so gas
never runs out where it would suffice. Nothing is moved across a call that may reach the host, nor
across a return. So the arms of an `if` pay only what they differ by, and a loop pays once a turn.

What is charged at the entry of a function that is only called directly is paid by its callers.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from injector.call_graph import callees_first, find_host_reaching
from injector.module import Module
from injector.plan import Blocks, FunctionPlan

LOOP_WEIGHT: Final = 8  # how often a loop is assumed to turn
_MOST_LOOPS: Final = 6  # nested loops beyond count no more
_WEIGHTS: Final = tuple(LOOP_WEIGHT**depth for depth in range(_MOST_LOOPS + 1))


class Placement:
    """The charges of one function.

    Attributes:
        charges: Cost by block, none of them zero.
        weights: For each block how often it is assumed to run.
        loops: Blocks that start a loop with a live branch back to it, each with the last block
            that has such a branch.
        runs: For each block the one where it is charged; charges are joined across calls.
        prepaid: What the callers pay.
    """

    __slots__ = ("charges", "loops", "prepaid", "runs", "weights")

    def __init__(
        self,
        charges: dict[int, int],
        weights: list[int],
        loops: dict[int, int],
        runs: list[int],
        prepaid: int,
    ) -> None:
        self.charges = charges
        self.weights = weights
        self.loops = loops
        self.runs = runs
        self.prepaid = prepaid


def place_charges(module: Module, plans: list[FunctionPlan]) -> dict[int, Placement]:
    """The charges of all functions, by function index."""
    host_reaching = find_host_reaching(plans, module.imported_functions)
    entered_otherwise = module.referenced_functions | {module.start}
    prepaid: dict[int, int] = {}
    placements: dict[int, Placement] = {}
    for plan in callees_first(plans, module.imported_functions):
        graph = _Graph(plan, host_reaching)
        placement = graph.place(prepaid)
        if plan.index not in entered_otherwise and plan.index not in prepaid:
            placement = _with_prepaid_entry(plan, graph, prepaid, placement)
        prepaid[plan.index] = placement.prepaid
        for callee in plan.calls:
            prepaid.setdefault(callee, 0)  # part of a cycle of calls, placed later
        placements[plan.index] = placement
    return placements


def _with_prepaid_entry(
    plan: FunctionPlan, graph: _Graph, prepaid: dict[int, int], placement: Placement
) -> Placement:
    """Let the callers pay what is charged at the entry; itself too, if it calls itself."""
    entry = placement.charges.get(0, 0)
    if plan.index in plan.calls:
        again = graph.place(prepaid, own_entry=entry)
        if again.charges.get(0, 0) < entry:
            return placement
        placement = again
    charges = dict(placement.charges)
    left = charges.pop(0, 0) - entry
    if left:
        charges[0] = left
    return Placement(charges, placement.weights, placement.loops, placement.runs, entry)


class _Graph:
    """The blocks of a function, those joined that a call cannot keep apart.

    A joined run of blocks goes by the index of its first block.
    """

    def __init__(self, plan: FunctionPlan, host_reaching: frozenset[int]) -> None:
        self._plan = plan
        blocks = plan.blocks
        runs: list[int] = []
        locked = [0]
        for index, callee in enumerate(blocks.after_call):
            joined = callee is not None and callee not in host_reaching
            runs.append(runs[index - 1] if joined else index)
            if callee is not None and not joined:
                locked.append(index)
        self._runs = runs
        self._weights, self._loops = _loops(blocks)
        self._group = list(range(len(blocks)))
        following = self._join_successors()
        locked += [following[block] for block in blocks.exits if following[block]]
        group = self._group
        for run in range(len(group)):
            group[run] = group[group[run]]  # from here on it has the first run of each group
        fixed = {group[run] for run in locked}
        # By the first run of a group, in the order of these: its runs, and those that lead to it.
        self._movable: dict[int, list[int]] = {}
        for index, run in enumerate(runs):
            if index == run and group[run] not in fixed:
                self._movable.setdefault(group[run], []).append(run)
        self._leading: dict[int, list[int]] = {first: [] for first in self._movable}
        for index, after in enumerate(following):
            if after and group[after] in self._leading:
                self._leading[group[after]].append(runs[index])

    def place(self, prepaid: dict[int, int], own_entry: int = 0) -> Placement:
        """Place the charges.

        Args:
            prepaid: What callers pay for the entries of functions.
            own_entry: What the function itself pays where it calls itself.
        """
        runs = self._runs
        costs = list(self._plan.blocks.cost)
        for block, run in enumerate(runs):
            if run != block:
                costs[run] += costs[block]
                costs[block] = 0
        for site in self._plan.sites:
            if site.mnemonic == "call":
                entry = own_entry if site.operand == self._plan.index else 0
                costs[runs[site.block]] += prepaid.get(site.operand, entry)
        for first, members in reversed(self._movable.items()):
            self._move(costs, members, self._leading[first])
        charges = {run: cost for run, cost in enumerate(costs) if cost}
        return Placement(charges, self._weights, self._loops, runs, 0)

    def _move(self, costs: list[int], members: list[int], before: list[int]) -> None:
        """Move what all members of a group share to the runs before, where that saves charges."""
        shared = min([costs[run] for run in members])
        if not shared:
            return
        weights = self._weights
        saved = sum([weights[run] for run in members if costs[run] == shared])
        added = sum([weights[run] for run in before if not costs[run]])
        if saved > added:
            for run in members:
                costs[run] -= shared
            for run in before:
                costs[run] += shared

    def _find(self, run: int) -> int:
        """The first run of the group of a run."""
        group = self._group
        while group[run] != run:
            group[run] = group[group[run]]
            run = group[run]
        return run

    def _join_successors(self) -> list[int]:
        """Make a group of the runs that can follow the same block.

        Returns:
            For each block one that can follow it; 0 where none does, or only one of its run.
        """
        runs, following = self._runs, [0] * len(self._runs)
        for index, before in enumerate(self._plan.blocks.before):
            if before is None:
                if runs[index] == index:
                    self._follow(following, index - 1, index)
            elif runs[index] == index:
                for block in before:
                    self._follow(following, block, index)
        for block, first in self._plan.blocks.turns:
            self._follow(following, block, first)
        return following

    def _follow(self, following: list[int], block: int, run: int) -> None:
        """Note that a run follows a block, which joins it with the others that do."""
        if not following[block]:
            following[block] = run
            return
        first, second = self._find(following[block]), self._find(run)
        self._group[max(first, second)] = min(first, second)


def _loops(blocks: Blocks) -> tuple[list[int], dict[int, int]]:
    """How often each block is assumed to run, and the blocks that start a loop, with its last block."""
    if not blocks.turns:
        return [1] * len(blocks), {}
    last = {first: block for block, first in blocks.turns}
    changes = [0] * (len(blocks) + 1)
    for first, end in last.items():
        changes[first] += 1
        changes[end + 1] -= 1
    depths = accumulate(changes[:-1])
    return [_WEIGHTS[min(depth, _MOST_LOOPS)] for depth in depths], last
