from __future__ import annotations

import traceback

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.secp256k1 import (
    HALF_ORDER,
    ORDER,
    Signature,
    address_of_key,
    recover,
    sign,
)

KEYS = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
HASHES = st.binary().map(keccak256)


def key(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("secret", "address"),
    [
        # The sender of all official eWASM state tests.
        (
            "45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8",
            "a94f5374fce5edbc8e2a8697c15331677e6ebf0b",
        ),
        (key(1).hex(), "7e5f4552091a69125d5dfcb7b8c2659029395bdf"),
        (key(ORDER - 1).hex(), "80c0dbf239224071c59dd8970ab9d542e3414ab2"),
    ],
)
def test_known_addresses(secret: str, address: str):
    assert address_of_key(bytes.fromhex(secret)).hex() == address


def test_the_example_of_eip_155():
    message_hash = bytes.fromhex("daf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")
    assert sign(message_hash, b"\x46" * 32) == Signature(
        # v is 37 there: 2 * chain id 1 + 35 + parity 0.
        y_parity=0,
        r=0x28EF61340BD939BC2195FE537567866003E1A15D3C71FF63E1590620AA636276,
        s=0x67CBE9D8997F761AECB703304B3800CCF555C9F3DC64214B297FB1966A3B6D83,
    )


@settings(max_examples=30)
@given(KEYS, HASHES)
def test_recovering_a_signature_gives_the_signer(secret: bytes, message_hash: bytes):
    signature = sign(message_hash, secret)
    assert signature.s <= HALF_ORDER
    assert recover(message_hash, signature) == address_of_key(secret)
    assert sign(message_hash, secret) == signature
    mirrored = Signature(1 - signature.y_parity, signature.r, ORDER - signature.s)
    assert recover(message_hash, mirrored) == address_of_key(secret)
    other = Signature(1 - signature.y_parity, signature.r, signature.s)
    assert recover(message_hash, other) != address_of_key(secret)


@pytest.mark.parametrize(
    "secret", [b"", b"\x5e" * 31, b"\x5e" * 33, key(0), key(ORDER), key(2**256 - 1)]
)
def test_bad_keys_are_refused_and_never_shown(secret: bytes):
    for action in (address_of_key, lambda secret: sign(keccak256(b""), secret)):
        with pytest.raises(InputError, match="private key") as caught:
            action(secret)
        shown = "".join(traceback.format_exception(caught.value))
        assert len(secret) < 2 or secret.hex() not in shown
        assert secret == b"" or repr(secret)[2:-1] not in shown


def test_a_message_must_be_hashed():
    with pytest.raises(InputError, match="hash of 3 bytes"):
        sign(b"abc", key(1))
    with pytest.raises(InputError):
        recover(b"abc", sign(keccak256(b""), key(1)))


@pytest.mark.parametrize(
    "signature",
    [
        Signature(2, 1, 1),
        Signature(-1, 1, 1),
        Signature(0, 0, 1),
        Signature(0, 1, 0),
        Signature(0, ORDER, 1),
        Signature(0, 1, ORDER),
        Signature(0, 2**300, 1),
        # No point of the curve has this x.
        Signature(0, 5, 1),
    ],
)
def test_impossible_signatures_are_refused(signature: Signature):
    with pytest.raises(InputError, match="signature"):
        recover(keccak256(b""), signature)
