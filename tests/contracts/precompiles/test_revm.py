"""Every precompile contract beside the native one of revm, on random and on broken inputs."""

from __future__ import annotations

import random

import pytest
from precompile_calls import REVM_ADDRESSES, RUNS, Contract, release, revm, word

from evm_wasm.model.message import Status

P = 21888242871839275222246405745257275088696311157297823662689037894645226208583
G1 = word(1) + word(2)


def small(source):
    """A number that is short more often than not."""
    return source.getrandbits(source.choice([0, 1, 8, 64, 256]))


def modexp_input(source):
    lengths = [source.randrange(40) for _ in range(3)]
    numbers = b"".join(source.randbytes(length) for length in lengths)
    return b"".join(map(word, lengths)) + numbers[: source.randrange(len(numbers) + 1) or None]


def point(source, multiply):
    made = multiply(G1 + word(small(source)))
    return made if source.randrange(10) else source.randbytes(32) + made[32:]


def inputs(name, source):
    """Endless inputs, broken ones among them."""
    multiply = revm("bn254_mul")
    while True:
        match name:
            case "ecrecover":
                v = source.choice([27, 28, 27, 28, 29, small(source)])
                yield source.randbytes(32) + word(v) + word(small(source)) + source.randbytes(32)
            case "modexp":
                yield modexp_input(source)
            case "bn254_add":
                yield point(source, multiply) + point(source, multiply)
            case "bn254_mul":
                yield point(source, multiply) + word(small(source))
            case "bn254_pairing":
                yield pairing_input(source, multiply)
            case "blake2f":
                yield (
                    source.randrange(40).to_bytes(4)
                    + source.randbytes(208)
                    + bytes([source.choice([0, 1, 1, 2])])
                )
            case _:
                yield source.randbytes(source.randrange(700))


G2 = b"".join(
    word(number)
    for number in (
        11559732032986387107991004021392285783925812861821192530917403151452391805634,
        10857046999023057135944570762232829481370756359578518086990519993285655852781,
        4082367875863433681332203403145435568316851327593401208105741076214120093531,
        8495653923123431417604973247489272438418190587263600148770280649306958101930,
    )
)


def pairing_input(source, multiply):
    a = source.getrandbits(256)
    data = multiply(G1 + word(a)) + G2 + multiply(G1 + word(-a % 2**256)) + G2
    match source.randrange(4):
        case 0:
            # -a modulo 2^256 is not -a modulo the order, so this is rarely one.
            return data
        case 1:
            return multiply(G1 + word(a)) + G2 + opposite(multiply(G1 + word(a))) + G2
        case 2:
            place = source.randrange(len(data))
            return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        case _:
            return data[: source.randrange(len(data))]


def opposite(encoded):
    return encoded[:32] + word(-int.from_bytes(encoded[32:]) % P)


@pytest.mark.parametrize("name", REVM_ADDRESSES)
def test_contract_does_what_revm_does(name, agreed):
    contract, native = Contract(name), revm(name)
    runs = RUNS if name != "bn254_pairing" else max(20, RUNS // 5)
    source = random.Random(name)
    failed = 0
    for data, _ in zip(inputs(name, source), range(runs), strict=False):
        expected, outcome = native(data), contract.call(data)
        assert outcome.output == (expected or b""), data.hex()
        assert (outcome.status is Status.FAILURE) == (expected is None), data.hex()
        failed += expected is None
    agreed(name, runs, f"{release('pyrevm')}, which refuses {failed:,}")
