"""Checksummed addresses, against EIP-55's own list and another library."""

from __future__ import annotations

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives.checksum import format_address, parse_checked_address
from evm_wasm.primitives.types import Address

LETTERS = "abcdefABCDEF"
PUBLISHED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_addresses_are_written_and_read(text: str) -> None:
    address = parse_checked_address(text, what="it")
    assert format_address(address) == text
    assert parse_checked_address(text.lower(), what="it") == address
    assert parse_checked_address("0x" + text[2:].upper(), what="it") == address


@given(st.binary(min_size=20, max_size=20))
def test_checksums_are_those_of_another_library(data: bytes) -> None:
    text = format_address(Address(data))
    assert text == to_checksum_address(data)
    assert parse_checked_address(text, what="it") == data


@pytest.mark.parametrize(
    "position", [index for index, c in enumerate(PUBLISHED[2]) if c in LETTERS]
)
def test_a_letter_in_the_wrong_case_is_found(position: int) -> None:
    text = PUBLISHED[2]
    wrong = text[:position] + text[position].swapcase() + text[position + 1 :]
    with pytest.raises(InputError, match="it: the address has a wrong checksum"):
        parse_checked_address(wrong, what="it")
