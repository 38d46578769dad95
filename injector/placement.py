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

from dataclasses import dataclass
from itertools import accumulate

from injector.call_graph import callees_first, find_host_reaching
from injector.module import Module
from injector.plan import Blocks, FunctionPlan

LOOP_WEIGHT = 8  # how often a loop is assumed to turn
_MOST_LOOPS = 6  # nested loops beyond count no more


@dataclass(frozen=True, slots=True)
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

    charges: dict[int, int]
    weights: tuple[int, ...]
    loops: dict[int, int]
    runs: tuple[int, ...]
    prepaid: int


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
        self._runs = tuple(runs)
        self._weights, self._loops = _loops(blocks)
        self._group = list(range(len(blocks)))
        following = self._join_successors()
        locked += [following[block] for block in blocks.exits if following[block]]
        self._locked = {self._find(run) for run in locked}
        self._leads_to = self._find_leading(following)

    def place(self, prepaid: dict[int, int], own_entry: int = 0) -> Placement:
        """Place the charges.

        Args:
            prepaid: What callers pay for the entries of functions.
            own_entry: What the function itself pays where it calls itself.
        """
        costs = [0] * len(self._runs)
        for run, cost in zip(self._runs, self._plan.blocks.cost, strict=True):
            costs[run] += cost
        for site in self._plan.sites:
            if site.mnemonic == "call":
                entry = own_entry if site.operand == self._plan.index else 0
                costs[self._runs[site.block]] += prepaid.get(site.operand, entry)
        for first, members in self._members():
            if first not in self._locked:
                self._move(costs, members, self._leads_to.get(first, []))
        charges = {run: cost for run, cost in enumerate(costs) if cost}
        return Placement(charges, self._weights, self._loops, self._runs, 0)

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

    def _members(self) -> list[tuple[int, list[int]]]:
        """The groups with their runs, from the end of the function to its start."""
        groups: dict[int, list[int]] = {}
        for index, run in enumerate(self._runs):
            if index == run:
                groups.setdefault(self._find(run), []).append(run)
        return list(groups.items())[::-1]  # a group is found with its first run

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
        following = [0] * len(self._runs)
        ways = [
            (run, before)
            for index, (run, before) in enumerate(
                zip(self._runs, self._plan.blocks.before, strict=True)
            )
            if run == index
        ]
        ways += [(first, (block,)) for block, first in self._plan.blocks.turns]
        for run, before in ways:
            for block in before:
                if following[block]:
                    self._join(following[block], run)
                else:
                    following[block] = run
        return following

    def _join(self, first: int, second: int) -> None:
        first, second = self._find(first), self._find(second)
        self._group[max(first, second)] = min(first, second)

    def _find_leading(self, following: list[int]) -> dict[int, list[int]]:
        """The runs that lead to each group."""
        leading: dict[int, list[int]] = {}
        for run, successor in zip(self._runs, following, strict=True):
            if successor:
                leading.setdefault(self._find(successor), []).append(run)
        return leading


def _loops(blocks: Blocks) -> tuple[tuple[int, ...], dict[int, int]]:
    """How often each block is assumed to run, and the blocks that start a loop, with its last block."""
    if not blocks.turns:
        return (1,) * len(blocks), {}
    last = {first: block for block, first in blocks.turns}
    changes = [0] * (len(blocks) + 1)
    for first, end in last.items():
        changes[first] += 1
        changes[end + 1] -= 1
    depths = accumulate(changes[:-1])
    return tuple([LOOP_WEIGHT ** min(depth, _MOST_LOOPS) for depth in depths]), last
