"""ecrecover beside libsecp256k1."""

from __future__ import annotations

import random

import pytest
from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak
from precompile_calls import RUNS, Contract, release, word

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@pytest.fixture(scope="module")
def contract():
    return Contract("ecrecover")


def address_word(key):
    hashed = keccak.new(digest_bits=256, data=key.format(compressed=False)[1:]).digest()
    return bytes(12) + hashed[12:]


def reference(data):
    """What libsecp256k1 recovers; it knows recovery ids beyond Ethereum's, which are refused."""
    data = data[:128].ljust(128, b"\0")
    v = int.from_bytes(data[32:64])
    if v not in (27, 28):
        return b""
    try:
        key = PublicKey.from_signature_and_message(
            data[64:] + bytes([v - 27]), data[:32], hasher=None
        )
    except ValueError:
        return b""
    except Exception as error:  # noqa: BLE001 - coincurve raises a plain Exception
        assert "failed to recover" in str(error)  # noqa: PT017
        return b""
    return address_word(key)


def signed(source):
    key = PrivateKey(word(source.randrange(1, N)))
    message = source.randbytes(32)
    signature = key.sign_recoverable(message, hasher=None)
    return key, message + word(27 + signature[64]) + signature[:64]


def test_signers_are_recovered(contract, agreed):
    source = random.Random(1)
    for _ in range(RUNS):
        key, data = signed(source)
        assert contract.output(data) == address_word(key.public_key), data.hex()
    agreed("ecrecover", RUNS, f"the signers of {release('coincurve')}")


def test_random_numbers_give_what_the_library_gives(contract, agreed):
    source = random.Random(2)
    found = 0
    for _ in range(RUNS):
        data = source.randbytes(32) + word(27 + source.randrange(2)) + source.randbytes(64)
        output = contract.output(data)
        assert output == reference(data), data.hex()
        found += bool(output)
    assert 0 < found < RUNS
    agreed("ecrecover", RUNS, release("coincurve"))


EDGES = [1, 2, 3, 2**128 - 1, 2**128, 2**255, N - 2, N - 1]


@pytest.mark.parametrize("v", [27, 28])
def test_numbers_at_the_edges(contract, v):
    source = random.Random(3)
    for r in [*EDGES, source.randrange(N)]:
        for s in [*EDGES, source.randrange(N)]:
            for hashed in (0, 1, N - 1, N, N + 1, 2**256 - 1, source.getrandbits(256)):
                data = word(hashed) + word(v) + word(r) + word(s)
                assert contract.output(data) == reference(data), data.hex()


@pytest.mark.parametrize("v", [0, 1, 26, 29, 27 << 8, 2**255 + 27, 2**248 * 27, 2**256 - 1])
def test_recovery_id_is_27_or_28(contract, v):
    _, data = signed(random.Random(4))
    assert contract.output(data[:32] + word(v) + data[64:]) == b""


@pytest.mark.parametrize("place", [64, 96], ids=["r", "s"])
@pytest.mark.parametrize("number", [0, N, N + 1, P, 2**256 - 1])
def test_numbers_lie_between_0_and_the_order(contract, place, number):
    _, data = signed(random.Random(5))
    assert contract.output(data[:place] + word(number) + data[place + 32 :]) == b""


def test_high_s_is_accepted(contract):
    key, data = signed(random.Random(6))
    s, v = int.from_bytes(data[96:]), 55 - data[63]
    flipped = data[:32] + word(v) + data[64:96] + word(N - s)
    assert contract.output(flipped) == address_word(key.public_key)


def test_missing_bytes_are_zeros_and_more_are_ignored(contract):
    key, data = signed(random.Random(7))
    assert contract.output(data + b"more") == address_word(key.public_key)
    for length in (0, 1, 32, 63, 64, 95, 96):
        assert contract.output(data[:length]) == b""
    for length in range(97, 128):
        assert contract.output(data[:length]) == reference(data[:length])


def test_infinity_is_nobody(contract):
    # R = k G and s k = hash: then s R - hash G is infinity.
    source = random.Random(8)
    for _ in range(5):
        k, s = source.randrange(1, N), source.randrange(1, N)
        point = PrivateKey(word(k)).public_key.format(compressed=False)
        v = 27 + (point[64] & 1)
        data = word(s * k % N) + word(v) + point[1:33] + word(s)
        assert contract.output(data) == reference(data) == b""


def test_doubling_within_the_sum(contract):
    # R = G or -G, so that the same points meet from both tables.
    for k in (1, N - 1, 2, 3, 2**128, 2**128 + 1):
        point = PrivateKey(word(k)).public_key.format(compressed=False)
        for s in (1, 2, 3, 5, 2**128):
            for hashed in (1, 2, N - 1, N - 2, s * k % N, -s * k % N):
                data = word(hashed) + word(27 + (point[64] & 1)) + point[1:33] + word(s)
                assert contract.output(data) == reference(data), (k, s, hashed)


def test_too_little_gas_fails(contract):
    _, data = signed(random.Random(9))
    assert contract.fails(data, gas=int(contract.gas(data)))
