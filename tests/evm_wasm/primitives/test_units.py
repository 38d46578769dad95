from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives.units import UNITS, format_ether, parse_wei


@pytest.mark.parametrize(
    ("text", "wei"),
    [
        ("0", 0),
        ("12", 12),
        ("0x3e8", 1000),
        ("1ether", 10**18),
        ("1 ether", 10**18),
        ("5gwei", 5 * 10**9),
        ("0.5 gwei", 5 * 10**8),
        ("1.000000000000000001ether", 10**18 + 1),
        ("1.5000000000000000000000ether", 15 * 10**17),
        ("1.0wei", 1),
        ("0.1finney", 10**14),
        (f"{2**256 - 1}", 2**256 - 1),
    ],
)
def test_amounts(text: str, wei: int):
    assert parse_wei(text, what="value") == wei


@given(st.integers(0, 2**190), st.integers(0, 18), st.sampled_from(sorted(UNITS)))
def test_amounts_are_exact(digits: int, places: int, unit: str):
    whole, decimals = divmod(digits, 10**places)
    text = f"{whole}.{decimals:0{places}}{unit}" if places else f"{whole}{unit}"
    amount = Fraction(digits, 10**places) * 10 ** UNITS[unit]
    if amount.denominator == 1:
        assert parse_wei(text, what="value") == amount
    else:
        with pytest.raises(InputError, match="value: the amount has a fraction of a wei"):
            parse_wei(text, what="value")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "-1ether",
        "+1",
        "1e18",
        "ether",
        ".5ether",
        "1.ether",
        "1,5ether",
        "1_000",
        "1  ether",
        "1ether ",
        "1Ether",
        "1 pound",
        "0.5",
        "0.0000000001gwei",
        "0xg",
        str(2**256),
        "1" + "0" * 60 + "ether",
        "1" * 5000,
        "١ether",
        "nan",
        "inf",
    ],
)
def test_wrong_amounts_are_refused(text: str):
    with pytest.raises(InputError, match=r"^value: "):
        parse_wei(text, what="value")


@given(st.integers(0, 2**256 - 1))
def test_amounts_in_ether_are_exact_and_short(wei: int):
    text = format_ether(wei)
    assert parse_wei(f"{text}ether", what="value") == wei
    assert Fraction(text) == Fraction(wei, 10**18)
    assert "." not in text or not text.endswith("0")
