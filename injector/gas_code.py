"""Code that works on the gas counter inside a function, in three forms.

`GLOBAL` works on the gas global directly; `LOCAL` on a copy in a local, which is written back
before anything that may use the global and read again after it; `IMPORT` calls the host.

In the first two the counter may be negative for a while. It is compared with zero once in every
turn of a loop, at the entry of functions that call others, before the host is called, and before
the frame returns; out of gas undoes the whole frame, so nobody sees what was done meanwhile. Prices
are limited so that the counter cannot fall below -2^63 before the next comparison.
"""

from __future__ import annotations

from typing import Final

from injector.charges import (
    BR_IF,
    GLOBAL_GET,
    GLOBAL_SET,
    I64_LT_S,
    I64_SUB,
    LOCAL_GET,
    LOCAL_SET,
    LOCAL_TEE,
    ChargeWriter,
    const64,
    local,
)

_IS_NEGATIVE: Final = const64(0) + I64_LT_S


class GasCode:
    """Writes the charges of one function.

    Attributes:
        counter: Writes a whole charge, for the form `IMPORT`.
        gas: Index of the gas global, None for `IMPORT`.
        copy: Index of the local that holds the counter, None for the other forms.
    """

    def __init__(self, counter: ChargeWriter, gas: int | None, copy: int | None) -> None:
        self.counter = counter
        self.gas = gas
        self.copy = copy
        self._load, self._store = b"", b""
        if copy is not None:
            self._load, self._store = local(LOCAL_GET, copy), local(LOCAL_SET, copy)
        elif gas is not None:
            self._load, self._store = local(GLOBAL_GET, gas), local(GLOBAL_SET, gas)

    def charge(self, cost: int, out_of_gas: int | None) -> bytes:
        """Charge a cost (0 for none), then compare if there is a label to go to."""
        if self.gas is None:
            return self.counter.charge(cost) if cost else b""
        if not cost:
            return b"" if out_of_gas is None else self.load() + negative(out_of_gas)
        return self.charge_computed(const64(cost), out_of_gas)

    def charge_computed(self, cost: bytes, out_of_gas: int | None) -> bytes:
        """Charge what the code puts on the stack; not for the form `IMPORT`."""
        less = self._load + cost + I64_SUB
        if out_of_gas is None:
            return less + self._store
        if self.copy is not None:
            return less + local(LOCAL_TEE, self.copy) + negative(out_of_gas)
        return less + self._store + self._load + negative(out_of_gas)

    def load(self) -> bytes:
        """The counter on the stack."""
        return self._load

    def write_back(self) -> bytes:
        """Make the global right."""
        if self.copy is None or self.gas is None:
            return b""
        return self._load + local(GLOBAL_SET, self.gas)

    def read_again(self) -> bytes:
        """Make the copy right."""
        if self.copy is None or self.gas is None:
            return b""
        return local(GLOBAL_GET, self.gas) + self._store


def negative(label: int) -> bytes:
    """Go to a label if the number on the stack is negative."""
    return _IS_NEGATIVE + local(BR_IF, label)
