from __future__ import annotations

import hashlib
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import MachineError
from evm_wasm.primitives import keccak
from evm_wasm.primitives.keccak import keccak256

INSTALLED = [
    candidate for candidate in keccak.CANDIDATES if find_spec(candidate[1].partition(".")[0])
]


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        *keccak.SELF_TEST,
        # The signature hash behind every ERC-20 `Transfer` log.
        (
            b"Transfer(address,address,uint256)",
            "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
        ),
    ],
)
def test_known_hashes(message: bytes, digest: str):
    assert keccak256(message).hex() == digest


def test_the_library_is_the_first_installed_one():
    assert INSTALLED[0][0] == keccak.LIBRARY


def test_a_second_library_is_installed_to_fall_back_on():
    assert len(INSTALLED) >= 2


@given(st.binary(max_size=500))
def test_all_installed_libraries_agree(message: bytes):
    for candidate in INSTALLED:
        hasher = keccak.load(*candidate)
        assert hasher is not None
        assert hasher(message) == keccak256(message)
        assert type(hasher(message)) is bytes


def test_a_missing_library_is_passed_over():
    assert keccak.load("none", "no_such_module_at_all", lambda module: keccak256) is None


def test_a_library_with_the_padding_of_sha3_is_refused():
    with pytest.raises(MachineError, match="SHA3 of Python computes wrong"):
        keccak.load(
            "SHA3 of Python", "hashlib", lambda module: lambda data: hashlib.sha3_256(data).digest()
        )
