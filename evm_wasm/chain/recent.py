"""What was used last, by block number, up to a total weight."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Values by number; those that were not used for the longest time go first."""

    def __init__(self, most: int) -> None:
        """Begins empty.

        Args:
            most: Weight of all values together; one value alone may weigh more.
        """
        self._most = most
        self._weight = 0
        self._values: OrderedDict[int, tuple[T, int]] = OrderedDict()

    def get(self, number: int) -> T | None:
        """The value of a number, None where it is not at hand."""
        entry = self._values.get(number)
        if entry is None:
            return None
        self._values.move_to_end(number)
        return entry[0]

    def put(self, number: int, value: T, weight: int) -> None:
        """Keep a value at hand, and let go of others if need be."""
        replaced = self._values.pop(number, None)
        if replaced is not None:
            self._weight -= replaced[1]
        self._values[number] = value, weight
        self._weight += weight
        while self._weight > self._most and len(self._values) > 1:
            _, (_, gone) = self._values.popitem(last=False)
            self._weight -= gone

    def drop_above(self, number: int) -> None:
        """Let go of the values of all numbers above this one."""
        for gone in [other for other in self._values if other > number]:
            self._weight -= self._values.pop(gone)[1]
