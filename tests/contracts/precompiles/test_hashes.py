"""sha256, ripemd160, keccak256, identity and blake2f beside the standard library."""

from __future__ import annotations

import hashlib
import random
import struct
from ssl import OPENSSL_VERSION

import pytest
from Crypto.Hash import RIPEMD160, keccak
from precompile_calls import RUNS, Contract, release

PIECE = 64 * 136 * 3
"""How much call data the hash contracts read at once."""


def ripemd160(data):
    return bytes(12) + RIPEMD160.new(data).digest()


def keccak256(data):
    return keccak.new(digest_bits=256, data=data).digest()


HASHES = {
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "ripemd160": ripemd160,
    "keccak256": keccak256,
    "identity": lambda data: data,
}
REFERENCES = {
    "sha256": f"hashlib ({OPENSSL_VERSION})",
    "ripemd160": release("pycryptodome"),
    "keccak256": release("pycryptodome"),
    "identity": "the input",
}


@pytest.fixture(scope="module", params=HASHES)
def hashing(request):
    return Contract(request.param), HASHES[request.param]


def test_every_length_up_to_three_blocks(hashing):
    contract, reference = hashing
    for length in range(3 * 136 + 2):
        data = bytes(number % 251 for number in range(length))
        assert contract.output(data) == reference(data), length


@pytest.mark.parametrize("length", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 65_536, 300_001])
def test_long_inputs(hashing, length):
    contract, reference = hashing
    data = random.Random(length).randbytes(length)
    assert contract.output(data) == reference(data)


def test_random_inputs(hashing, agreed):
    contract, reference = hashing
    source = random.Random(1)
    for _ in range(RUNS):
        data = source.randbytes(source.randrange(1_000))
        assert contract.output(data) == reference(data), data.hex()
    agreed(contract.name, RUNS, REFERENCES[contract.name])


def test_too_little_gas_fails(hashing):
    contract, _ = hashing
    data = bytes(10_000)
    needed = contract.gas(data)
    assert contract.fails(data, gas=int(needed))
    assert not contract.fails(data, gas=int(needed) + 1)


def test_gas_depends_on_the_length_alone(hashing):
    contract, _ = hashing
    source = random.Random(2)
    for length in (0, 1, 55, 64, 135, 136, 137, 1_000):
        assert len({contract.gas(source.randbytes(length)) for _ in range(3)}) == 1


def blake2f_input(rounds, h, m, t, final):
    packed = struct.pack(">I", rounds) + struct.pack("<8Q", *h) + m + struct.pack("<2Q", *t)
    return packed + bytes([final])


IV = (
    *(0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1),
    *(0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179),
)


def words(data):
    return struct.unpack("<8Q", data)


def rotate(x, count):
    return (x >> count | x << (64 - count)) & (2**64 - 1)


SIGMA = """
0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
14 10 4 8 9 15 13 6 1 12 0 2 11 7 5 3
11 8 12 0 5 2 15 13 10 14 3 6 7 1 9 4
7 9 3 1 13 12 11 14 2 6 5 10 4 0 15 8
9 0 5 7 2 4 10 15 14 1 11 12 6 8 3 13
2 12 6 10 0 11 8 3 4 13 7 5 15 14 1 9
12 5 1 15 14 13 4 10 0 7 6 3 9 2 8 11
13 11 7 14 12 1 3 9 5 0 15 4 8 6 2 10
6 15 14 9 11 3 0 8 12 2 13 7 1 4 10 5
10 2 8 4 7 6 1 5 15 11 9 14 3 12 13 0
"""
SIGMA = [[int(number) for number in line.split()] for line in SIGMA.strip().splitlines()]
COLUMNS = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
DIAGONALS = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
MIXED = (*COLUMNS, *DIAGONALS)


def slow_blake2f(rounds, h, m, t, final):
    """RFC 7693, section 3.2, step by step."""
    m = struct.unpack("<16Q", m)
    v = [*h, *IV]
    v[12] ^= t[0]
    v[13] ^= t[1]
    v[14] ^= final * (2**64 - 1)
    for number in range(rounds):
        order = SIGMA[number % 10]
        for place, (a, b, c, d) in enumerate(MIXED):
            for word, first, second in ((2 * place, 32, 24), (2 * place + 1, 16, 63)):
                v[a] = (v[a] + v[b] + m[order[word]]) % 2**64
                v[d] = rotate(v[d] ^ v[a], first)
                v[c] = (v[c] + v[d]) % 2**64
                v[b] = rotate(v[b] ^ v[c], second)
    return struct.pack("<8Q", *(x ^ y ^ z for x, y, z in zip(h, v[:8], v[8:], strict=True)))


@pytest.fixture(scope="module")
def blake2f():
    return Contract("blake2f")


def blake2b(contract, data):
    """The whole hash with the contract as its compression function (RFC 7693, section 3.3)."""
    h = (IV[0] ^ 0x01010040, *IV[1:])
    blocks = [data[at : at + 128] for at in range(0, len(data), 128)] or [b""]
    hashed = 0
    for block in blocks[:-1]:
        hashed += 128
        h = words(contract.output(blake2f_input(12, h, block, (hashed, 0), 0)))
    last = blake2f_input(12, h, blocks[-1].ljust(128, b"\0"), (len(data), 0), 1)
    return contract.output(last)


@pytest.mark.parametrize("length", [0, 1, 3, 127, 128, 129, 256, 1_000])
def test_blake2f_makes_blake2b(blake2f, length):
    data = bytes(number % 251 for number in range(length))
    assert blake2b(blake2f, data) == hashlib.blake2b(data).digest()


def test_blake2f_on_random_inputs(blake2f, agreed):
    source = random.Random(3)
    for _ in range(RUNS):
        rounds = source.choice([0, 1, 2, 9, 10, 11, 12, 13, 20, 21, source.randrange(60)])
        h = [source.getrandbits(64) for _ in range(8)]
        t = source.getrandbits(64), source.getrandbits(64)
        arguments = rounds, h, source.randbytes(128), t, source.randrange(2)
        assert blake2f.output(blake2f_input(*arguments)) == slow_blake2f(*arguments), arguments
    agreed("blake2f", RUNS, "RFC 7693 in Python")


BLAKE2F = blake2f_input(12, IV, bytes(128), (0, 0), 1)


@pytest.mark.parametrize("flag", [2, 3, 128, 255])
def test_blake2f_wants_a_flag_of_0_or_1(blake2f, flag):
    assert blake2f.fails(BLAKE2F[:-1] + bytes([flag]))


@pytest.mark.parametrize(
    "data", [b"", BLAKE2F[:-1], BLAKE2F + b"\0", BLAKE2F[:4]], ids=["0", "212", "214", "4"]
)
def test_blake2f_wants_213_bytes(blake2f, data):
    assert blake2f.fails(data)


def test_blake2f_is_paid_by_the_round(blake2f):
    most = b"\xff" * 4 + BLAKE2F[4:]
    assert blake2f.fails(most, gas=1_000_000)
    assert blake2f.gas(blake2f_input(1_000, IV, bytes(128), (0, 0), 1)) > 2_000
