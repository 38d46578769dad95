"""What instrumentation added to a module."""

from __future__ import annotations

from dataclasses import dataclass

from injector.leb128 import read_u32
from injector.module import Module
from injector.placement import Placement
from injector.plan import FunctionPlan


@dataclass(frozen=True, slots=True)
class FunctionStats:
    """What was added to one function.

    Attributes:
        index: Function index in the original.
        name: Its name from the name section, or None.
        charge_points: Places where gas is charged.
        bytes_before: Size of its body.
        bytes_after: Size of its body in the output.
    """

    index: int
    name: str | None
    charge_points: int
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What was added to a module.

    Attributes:
        bytes_before: Size of the original.
        bytes_after: Size of the output.
        functions: The functions that the original defines.
    """

    bytes_before: int
    bytes_after: int
    functions: tuple[FunctionStats, ...]

    @property
    def charge_points(self) -> int:
        """Places where gas is charged, without those of added functions."""
        return sum(function.charge_points for function in self.functions)

    @property
    def growth(self) -> float:
        """Bytes added to the bodies of functions, as a fraction of their size."""
        before = sum(function.bytes_before for function in self.functions)
        after = sum(function.bytes_after for function in self.functions)
        return (after - before) / before if before else 0.0


def find_stats(
    module: Module,
    plans: list[FunctionPlan],
    placements: dict[int, Placement],
    bodies: dict[int, bytes],
    output: bytes,
    names: dict[int, str],
) -> Stats:
    """Compare a module with what was written: bodies with their sizes, by function index."""
    functions = []
    for plan in plans:
        body = bodies[plan.index]
        points = len(placements[plan.index].charges)
        after = len(body) - read_u32(body, 0)[1]
        name = names.get(plan.index)
        functions.append(FunctionStats(plan.index, name, points, plan.end - plan.start, after))
    return Stats(len(module.wasm), len(output), tuple(functions))
