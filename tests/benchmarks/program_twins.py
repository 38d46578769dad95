"""What each benchmark program must compute, written a second time in plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import islice
from operator import mul

from eth_utils import keccak

WORD = 2**32
LONG = 2**64
LENGTH = 65_536


def random_numbers(seed: int) -> Iterator[int]:
    """Marsaglia's generator xorshift32."""
    while True:
        seed ^= seed << 13 & 0xFFFFFFFF
        seed ^= seed >> 17
        seed ^= seed << 5 & 0xFFFFFFFF
        yield seed


def random_bytes(seed: int) -> bytes:
    return bytes(number >> 24 for number in islice(random_numbers(seed), LENGTH))


def number(value: int) -> bytes:
    return (value % LONG).to_bytes(8, "little")


def hash_of(numbers, start: int = 0) -> bytes:
    value = start
    for each in numbers:
        value = (value * 31 + each) % LONG
    return number(value)


def chain(digest: Callable[[bytes], bytes], seed: int, times: int) -> bytes:
    """Hash a random message; each digest replaces the first bytes of the next message."""
    message = random_bytes(seed)
    for _ in range(times):
        result = digest(message)
        message = result + message[len(result) :]
    return result


def sha256() -> bytes:
    return chain(lambda message: hashlib.sha256(message).digest(), 1, 14)


def keccak256() -> bytes:
    return chain(keccak, 2, 10)


def blake2b() -> bytes:
    return chain(lambda message: hashlib.blake2b(message, digest_size=32).digest(), 3, 36)


def x25519() -> bytes:
    scalar = u = (9).to_bytes(32, "little")
    for _ in range(20):
        scalar, u = curve25519(scalar, u), scalar
    return scalar


def curve25519(scalar: bytes, point: bytes) -> bytes:
    """The double-and-add ladder on the curve, with projective coordinates and Python's integers."""
    p = 2**255 - 19
    k = int.from_bytes(scalar, "little") & ~7 & 2**255 - 1 | 2**254
    u = int.from_bytes(point, "little") % 2**255
    low, high = (1, 0), (u, 1)  # multiples m and m + 1 of the point
    for bit in range(254, -1, -1):
        if k >> bit & 1:
            low, high = differential_add(low, high, u, p), double(high, p)
        else:
            low, high = double(low, p), differential_add(low, high, u, p)
    return (low[0] * pow(low[1], -1, p) % p).to_bytes(32, "little")


def double(a: tuple[int, int], p: int) -> tuple[int, int]:
    x, z = a
    return (x * x - z * z) ** 2 % p, 4 * x * z * (x * x + 486_662 * x * z + z * z) % p


def differential_add(a, b, difference: int, p: int) -> tuple[int, int]:
    (xa, za), (xb, zb) = a, b
    return (xa * xb - za * zb) ** 2 % p, difference * (xa * zb - za * xb) ** 2 % p


def mul256() -> bytes:
    x, y = pair_of_numbers(4)
    x, y = x | 1, y | 1
    for _ in range(400_000):
        x, y = (x * y + 2) % 2**256, x
    return x.to_bytes(32, "little")


def bn254() -> bytes:
    prime = 21888242871839275222246405745257275088696311157297823662689037894645226208583
    below = 2**252 - 1
    x, y = (value & below for value in pair_of_numbers(5))
    inverse = pow(2**256, -1, prime)
    for _ in range(60_000):
        x, y = x * y * inverse % prime, x
    return x.to_bytes(32, "little")


def pair_of_numbers(seed: int) -> tuple[int, int]:
    """Two numbers of 256 bits whose limbs were drawn in turn."""
    limbs = list(islice(random_numbers(seed), 16))
    x, y = (sum(limb << 32 * i for i, limb in enumerate(limbs[first::2])) for first in range(2))
    return x, y


def quicksort() -> bytes:
    return hash_of(sorted(islice(random_numbers(6), 80_000)))


def matrix() -> bytes:
    size = 200
    numbers = list(islice(random_numbers(7), 2 * size * size))
    left, right = numbers[::2], numbers[1::2]
    columns = [right[column::size] for column in range(size)]
    return hash_of(
        sum(map(mul, left[size * row : size * (row + 1)], column)) % WORD
        for row in range(size)
        for column in columns
    )


def queens() -> bytes:
    return number(14_200)  # sequence A000170 of the OEIS


def lz() -> bytes:
    size = 131_072
    random = random_numbers(8)
    output = bytearray()
    while size - len(output) >= 15 + 19:
        token = next(random)
        literals = token & 15 & token >> 4 if len(output) >= 32 else 15
        output += bytes(next(random) >> 24 for _ in range(literals))
        distance = 1 + (next(random) >> 17) % len(output)
        for _ in range((token >> 8 & 15) + 4):
            output.append(output[-distance])
    return hash_of(output)


def sieve() -> bytes:
    limit = 2_000_000
    prime = bytearray([1]) * limit
    prime[:2] = bytes(2)
    for i in range(2, 1_415):
        if prime[i]:
            prime[i * i :: i] = bytes(len(range(i * i, limit, i)))
    return number(sum(i for i in range(limit) if prime[i]))


def interpreter() -> bytes:
    steps = 0
    for value in range(1, 3_000):
        while value > 1:
            value = 3 * value + 1 if value % 2 else value // 2  # noqa: PLW2901
            steps += 1
    return number(steps)


def token() -> bytes:
    holders = 200
    random = random_numbers(9)
    for _ in range(5 * holders):
        next(random)  # the addresses
    balances = [i << 64 for i in range(holders)]
    refused = 0
    for _ in range(120_000):
        sender, receiver = next(random) % holders, next(random) % holders
        value = next(random) % 16 << 64 | next(random) << 32 | next(random)
        if balances[sender] < value:
            refused += 1
        else:
            balances[sender] -= value
            balances[receiver] += value
    halves = (half for balance in balances for half in (balance >> 64, balance % LONG))
    return hash_of(halves, refused)


def fib() -> bytes:
    low, high = 0, 1
    for _ in range(30):
        low, high = high, low + high
    return number(low)


TWINS = {
    twin.__name__: twin
    for twin in (
        sha256, keccak256, blake2b, x25519, mul256, bn254, quicksort, matrix, queens, lz, sieve,
        interpreter, token, fib,
    )
}  # fmt: skip
