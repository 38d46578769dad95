"""What the benchmark of contracts asks every machine to do."""

from __future__ import annotations

import hashlib
import importlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from coincurve import PrivateKey, PublicKey
from Crypto.Hash import RIPEMD160

from evm_wasm.chain.precompiles import BY_NAME, precompile_code
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address

FOLDER: Final = Path(__file__).resolve().parent
CONTRACTS: Final = FOLDER.parent / "contracts"

KIB: Final = 1_024
ROUNDS: Final = 12
MULTIPLICATIONS: Final = 10_000

SENDER: Final = Address(b"\x11" * 20)
"""Who calls."""
RECEIVER: Final = Address(bytes(18) + b"\x12\x34")
SUPPLY: Final = 10**15
"""Units of a token that both have at the start."""
BALANCES: Final = 1
"""The slot of the balances of the ERC-20 tokens."""
ERC20_LANGUAGES: Final = ("C", "Zig", "AssemblyScript", "Rust")

bn: Any = importlib.import_module("py_ecc.optimized_bn128")

Native = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Case:
    """One algorithm on one input.

    Attributes:
        name: Of the algorithm.
        size: What the input is.
        wasm: The contract here.
        data: Call data, the same for all machines.
        native: The same by a library.
        library: Its name; empty without one.
        evm: Name of the peer's code in `benchmarks/evm`; empty without one.
        price: What Ethereum charges, in gas (Istanbul); 0 where only the EVM code has a price.
        is_hash: Whether the aim for hash functions is meant.
        storage: What slots of the code's account hold at the start, for all machines.
    """

    name: str
    size: str
    wasm: bytes
    data: bytes
    native: Native | None = None
    library: str = ""
    evm: str = ""
    price: int = 0
    is_hash: bool = False
    storage: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_large(self) -> bool:
        """Whether the aim for gas is meant."""
        return len(self.data) >= KIB or (self.name == "blake2f" and self.price > ROUNDS)


def cases() -> Iterator[Case]:
    """All of them, the same in every run."""
    source = random.Random(1)  # noqa: S311 - input, no secret
    for size in (KIB, 16 * KIB):
        yield from _hashes(source.randbytes(size))
    for blocks in (1, 100):
        yield _blake2(source, blocks)
    yield _ecrecover(source)
    for length in (32, 256):
        yield _modexp(source, length)
    yield from _curve(source)
    yield _multiplication(source)
    yield from _erc20_transfers()
    yield _token_transfer()


def _words(data: bytes) -> int:
    return (len(data) + 31) // 32


def _hashes(data: bytes) -> Iterator[Case]:
    functions: dict[str, tuple[Native, str, int]] = {
        "sha256": (lambda x: hashlib.sha256(x).digest(), "hashlib", 60 + 12 * _words(data)),
        "keccak256": (keccak256, "tiny-keccak", 30 + 6 * _words(data)),
        "ripemd160": (
            lambda x: RIPEMD160.new(x).digest(),
            "pycryptodome",
            600 + 120 * _words(data),
        ),
    }
    for name, (native, library, price) in functions.items():
        yield Case(
            name=name,
            size=f"{len(data) // KIB} KiB",
            wasm=precompile_code(BY_NAME[name]),
            data=data,
            native=native,
            library=library,
            evm=name,
            price=price,
            is_hash=True,
        )


def _blake2(source: random.Random, blocks: int) -> Case:
    """The rounds of a hash of so many blocks of 128 bytes, in one compression."""
    rounds = ROUNDS * blocks
    hashed = source.randbytes(128 * blocks)
    return Case(
        name="blake2f",
        size=f"{rounds:,} rounds, as for {len(hashed):,} bytes",
        wasm=precompile_code(BY_NAME["blake2f"]),
        data=rounds.to_bytes(4, "big") + source.randbytes(208) + b"\x01",
        native=lambda _: hashlib.blake2b(hashed).digest(),
        library="hashlib",
        evm="blake2f",
        price=rounds,
        is_hash=True,
    )


def _ecrecover(source: random.Random) -> Case:
    key = PrivateKey(source.randbytes(32))
    message = source.randbytes(32)
    signature = key.sign_recoverable(message, hasher=None)

    def native(data: bytes) -> object:
        return PublicKey.from_signature_and_message(
            data[64:] + bytes([data[63] - 27]), data[:32], hasher=None
        )

    return Case(
        name="ecrecover",
        size="one signature",
        wasm=precompile_code(BY_NAME["ecrecover"]),
        data=message + _word(27 + signature[64]) + signature[:64],
        native=native,
        library="coincurve",
        evm="ecrecover",
        price=3_000,
    )


def _modexp(source: random.Random, length: int) -> Case:
    numbers = [source.getrandbits(8 * length) | 1 << (8 * length - 1) | 1 for _ in range(3)]
    base, exponent, modulus = numbers
    data = b"".join([_word(length)] * 3) + b"".join(n.to_bytes(length, "big") for n in numbers)
    # EIP-198.
    complexity = length**2 if length <= 64 else length**2 // 4 + 96 * length - 3_072
    return Case(
        name="modexp",
        size=f"three numbers of {length} bytes",
        wasm=precompile_code(BY_NAME["modexp"]),
        data=data,
        native=lambda _: pow(base, exponent, modulus),
        library="Python's pow",
        evm="modexp" if length == 32 else "modexp_long",
        price=complexity * (8 * length - 1) // 20,
    )


def _curve(source: random.Random) -> Iterator[Case]:
    one, other = (bn.multiply(bn.G1, source.randrange(1, bn.curve_order)) for _ in range(2))
    scalar = source.getrandbits(256)
    yield Case(
        name="bn254 add",
        size="two points",
        wasm=precompile_code(BY_NAME["bn254_add"]),
        data=_first(one) + _first(other),
        native=lambda _: bn.normalize(bn.add(one, other)),
        library="py_ecc",
        evm="bn254_add",
        price=150,
    )
    yield Case(
        name="bn254 mul",
        size="scalar of 256 bits",
        wasm=precompile_code(BY_NAME["bn254_mul"]),
        data=_first(one) + _word(scalar),
        native=lambda _: bn.normalize(bn.multiply(one, scalar)),
        library="py_ecc",
        evm="bn254_mul",
        price=6_000,
    )
    second = bn.multiply(bn.G2, scalar)
    yield Case(
        name="bn254 pairing",
        size="two pairs",
        wasm=precompile_code(BY_NAME["bn254_pairing"]),
        data=(_first(one) + _second(second)) + (_first(bn.neg(one)) + _second(second)),
        native=lambda _: [bn.pairing(second, point) for point in (one, bn.neg(one))],
        library="py_ecc",
        evm="bn254_pairing",
        price=45_000 + 2 * 34_000,
    )


def _multiplication(source: random.Random) -> Case:
    one, other = source.getrandbits(256), source.getrandbits(256)

    def native(_: bytes) -> object:
        number, mask = one, (1 << 256) - 1
        for _count in range(MULTIPLICATIONS):
            number = number * other & mask
        return number

    return Case(
        name="256-bit multiplication",
        size=f"{MULTIPLICATIONS:,} times",
        wasm=(FOLDER / "multiply256" / "multiply256.wasm").read_bytes(),
        data=_word(MULTIPLICATIONS) + _word(one) + _word(other),
        native=native,
        library="Python's int",
        evm="multiply256",
    )


def _erc20_transfers() -> Iterator[Case]:
    """One EVM contract for all: the tokens differ in nothing but the language."""
    for language in ERC20_LANGUAGES:
        yield Case(
            name="ERC-20 transfer",
            size=f"between holders, in {language}",
            wasm=(CONTRACTS / f"erc20_{language.lower()}" / "erc20.wasm").read_bytes(),
            data=_call("transfer(address,uint256)", int.from_bytes(RECEIVER), 1),
            evm="erc20",
            storage={_entry(BALANCES, holder): SUPPLY for holder in (SENDER, RECEIVER)},
        )


def _token_transfer() -> Case:
    """The same without hashes: this token has balances in the slots numbered like addresses."""
    return Case(
        name="token transfer",
        size="between holders, no hashes",
        wasm=(CONTRACTS / "token" / "token.wasm").read_bytes(),
        data=_call("transfer(address,uint64)", int.from_bytes(RECEIVER), 1),
        evm="token",
        storage={int.from_bytes(holder): SUPPLY for holder in (SENDER, RECEIVER)},
    )


def _call(signature: str, *words: int) -> bytes:
    return keccak256(signature.encode())[:4] + b"".join(map(_word, words))


def _entry(slot: int, key: Address) -> int:
    """The slot of an entry of a mapping, as Solidity has it."""
    return int.from_bytes(keccak256(key.rjust(32, b"\0") + _word(slot)))


def _word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _first(point: Any) -> bytes:  # noqa: ANN401 - py_ecc's
    x, y = bn.normalize(point)
    return _word(int(x.n)) + _word(int(y.n))


def _second(point: Any) -> bytes:  # noqa: ANN401 - py_ecc's
    parts = (part.coeffs for part in bn.normalize(point))
    return b"".join(_word(int(number)) for real, imaginary in parts for number in (imaginary, real))
