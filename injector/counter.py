"""The forms in which an instrumented module counts gas."""

from __future__ import annotations

from enum import StrEnum

from injector.errors import InjectorError


class Counter(StrEnum):
    """How gas is counted; a name may stand for a member."""

    GLOBAL = "global"  # in a mutable global that the module exports as `gas_left`
    IMPORT = "import"  # by calls of `ethereum.useGas`, in whole gas


def find_counter(counter: str | Counter) -> Counter:
    """The counter of that name, or the counter itself.

    Raises:
        InjectorError: No counter has this name.
    """
    try:
        return Counter(counter)
    except ValueError:
        raise InjectorError(
            f"unknown counter {counter!r}; choose one of {', '.join(Counter)}"
        ) from None
