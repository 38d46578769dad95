from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from injector import leb128
from injector.errors import Invalid


@given(st.integers(0, 2**32 - 1))
def test_unsigned_round_trip(value: int) -> None:
    data = leb128.unsigned(value)
    assert leb128.read_u32(data, 0) == (value, len(data))


@pytest.mark.parametrize("bits", [32, 33, 64])
@given(data=st.data())
def test_signed_round_trip(bits: int, data: st.DataObject) -> None:
    value = data.draw(st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    encoded = leb128.signed(value)
    assert leb128.read_signed(encoded, 0, bits) == (value, len(encoded))


def test_overlong_zero_is_accepted_up_to_five_bytes() -> None:
    assert leb128.read_u32(b"\x80\x80\x80\x80\x00", 0) == (0, 5)


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x80\x80\x80\x80\x00",  # six bytes
        b"\xff\xff\xff\xff\x1f",  # bit 32 set
        b"\x80\x80\x80\x80\x10",
    ],
)
def test_unsigned_refuses_stray_bits(data: bytes) -> None:
    with pytest.raises(Invalid):
        leb128.read_u32(data, 0)


@pytest.mark.parametrize(
    ("data", "bits"),
    [
        (b"\xff\xff\xff\xff\x4f", 32),  # unused bits do not repeat the sign
        (b"\x80\x80\x80\x80\x08", 32),  # 2^31
        (b"\x80\x80\x80\x80\x80\x00", 32),
        (b"\x80" * 9 + b"\x02", 64),
        (b"\x80" * 10 + b"\x00", 64),
    ],
)
def test_signed_refuses_stray_bits(data: bytes, bits: int) -> None:
    with pytest.raises(Invalid):
        leb128.read_signed(data, 0, bits)


def test_early_end() -> None:
    with pytest.raises(IndexError):
        leb128.read_u32(b"\x80", 0)
    with pytest.raises(IndexError):
        leb128.read_signed(b"\xff", 0, 64)
