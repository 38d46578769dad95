"""Amounts of ether as people write them, to wei, exactly: no floating point anywhere."""

from __future__ import annotations

import re
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import PREFIX, parse_quantity

UNITS: Final = {"wei": 0, "kwei": 3, "mwei": 6, "gwei": 9, "szabo": 12, "finney": 15, "ether": 18}
"""Name of a unit: the power of ten it has in wei (yellow paper, section 2.1, and common use)."""

_AMOUNT: Final = re.compile(r"([0-9]{1,78})(?:\.([0-9]{1,78}))? ?([a-z]*)")
"""Whole digits, decimal digits, unit. 2^256 has 78 digits."""


def parse_wei(text: str, *, what: str) -> int:
    """An amount such as `1ether`, `0.5 gwei`, `1000` or `0x3e8` (both wei) in wei.

    Raises:
        InputError: Not an amount, negative, a fraction of a wei, of an unknown unit, or 2^256
            wei and more.
    """
    if text.startswith(PREFIX):
        return parse_quantity(text, what=what)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InputError(
            f"{what}: an amount is a number that is not negative and a unit, such as 1.5ether"
        )
    whole, decimals, unit = match[1], (match[2] or "").rstrip("0"), match[3] or "wei"
    power = UNITS.get(unit)
    if power is None:
        raise InputError(f"{what}: unknown unit {unit!r}; the units are {', '.join(UNITS)}")
    if len(decimals) > power:
        raise InputError(f"{what}: the amount has a fraction of a wei")
    return parse_quantity(whole + decimals.ljust(power, "0"), what=what, decimal=True)


def format_ether(wei: int) -> str:
    """An amount of at least 0 in ether, exactly: as many decimal digits as it needs."""
    whole, rest = divmod(wei, 10 ** UNITS["ether"])
    decimals = f"{rest:0{UNITS['ether']}}".rstrip("0")
    return f"{whole}.{decimals}" if decimals else str(whole)
