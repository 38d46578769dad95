"""modexp beside Python's pow, with the malformed inputs of EIP-198."""

from __future__ import annotations

import itertools
import random

import pytest
from precompile_calls import RUNS, Contract, word


@pytest.fixture(scope="module")
def contract():
    return Contract("modexp")


def encoded(base, exponent, modulus, lengths=(None, None, None)):
    """Call data; lengths that are not given are the least."""
    numbers = [
        number.to_bytes((number.bit_length() + 7) // 8 if length is None else length)
        for number, length in zip((base, exponent, modulus), lengths, strict=True)
    ]
    return b"".join(word(len(number)) for number in numbers) + b"".join(numbers)


def check(contract, base, exponent, modulus, lengths=(None, None, None)):
    data = encoded(base, exponent, modulus, lengths)
    length = int.from_bytes(data[64:96])
    expected = pow(base, exponent, modulus) if modulus else 0
    assert contract.output(data) == expected.to_bytes(length), (base, exponent, modulus, lengths)


BASES = [0, 1, 2, 3, 255, 2**28 - 1, 2**28, 2**64, 2**256 - 1]
EXPONENTS = [0, 1, 2, 3, 15, 16, 17, 255, 65_537, 2**63, 2**64 - 1, 2**64, 2**65 + 1]
MODULI = [
    *(0, 1, 2, 3, 4, 5, 6, 7, 8, 255, 256, 257, 2**24 - 1, 2**24, 2**25 - 1, 2**25 + 1),
    *(2**28 - 1, 2**28, 2**28 + 1, 2**52 + 1, 2**56 - 1, 2**56, 3 * 2**56, 2**84 + 2**28),
    *(2**256, 2**256 - 1, 2**256 - 2, (2**128 - 1) << 128),
]


@pytest.mark.parametrize("modulus", MODULI, ids=hex)
def test_numbers_at_the_edges(contract, modulus):
    for base, exponent in itertools.product(BASES, EXPONENTS):
        check(contract, base, exponent, modulus)


def test_random_numbers(contract, agreed):
    source = random.Random(1)
    sizes = [1, 8, 24, 27, 28, 29, 56, 64, 100, 255, 256, 500]
    for _ in range(RUNS):
        base, exponent, modulus = (source.getrandbits(source.choice(sizes)) for _ in range(3))
        modulus <<= source.choice([0, 0, 1, 5, 28, 56, 100])
        check(contract, base, exponent, modulus)
        check(contract, base, exponent, modulus, (200, 100, 90))
    agreed("modexp", 2 * RUNS, "Python's pow")


@pytest.mark.parametrize("bits", [1_024, 2_048, 3_500, 6_000, 10_000])
def test_long_numbers(contract, bits):
    # 96 and more limbs of 28 bits are added up in several runs.
    source = random.Random(bits)
    for shift in (0, 1, bits // 2, bits - 20):
        modulus = (source.getrandbits(bits - shift) | 1) << shift
        check(contract, source.getrandbits(bits + 500), source.getrandbits(40), modulus)
        check(contract, 2**bits - 1, 3, 2**bits - 1)


def test_a_full_exponent_of_2048_bits(contract):
    source = random.Random(2)
    check(contract, *(source.getrandbits(2_048) | 1 for _ in range(3)))


P = 2**256 - 2**32 - 977


def test_examples_of_eip_198(contract):
    check(contract, 3, P - 1, P, (1, 32, 32))
    assert contract.output(encoded(3, P - 1, P, (1, 32, 32))) == word(1)
    # "0 ** (P - 1) % P": the base has no bytes.
    assert contract.output(encoded(0, P - 1, P, (0, 32, 32))) == word(0)
    # Lengths that nobody can pay for.
    huge = 2**256 - 1
    assert contract.fails(word(0) + word(32) + word(huge) + bytes(64))
    assert contract.fails(word(huge) * 3)
    # 3^0xffff % 2^255, where the modulus is cut off and more follows a full one.
    cut = word(1) + word(2) + word(32) + b"\x03\xff\xff\x80"
    expected = word(pow(3, 0xFFFF, 2**255))
    assert contract.output(cut) == contract.output(cut + bytes(31) + b"\x07") == expected


@pytest.mark.parametrize("length", range(96))
def test_cut_header_reads_as_zeros(contract, length):
    data = encoded(3, 5, 7)[:length]
    declared = int.from_bytes(data[64:].ljust(32, b"\0"))
    assert contract.output(data) == bytes(declared)


def test_no_data_at_all(contract):
    assert contract.output(b"") == b""


@pytest.mark.parametrize("lengths", list(itertools.product([0, 1], repeat=3)), ids=str)
def test_empty_numbers(contract, lengths):
    base, exponent, modulus = (5 * length for length in lengths)
    check(contract, base, exponent, modulus, lengths)


def test_zero_to_the_zero_is_one(contract):
    assert contract.output(encoded(0, 0, 9)) == b"\x01"
    assert contract.output(encoded(0, 0, 1)) == b"\x00"
    assert contract.output(encoded(0, 0, 0, (0, 0, 3))) == bytes(3)


@pytest.mark.parametrize("place", [0, 32])
@pytest.mark.parametrize("length", [2**32 - 1, 2**32, 2**64, 2**256 - 1])
def test_modulus_beyond_the_data_is_zero(contract, place, length):
    header = bytearray(word(0) + word(0) + word(5))
    header[place : place + 32] = word(length)
    assert contract.output(bytes(header) + b"\x11" * 100) == bytes(5)


@pytest.mark.parametrize("length", [2**24, 2**25, 2**25 + 1, 2**32, 2**64, 2**256 - 1])
def test_huge_moduli_with_too_little_gas_fail(contract, length):
    assert contract.fails(word(1) + word(1) + word(length) + b"\x02\x03\xff", gas=200_000)


@pytest.mark.parametrize("length", [2**25 - 1_000, 2**25 + 1, 2**32, 2**256 - 1])
def test_numbers_that_do_not_fit_into_memory_fail(contract, length):
    assert contract.fails(word(1) + word(1) + word(length) + b"\x02\x03\xff")


def test_long_exponents_with_too_little_gas_fail(contract):
    data = encoded(2**4096 - 3, 2**8192 - 1, 2**4096 - 1)
    assert contract.fails(data, gas=1_000_000)
