# ruff: noqa: INP001 - a program, not a package
"""Writes the constants of the curves as C headers, from their definitions.

    python contracts/precompiles/constants.py

Numbers stand in nine limbs of 29 bits (see source/number.h). What is derived here: the residues
that Montgomery's multiplication needs, the cube root of one and the short lattice basis that split
a scalar in two halves (Gallant, Lambert, Vanstone 2001), multiples of the generator of secp256k1,
and the powers of the twist's non-residue that the Frobenius map of the pairing multiplies by.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent / "source"

LIMBS, BITS = 9, 29
RADIX = 1 << (LIMBS * BITS)
"""Montgomery's R."""

SECP256K1_P = 2**256 - 2**32 - 977
SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SECP256K1_G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
"""SEC 2, section 2.4.1."""

GENERATOR_POINTS = 64
"""Odd multiples of a generator that are kept: those of digits with 8 bits."""

BN_X = 4965661367192848881
"""The parameter of alt_bn128; prime and order follow (Barreto, Naehrig 2005)."""
BN_P = 36 * BN_X**4 + 36 * BN_X**3 + 24 * BN_X**2 + 6 * BN_X + 1
BN_N = 36 * BN_X**4 + 36 * BN_X**3 + 18 * BN_X**2 + 6 * BN_X + 1

X_WIDTH = 4
"""Bits of a digit of the parameter where the pairing raises to its power."""

SCALE_BITS = 384
"""Quotients of the lattice are kept times two to this power."""
SCALE_WORDS = 9
"""32-bit words of such a quotient."""


def limbs(number: int, *, centred: bool = False) -> list[int]:
    """A number in limbs, from 0 on or around zero."""
    result = []
    for _ in range(LIMBS - 1):
        limb = number & ((1 << BITS) - 1)
        if centred and limb >> (BITS - 1):
            limb -= 1 << BITS
        result.append(limb)
        number = (number - limb) >> BITS
    return [*result, number]


def number(name: str, value: int, comment: str, *, centred: bool = True) -> str:
    """A constant in limbs."""
    text = ", ".join(map(str, limbs(value, centred=centred)))
    return f"/* {comment} */\nstatic const number {name} = {{{{\n    {text}}}}};\n"


def modulus(name: str, value: int, comment: str) -> Iterator[str]:
    """A modulus in both forms of limbs, and what Montgomery's multiplication by it needs."""
    yield number(name, value, f"{comment}, with limbs around zero.")
    yield number(f"{name}_CARRIED", value, f"{comment}, with limbs from zero on.", centred=False)
    yield f"#define {name}_INVERSE {inverse(value)}u\n"


def words(name: str, value: int, count: int, comment: str) -> str:
    """A constant in 32-bit words, lowest first, in two's complement."""
    text = ", ".join(f"{value >> (32 * i) & 0xFFFFFFFF:#x}" for i in range(count))
    return f"/* {comment} */\nstatic const word32 {name}[{count}] = {{{text}}};\n"


def inverse(modulus: int) -> int:
    """-1 / modulus modulo the radix of a limb."""
    return -pow(modulus, -1, 1 << BITS) % (1 << BITS)


def cube_roots_of_one(modulus: int) -> tuple[int, int]:
    """Both that are not one."""
    base = 2
    while (root := pow(base, (modulus - 1) // 3, modulus)) == 1:
        base += 1
    return root, root * root % modulus


def short_basis(order: int, factor: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two short vectors (a, b) with a + b * factor = 0 modulo the order (half of Euclid)."""
    rows = [(order, 0), (factor, 1)]
    while rows[-1][0] ** 2 > order:
        quotient = rows[-2][0] // rows[-1][0]
        rows.append(tuple(x - quotient * y for x, y in zip(rows[-2], rows[-1], strict=True)))
    quotient = rows[-2][0] // rows[-1][0]
    rows.append(tuple(x - quotient * y for x, y in zip(rows[-2], rows[-1], strict=True)))
    ends = [(a, -b) for a, b in rows[-3:]]
    first = ends[1]
    second = min(ends[0], ends[2], key=lambda row: row[0] ** 2 + row[1] ** 2)
    return first, second


def add(p: int, one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """Sum of two points that are not opposite, on a curve y^2 = x^3 + b."""
    (x, y), (u, v) = one, other
    slope = 3 * x * x * pow(2 * y, -1, p) if one == other else (v - y) * pow(u - x, -1, p)
    sum_x = (slope * slope - x - u) % p
    return sum_x, (slope * (x - sum_x) - y) % p


def multiply(p: int, point: tuple[int, int], scalar: int) -> tuple[int, int]:
    """A multiple of a point by a scalar between 1 and the order."""
    result = None
    for bit in f"{scalar:b}":
        result = add(p, result, result) if result else None
        if bit == "1":
            result = add(p, result, point) if result else point
    return result


def endomorphism(p: int, order: int, generator: tuple[int, int], to_field: int) -> Iterator[str]:
    """What splits scalars: (x, y) -> (BETA x, y) multiplies points by LAMBDA."""
    beta = cube_roots_of_one(p)[0]
    image = (beta * generator[0] % p, generator[1])
    (factor,) = (x for x in cube_roots_of_one(order) if multiply(p, generator, x) == image)
    (a1, b1), (a2, b2) = short_basis(order, factor)
    if a1 * b2 - a2 * b1 < 0:
        a1, b1, a2, b2 = a2, b2, a1, b1
    yield number(
        "BETA",
        beta * to_field % p,
        "Multiplying x by this cube root of 1 multiplies a point by LAMBDA.",
    )
    yield f"/* LAMBDA is {factor:#x}. A scalar k is k1 + k2 LAMBDA with (k1, k2) = (k, 0) minus the\n * near multiples of two short vectors (A1, B1), (A2, B2), whose multiplicities are k Q / 2^{SCALE_BITS}. */\n"
    for name, value in (("A1", a1), ("B1", b1), ("A2", a2), ("B2", b2)):
        yield words(name, value, 6, "Signed." if value >= 0 else "Signed; this one is negative.")
    for name, value in (("Q1", b2), ("Q2", -b1)):
        scaled = (abs(value) << SCALE_BITS) // order
        yield words(name, scaled, SCALE_WORDS, f"|{value}| 2^{SCALE_BITS} / order.")
        yield f"enum {{ {name}_NEGATIVE = {int(value < 0)} }};\n"


def secp256k1() -> Iterator[str]:
    """The header of secp256k1."""
    p, order = SECP256K1_P, SECP256K1_N
    yield from modulus("FIELD", p, "The prime p")
    yield from modulus("ORDER", order, "The order of the group")
    yield number("ORDER_SQUARE", RADIX**2 % order, "2^522 modulo the order.")
    yield from endomorphism(p, order, SECP256K1_G, 1)
    yield f"/* Odd multiples of G and of 2^128 G: {GENERATOR_POINTS} each. */\n"
    yield f"static const small_point GENERATOR[2][{GENERATOR_POINTS}] = {{\n"
    for power in (0, 128):
        point = multiply(p, SECP256K1_G, 1 << power)
        twice = add(p, point, point)
        yield "{\n"
        for _ in range(GENERATOR_POINTS):
            coordinates = (", ".join(map(str, limbs(c, centred=True))) for c in point)
            yield "    {" + ",\n     ".join(f"{{{c}}}" for c in coordinates) + "},\n"
            point = add(p, point, twice)
        yield "},\n"
    yield "};\n"


Quadratic = tuple[int, int]
"""An element re + im u of the quadratic extension of alt_bn128's field; u^2 = -1."""

XI: Quadratic = (9, 1)
"""Cubic and quadratic non-residue that the twist and the tower are made with (EIP-197)."""


def quadratic_multiply(a: Quadratic, b: Quadratic) -> Quadratic:
    """Product of two."""
    return (a[0] * b[0] - a[1] * b[1]) % BN_P, (a[0] * b[1] + a[1] * b[0]) % BN_P


def quadratic_power(a: Quadratic, exponent: int) -> Quadratic:
    """Power of one."""
    result = (1, 0)
    for bit in f"{exponent:b}":
        result = quadratic_multiply(result, result)
        if bit == "1":
            result = quadratic_multiply(result, a)
    return result


def quadratic_text(value: Quadratic) -> str:
    """One in Montgomery's form as a C initializer."""
    parts = (", ".join(map(str, limbs(x * RADIX % BN_P, centred=True))) for x in value)
    return "{" + ",\n     ".join(f"{{{{{part}}}}}" for part in parts) + "}"


def signed_digits(value: int, width: int) -> list[int]:
    """The non-adjacent form: odd digits smaller than 2^(width - 1) in size, or zero."""
    result = []
    while value:
        digit = 0
        if value & 1:
            digit = value % (1 << width)
            digit -= digit >> (width - 1) << width
        result.append(digit)
        value = (value - digit) >> 1
    return result


def signed_text(name: str, size: str, digits: list[int], comment: str) -> str:
    """Signed digits, lowest first, and their number."""
    return (
        f"/* {comment} */\nenum {{ {size} = {len(digits)} }};\n"
        f"static const signed char {name}[{len(digits)}] = {{{', '.join(map(str, digits))}}};\n"
    )


def tower() -> Iterator[str]:
    """The constants of the pairing."""
    twist = quadratic_multiply((3, 0), quadratic_power(XI, BN_P**2 - 2))
    triple = (3 * twist[0] % BN_P, 3 * twist[1] % BN_P)
    yield "typedef struct {\n    number re, im;\n} quadratic;\n"
    yield f"/* b' = 3 / XI of the twist, and 3 b'. */\nstatic const quadratic TWIST_B = {quadratic_text(twist)};\n"
    yield f"static const quadratic TWIST_B3 = {quadratic_text(triple)};\n"
    powers = (quadratic_text(quadratic_power(XI, k * (BN_P - 1) // 6)) for k in range(6))
    yield "/* XI^(k (p - 1) / 6). */\nstatic const quadratic FROBENIUS[6] = {\n    "
    yield ",\n    ".join(powers) + "};\n"
    yield signed_text(
        "LOOP", "LOOP_DIGITS", signed_digits(6 * BN_X + 2, 2), "6 x + 2 in signed bits."
    )
    yield signed_text("X", "X_DIGITS", signed_digits(BN_X, X_WIDTH), "x in signed digits.")
    yield f"enum {{ X_MULTIPLES = {1 << (X_WIDTH - 2)} }};\n"


def bn254() -> Iterator[str]:
    """The header of alt_bn128."""
    p = BN_P
    yield from modulus("FIELD", p, "The prime p")
    yield number("FIELD_SQUARE", RADIX**2 % p, "2^522 modulo p.")
    yield number("FIELD_CUBE", RADIX**3 % p, "2^783 modulo p.")
    yield number("ONE", RADIX % p, "1 in Montgomery's form, as all that follow.")
    yield number("THREE", 3 * RADIX % p, "3.")
    yield from endomorphism(p, BN_N, (1, 2), RADIX)


HEADERS = {
    "secp256k1_constants.h": secp256k1,
    "bn254_constants.h": bn254,
    "bn254_tower_constants.h": tower,
}
"""The headers and what is in them."""


def header(name: str) -> str:
    """The text of a header."""
    guard = name.upper().replace(".", "_")
    text = "".join(HEADERS[name]())
    return (
        f"/* Made by constants.py, which says what these are. */\n\n"
        f"#ifndef {guard}\n#define {guard}\n\n{text}\n#endif\n"
    )


def main() -> None:
    """Write the headers."""
    for name in HEADERS:
        (SOURCE / name).write_text(header(name))


if __name__ == "__main__":
    main()
