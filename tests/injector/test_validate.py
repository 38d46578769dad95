"""Our validator against the engine's: nothing accepted here is refused there."""

from __future__ import annotations

import random

import pytest
from random_modules import CORE, INTEGERS, is_valid, smith_modules

from injector import LARGE_LIMITS, Policy, check, instrument
from injector.policy import REFERENCE_TYPES

INTEGER_POLICY = Policy("integers", frozenset({REFERENCE_TYPES}), contract=False)
CASES = [
    pytest.param(INTEGER_POLICY, INTEGERS, id="integers"),
    pytest.param("core", CORE, id="core"),
]


@pytest.mark.parametrize(("policy", "options"), CASES)
def test_accepts_random_valid_modules(policy: str | Policy, options: tuple[str, ...]) -> None:
    for seed, wasm in smith_modules(60, *options):
        assert check(wasm, policy=policy, limits=LARGE_LIMITS) == (), seed
        for schedule in ("particles", "fuel", "none"):
            metered = instrument(wasm, policy=policy, schedule=schedule, limits=LARGE_LIMITS)
            assert is_valid(metered), (seed, schedule)


@pytest.mark.parametrize(("policy", "options"), CASES)
def test_mutated_modules(policy: str | Policy, options: tuple[str, ...]) -> None:
    accepted = 0
    for seed, wasm in smith_modules(60, *options):
        for mutant in mutants(wasm, seed, 10):
            if check(mutant, policy=policy, limits=LARGE_LIMITS) == ():
                accepted += 1
                assert is_valid(mutant), seed
                assert is_valid(instrument(mutant, policy=policy, limits=LARGE_LIMITS)), seed
    assert accepted >= 20


@pytest.mark.parametrize("policy", ["ewasm", "core"])
def test_never_raises_on_mutants(policy: str) -> None:
    for seed, wasm in smith_modules(20, *CORE):
        for mutant in mutants(wasm, seed, 20, most=20):
            check(mutant, policy=policy)


def mutants(wasm: bytes, seed: int, count: int, most: int = 3) -> list[bytes]:
    """Copies with a few bytes changed, cut out or doubled."""
    source = random.Random(seed)
    out = []
    for _ in range(count):
        data = bytearray(wasm)
        for _ in range(source.randint(1, most)):
            at = source.randrange(8, len(data))
            kind = source.random()
            if kind < 0.8:
                data[at] = source.choice((source.randrange(256), 0, 1, 0x0B, 0x40, 0x7E, 0x7F))
            elif kind < 0.9 and len(data) > 20:
                del data[at : at + source.randint(1, 4)]
            else:
                data[at:at] = data[at : at + source.randint(1, 4)]
        out.append(bytes(data))
    return out
