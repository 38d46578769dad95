"""What metering costs while a program runs, beside the engine's own fuel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchmarks.pairs import Comparison, Effort, geometric_mean, measure
from benchmarks.programs import Program
from benchmarks.runnable import Runnable
from injector import instrument


class WrongResult(Exception):
    """A program computed something else than it must."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What metering costs one program; ratios are of run times.

    Attributes:
        program: The program.
        metered: With gas and stack limit, to unmetered.
        fuel: With the engine's fuel, which has no stack limit of ours, to unmetered.
        metered_to_fuel: With gas and stack limit, to fuel.
        control: A second unmetered copy to the first: what noise is left.
        bytes: Length of the module.
        metered_bytes: Length of the metered module.
    """

    program: Program
    metered: Comparison
    fuel: Comparison
    metered_to_fuel: Comparison
    control: Comparison
    bytes: int
    metered_bytes: int

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All of them."""
        return self.metered, self.fuel, self.metered_to_fuel, self.control

    @property
    def growth(self) -> float:
        """Bytes of the metered module to those of the original."""
        return self.metered_bytes / self.bytes


def measure_cost(program: Program, effort: Effort) -> Cost:
    """Measure one program.

    Raises:
        WrongResult: In one of its forms the program has another result than it must.
    """
    wasm = program.wasm()
    metered_wasm = instrument(wasm)
    plain, copy = Runnable(wasm), Runnable(wasm)
    metered, fuel = Runnable(metered_wasm), Runnable(wasm, fuel=True)
    for form in (plain, copy, metered, fuel):
        form.run()
        if form.result.hex() != program.result:
            raise WrongResult(f"{program.name}: {form.result.hex()} instead of {program.result}")
    cost = Cost(
        program,
        metered=Comparison(plain.run, metered.run),
        fuel=Comparison(plain.run, fuel.run),
        metered_to_fuel=Comparison(fuel.run, metered.run),
        control=Comparison(plain.run, copy.run),
        bytes=len(wasm),
        metered_bytes=len(metered_wasm),
    )
    measure(cost.comparisons, effort)
    return cost


def mean_of_loops(costs: Iterable[Cost], ratio: Callable[[Cost], Comparison]) -> float:
    """The geometric mean of one ratio over the programs that are made of loops."""
    return geometric_mean(ratio(cost).median for cost in costs if cost.program.kind == "loops")


def total_growth(costs: Iterable[Cost]) -> float:
    """Bytes of all metered programs to those of all originals."""
    listed = list(costs)
    return sum(cost.metered_bytes for cost in listed) / sum(cost.bytes for cost in listed)
