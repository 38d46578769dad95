"""Counting the gas of each function of the original, beside the metering.

Charges are moved out of loops, merged and made late, so they do not say which function used the gas.
This counts a second time and without any of that: each basic block adds the original prices of its
instructions to a counter of its function when it starts; what depends on a length is added at the
instruction, and pages and elements once the engine has given them. Nothing of the metering changes
by it: the added code never touches the gas global, a local or the words left.

When the outermost function returns, every block that was started has been run to its end, so the
counters add up to exactly the gas that the frame charged. Where a frame ends otherwise (a trap, out
of gas, `finish` and `revert` deep in functions) they hold what was started: a frame that a host
method ends is exact as well, because a call ends its block; a trap may leave the rest of its block
unexecuted, and gas may run out after a block was counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from injector.charges import (
    CALL,
    EMPTY,
    END,
    GLOBAL_GET,
    GLOBAL_SET,
    I32_EQ,
    I64_ADD,
    IF,
    LOCAL_GET,
    Helper,
    const32,
    const64,
    length_helper,
    local,
)
from injector.edits import Edit
from injector.errors import InjectorError
from injector.layout import Layout, price_of_length
from injector.module import FunctionType
from injector.opcodes import I32
from injector.plan import FunctionPlan, Site

MOST_FUNCTIONS: Final = 10_000
"""As many as a contract may have; each needs a global and an export."""

COUNTER_PREFIX: Final = "gas_of_"
"""The export of a counter: this and the index of the function in the original."""

_RANK: Final = -2
"""Before whatever else is put at the same place; the order does not matter but for being fixed."""

_GROWTHS: Final = frozenset({"memory.grow", "table.grow"})


@dataclass(frozen=True, slots=True)
class ProfiledFunction:
    """A function whose gas is counted.

    Attributes:
        index: Function index in the original.
        name: Its name from the name section, else `function N`.
        counter: Name of the exported mutable i64 global that holds what its own instructions have
            used, in units of the schedule.
    """

    index: int
    name: str
    counter: str


@dataclass(frozen=True, slots=True)
class Profiled:
    """An instrumented module that counts by function.

    Attributes:
        wasm: The module.
        functions: The functions that the original defines, in the order of their indices.
    """

    wasm: bytes
    functions: tuple[ProfiledFunction, ...]


class FunctionCounters:
    """Adds a counter for each function to a layout, and writes the code that counts."""

    def __init__(
        self, layout: Layout, plans: list[FunctionPlan], at_start: Mapping[int, int]
    ) -> None:
        """Adds counters and helpers.

        Args:
            layout: Of the output; grows.
            plans: Of all functions.
            at_start: What a function has used before its first instruction: the initial memory.

        Raises:
            InjectorError: There are too many functions, or the module has the name of a counter.
        """
        if len(plans) > MOST_FUNCTIONS:
            raise InjectorError(
                f"the module has {len(plans)} functions; profiles have {MOST_FUNCTIONS} at most"
            )
        for export in layout.module.exports:
            if export.name.startswith(COUNTER_PREFIX):
                raise InjectorError(f"export `{export.name}`: the name is reserved for profiles")
        self._layout = layout
        self._amount = layout.add_global(0)
        self._counters = {
            plan.index: layout.add_global(at_start.get(plan.index, 0), counter_name(plan.index))
            for plan in plans
        }
        self._lengths: dict[tuple[int, int], int] = {}
        self._grown: int | None = None

    def functions(self, names: Mapping[int, str]) -> tuple[ProfiledFunction, ...]:
        """All counted functions, given the names of those that have one."""
        return tuple(
            ProfiledFunction(index, names.get(index, f"function {index}"), counter_name(index))
            for index in self._counters
        )

    def edits(self, plan: FunctionPlan) -> list[Edit]:
        """What is put into a function; nothing is replaced."""
        counter = self._counters[plan.index]
        edits: list[Edit] = [
            (offset, _RANK, 0, _add(counter, const64(cost)))
            for offset, cost in zip(plan.blocks.offset, plan.blocks.cost, strict=True)
            if cost
        ]
        for site in plan.sites:
            edits += self._at_site(site, counter)
        return edits

    def _at_site(self, site: Site, counter: int) -> list[Edit]:
        """The counting of an instruction whose price depends on a length."""
        price = price_of_length(self._layout.schedule, site.mnemonic)
        if price is None:
            return []
        measure = local(CALL, self._length(*price))
        add = _add(counter, local(GLOBAL_GET, self._amount))
        if site.mnemonic not in _GROWTHS:
            return [(site.offset, _RANK, 0, measure + add)]
        return [
            (site.offset, _RANK, 0, measure),
            (site.end, _RANK, 0, local(CALL, self._given()) + add),
        ]

    def _length(self, price: int, shift: int) -> int:
        """The helper that leaves the price of a length in the global for amounts."""
        key = price, shift
        if key not in self._lengths:
            name = f"gas.profile_length_{len(self._lengths)}"
            helper = length_helper(_Amount(self._amount), name, price, shift)
            self._lengths[key] = self._layout.add_helper(helper)
        return self._lengths[key]

    def _given(self) -> int:
        """The helper that makes the amount 0 where a growth was refused."""
        if self._grown is None:
            code = local(LOCAL_GET, 0) + const32(-1) + I32_EQ + IF + EMPTY
            code += const64(0) + local(GLOBAL_SET, self._amount) + END + local(LOCAL_GET, 0)
            kind = FunctionType((I32,), (I32,))
            self._grown = self._layout.add_helper(Helper("gas.profile_grown", kind, (), code))
        return self._grown


class _Amount:
    """In the place of a counter of gas: notes an amount, charges nothing."""

    def __init__(self, amount: int) -> None:
        self._amount = amount

    def charge(self, cost: int) -> bytes:
        return const64(cost) + local(GLOBAL_SET, self._amount)

    def charge_local(self, index: int) -> bytes:
        return local(LOCAL_GET, index) + local(GLOBAL_SET, self._amount)

    def refund_local(self, index: int) -> bytes:  # noqa: ARG002 - nothing was charged
        return b""


def counter_name(index: int) -> str:
    """The export that counts for a function of the original."""
    return f"{COUNTER_PREFIX}{index}"


def _add(counter: int, amount: bytes) -> bytes:
    """Code that adds what `amount` puts on the stack to a global."""
    return local(GLOBAL_GET, counter) + amount + I64_ADD + local(GLOBAL_SET, counter)
