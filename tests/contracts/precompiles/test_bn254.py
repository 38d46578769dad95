"""Points and pairings of alt_bn128 beside py_ecc, with the malformed inputs of EIP-196 and 197."""

from __future__ import annotations

import math
import random

import pytest
from precompile_calls import RUNS, Contract, release, word
from py_ecc import optimized_bn128 as bn
from py_ecc.fields import optimized_bn128_FQ as FQ
from py_ecc.fields import optimized_bn128_FQ2 as FQ2

P = bn.field_modulus
N = bn.curve_order
X = 4_965_661_367_192_848_881
COFACTOR = 2 * P - N
"""Of the twist over the quadratic field."""

INFINITY = (FQ.one(), FQ.one(), FQ.zero())


@pytest.fixture(scope="module")
def adding():
    return Contract("bn254_add")


@pytest.fixture(scope="module")
def multiplying():
    return Contract("bn254_mul")


@pytest.fixture(scope="module")
def pairing():
    return Contract("bn254_pairing")


def first(point):
    """A point of the first group as call data."""
    if bn.is_inf(point):
        return bytes(64)
    x, y = bn.normalize(point)
    return word(x.n) + word(y.n)


def second(point):
    """A point of the second group: imaginary parts first."""
    if bn.is_inf(point):
        return bytes(128)
    return b"".join(word(int(c)) for part in bn.normalize(point) for c in part.coeffs[::-1])


def some_point(source):
    return bn.multiply(bn.G1, source.randrange(1, N))


def add_slowly(p, q):
    """The affine formulas on integers; None is infinity."""
    if p is None or q is None:
        return p or q
    (a, b), (c, d) = p, q
    if a == c and (b + d) % P == 0:
        return None
    slope = 3 * a * a * pow(2 * b, -1, P) if p == q else (d - b) * pow(c - a, -1, P)
    x = (slope * slope - a - c) % P
    return x, (slope * (a - x) - b) % P


def multiply_slowly(p, scalar):
    result = None
    for bit in f"{scalar:b}":
        result = add_slowly(result, result)
        if bit == "1":
            result = add_slowly(result, p)
    return result


def decoded(data):
    x, y = int.from_bytes(data[:32]), int.from_bytes(data[32:])
    return (x, y) if x or y else None


def test_random_sums_and_multiples(adding, multiplying, agreed):
    source = random.Random(1)
    p = decoded(first(some_point(source)))
    for _ in range(RUNS):
        scalar = source.getrandbits(source.choice([1, 8, 64, 128, 129, 254, 256]))
        encoded = word(p[0]) + word(p[1])
        product = multiplying.output(encoded + word(scalar))
        assert decoded(product) == multiply_slowly(p, scalar), (p, scalar)
        total = adding.output(encoded + product)
        assert decoded(total) == add_slowly(p, decoded(product)), (p, scalar)
        p = decoded(total) or (1, 2)
    for name in ("bn254_add", "bn254_mul"):
        agreed(name, RUNS, "the affine formulas in Python")


def test_multiples_equal_those_of_py_ecc(multiplying, agreed):
    source = random.Random(2)
    runs = max(10, RUNS // 50)
    for _ in range(runs):
        p, scalar = some_point(source), source.getrandbits(256)
        assert multiplying.output(first(p) + word(scalar)) == first(bn.multiply(p, scalar))
    agreed("bn254_mul", runs, release("py_ecc"))


def test_special_sums(adding):
    p = some_point(random.Random(3))
    for a, b in [
        (p, p),
        (p, bn.neg(p)),
        (p, INFINITY),
        (INFINITY, p),
        (INFINITY, INFINITY),
        (bn.G1, bn.G1),
        (bn.double(p), p),
    ]:
        assert adding.output(first(a) + first(b)) == first(bn.add(a, b))


SCALARS = [
    *(0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 2**64, 2**127, 2**128 - 1, 2**128, 2**128 + 1),
    *(N - 2, N - 1, N, N + 1, N + 2, 2 * N - 1, 2 * N, 5 * N + 3, P, 2**255, 2**256 - 1),
    *(6 * X * X, 36 * X**3 + 18 * X * X + 6 * X + 1, 36 * X**3 + 18 * X * X + 6 * X + 2),
]


def test_special_scalars(multiplying):
    p = decoded(first(some_point(random.Random(4))))
    for point in (p, (1, 2)):
        for scalar in SCALARS:
            output = multiplying.output(word(point[0]) + word(point[1]) + word(scalar))
            assert decoded(output) == multiply_slowly(point, scalar), scalar


def test_infinity_times_anything_is_infinity(multiplying):
    assert multiplying.output(bytes(64) + word(12345)) == bytes(64)


BAD_POINTS = {
    "not on the curve": word(1) + word(1),
    "x of p": word(P) + word(2),
    "y of p": word(1) + word(P + 2),
    "zero and p": word(0) + word(P),
    "p and zero": word(P) + word(0),
    "x plus p": word(P + 1) + word(2),
    "largest": b"\xff" * 64,
    "x alone": word(1) + word(0),
    "y alone": word(0) + word(2),
}


@pytest.mark.parametrize("bad", BAD_POINTS.values(), ids=BAD_POINTS)
def test_malformed_points_fail(adding, multiplying, pairing, bad):
    assert adding.fails(bad)
    assert adding.fails(first(bn.G1) + bad)
    assert multiplying.fails(bad + word(0))
    assert pairing.fails(bad + second(bn.G2))
    assert pairing.fails(bad + bytes(128))


def test_missing_bytes_are_zeros_and_more_are_ignored(adding, multiplying):
    p = some_point(random.Random(5))
    assert adding.output(b"") == bytes(64)
    assert multiplying.output(b"") == bytes(64)
    assert adding.output(first(p)) == first(p)
    assert multiplying.output(first(p)) == bytes(64)
    assert adding.output(first(p) + first(p) + b"more") == first(bn.double(p))
    assert multiplying.output(first(p) + word(2) + b"more") == first(bn.double(p))
    assert multiplying.output(first(p) + b"\x01") == first(bn.multiply(p, 2**248))
    assert adding.fails(first(p)[:-1] + b"")


def pairs_of(exponents):
    """Pairs (a G1, b G2)."""
    return b"".join(
        first(bn.multiply(bn.G1, a % N)) + second(bn.multiply(bn.G2, b % N)) for a, b in exponents
    )


@pytest.mark.parametrize(
    ("exponents", "product_is_one"),
    [
        ([], True),
        ([(1, 1)], False),
        ([(1, 1), (-1, 1)], True),
        ([(1, 1), (1, -1)], True),
        ([(1, 1), (1, 1)], False),
        ([(2, 3), (-6, 1)], True),
        ([(2, 3), (-1, 6)], True),
        ([(2, 3), (-5, 1)], False),
        ([(0, 1)], True),
        ([(1, 0)], True),
        ([(0, 0)], True),
        ([(1, 1), (0, 5)], False),
        ([(1, 1), (5, 0), (-1, 1), (0, 0)], True),
        ([(1, 2), (3, 4), (5, 6), (-44, 1)], True),
        ([(N - 1, N - 1), (-1, 1)], True),
    ],
    ids=str,
)
def test_pairings_are_bilinear(pairing, exponents, product_is_one):
    assert pairing.output(pairs_of(exponents)) == word(int(product_is_one))


def test_random_pairings(pairing, agreed):
    source = random.Random(6)
    runs = max(5, RUNS // 200)
    for _ in range(runs):
        exponents = [(source.randrange(N), source.randrange(N)) for _ in range(3)]
        rest = -sum(a * b for a, b in exponents)
        right = pairs_of([*exponents, (rest, 1)])
        assert pairing.output(right) == word(1)
        assert pairing.output(pairs_of([*exponents, (rest + 1, 1)])) == word(0)
    agreed("bn254_pairing", 2 * runs, "the exponents of its points")


def test_pairings_equal_those_of_py_ecc(pairing, agreed):
    source = random.Random(7)
    runs = max(2, RUNS // 500)
    for right in range(runs):
        a, b = source.randrange(1, N), source.randrange(1, N)
        points = [
            (bn.multiply(bn.G1, a), bn.multiply(bn.G2, b)),
            (bn.multiply(bn.G1, (right % 2 - a * b) % N), bn.G2),
        ]
        product = bn.FQ12.one()
        for p, q in points:
            product = product * bn.pairing(q, p)
        data = b"".join(first(p) + second(q) for p, q in points)
        assert pairing.output(data) == word(int(product == bn.FQ12.one()))
    agreed("bn254_pairing", runs, release("py_ecc"))


def square_root(a):
    """Of an element of the quadratic field, or None: the complex method, as p is 3 modulo 4."""
    re, im = (int(part) for part in a.coeffs)
    size = pow(re * re + im * im, (P + 1) // 4, P)
    for half in ((re + size) * pow(2, -1, P), (re - size) * pow(2, -1, P)):
        first = pow(half, (P + 1) // 4, P)
        root = FQ2([first, im * pow(2 * first, -1, P)])
        if root * root == a:
            return root
    return None


ONE = FQ2([1, 0])


def twist_point(source):
    """A point of the twist that lies in no particular group."""
    while True:
        x = FQ2([source.randrange(P), source.randrange(P)])
        y = square_root(x**3 + bn.b2)
        if y is not None:
            return (x, y, ONE)


def test_points_of_the_twist_outside_the_group_fail(pairing):
    source = random.Random(8)
    for _ in range(3):
        point = twist_point(source)
        assert bn.is_on_curve(point, bn.b2)
        assert pairing.fails(first(bn.G1) + second(point))
        assert pairing.fails(bytes(64) + second(point))
        inside = bn.multiply(point, COFACTOR)
        assert pairing.output(first(bn.G1) + second(inside)) == word(0)


@pytest.mark.parametrize("order", [10_069, 5_864_401])
def test_points_of_small_order_fail(pairing, order):
    assert COFACTOR % order == 0
    point = bn.multiply(twist_point(random.Random(order)), N * COFACTOR // order)
    assert not bn.is_inf(point)
    assert pairing.fails(first(bn.G1) + second(point))
    outside = bn.add(bn.G2, point)
    assert pairing.fails(first(bn.G1) + second(outside))


def test_the_order_is_checked_by_a_map_that_nothing_else_passes():
    # In Z[F] with F^2 - t F + p = 0, the norm of (6 x + 2) + F - F^2 + F^3 is coprime to the
    # cofactor: a point of the twist that the map takes to infinity has an order that divides N.
    trace = 6 * X * X + 1
    coefficients = [6 * X + 2, 1, -1, 1]
    while len(coefficients) > 2:
        highest = coefficients.pop()
        coefficients[-1] += highest * trace
        coefficients[-2] -= highest * P
    a, b = coefficients
    norm = a * a + a * b * trace + b * b * P
    assert norm % N == 0
    assert math.gcd(norm, COFACTOR) == 1
    assert (COFACTOR % N) != 0


G2 = second(bn.G2)


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("number", [P, 2**256 - 1, 0, 1])
def test_malformed_points_of_the_twist_fail(pairing, part, number):
    bad = G2[: 32 * part] + word(number) + G2[32 * part + 32 :]
    assert pairing.fails(first(bn.G1) + bad)
    assert pairing.fails(bytes(64) + bad)


def test_coordinates_plus_p_fail(pairing):
    for part in range(4):
        moved = word(int.from_bytes(G2[32 * part : 32 * part + 32]) + P)
        assert pairing.fails(first(bn.G1) + G2[: 32 * part] + moved + G2[32 * part + 32 :])


@pytest.mark.parametrize("length", [1, 64, 128, 191, 193, 383])
def test_length_is_a_multiple_of_192(pairing, length):
    data = (first(bn.G1) + G2) * 3
    assert pairing.fails(data[:length])


def test_many_pairs_take_more_memory(pairing):
    data = pairs_of([(1, 1), (-1, 1)]) * 40
    assert pairing.output(data) == word(1)


def test_too_little_gas_fails(adding, multiplying, pairing):
    for contract, data in (
        (adding, first(bn.G1) * 2),
        (multiplying, first(bn.G1) + word(N - 5)),
        (pairing, pairs_of([(1, 1), (-1, 1)])),
    ):
        assert contract.fails(data, gas=int(contract.gas(data)))
