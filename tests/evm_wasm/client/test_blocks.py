"""Which block somebody means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.client.blocks import NAMES, is_block_hash, parse_block, state_parameter
from evm_wasm.errors import InputError

HASH = "0x" + "aB" * 32


@given(st.integers(0, 2**64 - 1))
def test_numbers_become_quantities(number: int) -> None:
    assert parse_block(str(number), what="BLOCK") == parse_block(hex(number), what="BLOCK")
    assert parse_block(str(number), what="BLOCK") == hex(number)


@pytest.mark.parametrize("word", [*NAMES, HASH])
def test_names_and_hashes_stay_as_they_are(word: str) -> None:
    assert parse_block(word, what="BLOCK") == word


def test_only_a_hash_is_an_object_as_a_parameter() -> None:
    assert state_parameter(HASH) == {"blockHash": HASH}
    assert state_parameter("latest") == "latest"
    assert not is_block_hash("0x1")


@pytest.mark.parametrize("word", ["", "last", "-1", "1.5", "0xz", str(2**64), "٣", "Latest"])
def test_other_words_are_refused(word: str) -> None:
    with pytest.raises(InputError, match=r"BLOCK: "):
        parse_block(word, what="BLOCK")


def test_where_a_hash_means_nothing_it_is_refused() -> None:
    with pytest.raises(InputError, match="--from-block: "):
        parse_block(HASH, what="--from-block", takes_hash=False)
