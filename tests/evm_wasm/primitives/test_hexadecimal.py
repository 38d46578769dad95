from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives import hexadecimal


@given(st.binary())
def test_data_round_trips(data: bytes):
    text = hexadecimal.format_bytes(data)
    assert hexadecimal.parse_bytes(text, what="data") == data
    assert hexadecimal.parse_bytes("0x" + text[2:].upper(), what="data") == data
    assert hexadecimal.parse_bytes(text[2:], what="data", needs_prefix=False) == data


@given(st.integers(0, 2**256 - 1), st.integers(0, 4))
def test_quantities_round_trip_with_any_leading_zeros(number: int, zeros: int):
    text = hexadecimal.format_quantity(number)
    padded = "0x" + "0" * zeros + text[2:]
    assert hexadecimal.parse_quantity(padded, what="number") == number
    assert hexadecimal.parse_quantity("0" * zeros + str(number), what="n", decimal=True) == number
    word = hexadecimal.parse_word(padded, what="word")
    assert word == number.to_bytes(32, "big")


def test_the_quantities_of_state_tests():
    assert hexadecimal.parse_quantity("0x", what="number") == 0
    assert hexadecimal.parse_quantity("0x00", what="number") == 0
    assert hexadecimal.parse_quantity("0x5000001", what="number") == 0x5000001


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ab", "must begin with 0x"),
        ("", "must begin with 0x"),
        ("0Xab", "must begin with 0x"),
        ("0xabc", r"odd number of hexadecimal digits \(3\)"),
        ("0xag", "no hexadecimal digit at character 4"),
        ("0xa b0", "no hexadecimal digit at character 4"),
        ("0xa_b0", "no hexadecimal digit at character 4"),
        ("0x-1", "no hexadecimal digit at character 3"),
        ("0x٣٣", "no hexadecimal digit at character 3"),
        ("0xab\n", "no hexadecimal digit at character 5"),
        (12, "a int where hexadecimal text was expected"),
        (None, "a NoneType where"),
        (b"0xab", "a bytes where"),
    ],
)
def test_wrong_data_names_the_field_and_what_is_wrong(text: object, message: str):
    with pytest.raises(InputError, match=f"^code: .*{message}"):
        hexadecimal.parse_bytes(text, what="code")


@pytest.mark.parametrize("text", ["0x1_0", "0x 1", "0x-1", "-1", "1", "+1", "1e3", "", None, 7])
def test_wrong_quantities_are_refused(text: object):
    with pytest.raises(InputError, match=r"^nonce: "):
        hexadecimal.parse_quantity(text, what="nonce")


@pytest.mark.parametrize("text", ["-1", "1.0", "1e3", "", "1_0", " 1", "٣", "ab"])
def test_wrong_decimal_quantities_are_refused(text: str):
    with pytest.raises(InputError, match=r"^balance: "):
        hexadecimal.parse_quantity(text, what="balance", decimal=True)


@pytest.mark.parametrize(
    "text", [hex(2**64), str(2**64), "9" * 10_000, "0x" + "f" * 10_000, "1" + "0" * 20]
)
def test_numbers_that_do_not_fit_are_refused(text: str):
    with pytest.raises(InputError, match="nonce: the number does not fit in 64 bits"):
        hexadecimal.parse_quantity(text, what="nonce", bits=64, decimal=True)


def test_the_largest_numbers_fit():
    for bits in (1, 8, 64, 128, 256):
        largest = 2**bits - 1
        for text in (hex(largest), str(largest)):
            assert hexadecimal.parse_quantity(text, what="n", bits=bits, decimal=True) == largest


def test_addresses_and_hashes_have_their_length():
    assert hexadecimal.parse_address("0x" + "ab" * 20, what="to") == b"\xab" * 20
    assert hexadecimal.parse_address("AB" * 20, what="to", needs_prefix=False) == b"\xab" * 20
    assert hexadecimal.parse_hash("0x" + "01" * 32, what="hash") == b"\x01" * 32
    with pytest.raises(InputError, match="to: 19 bytes where 20 were expected"):
        hexadecimal.parse_address("0x" + "ab" * 19, what="to")
    with pytest.raises(InputError, match="hash: 33 bytes where 32 were expected"):
        hexadecimal.parse_hash("0x" + "ab" * 33, what="hash")


def test_errors_do_not_quote_the_text():
    secret = "0x" + "5e" * 31 + "5g"
    with pytest.raises(InputError) as caught:
        hexadecimal.parse_bytes(secret, what="key", length=32)
    assert "5e5e" not in str(caught.value)
