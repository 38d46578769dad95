"""Amounts of gas as people read them."""

from __future__ import annotations


def format_gas(particles: int, scale: int, *, grouped: bool = False) -> str:
    """Particles as gas: `1234.0567` where 10,000 particles make one gas.

    Args:
        particles: How many.
        scale: Particles in one gas; where it is no power of ten the rest is given as a fraction.
        grouped: Whether thousands are set apart by commas.
    """
    whole, rest = divmod(particles, scale)
    text = f"{whole:,}" if grouped else str(whole)
    digits = len(str(scale)) - 1
    if scale != 10**digits:
        return f"{text} {rest}/{scale}"
    return f"{text}.{rest:0{digits}}" if digits else text
