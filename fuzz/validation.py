"""What we accept the engine accepts; what we refuse for being invalid the engine refuses too."""

from __future__ import annotations

from random import Random

from fuzz.engine import refusal
from fuzz.gas import random_schedule
from fuzz.proof import Disagreement, Tally, chance
from fuzz.smith import FREE_CONTRACT, FREE_CORE, contract_module, mutant, smith
from injector import LARGE_LIMITS, Finding, InjectorError, Policy, check, instrument
from injector.policy import REFERENCE_TYPES

VARIANTS = 8
"""Mutants of each module."""

POLICIES: tuple[Policy | str, ...] = (
    "core",
    Policy("integers", frozenset(), contract=False),
    Policy("integers with tables", frozenset({REFERENCE_TYPES}), contract=False),
)
_WRONG = ("invalid", "malformed")
_INTERESTING = bytes.fromhex("00010203040506070b0c0d0e0f101141424344406f70607c7d7e7f80fcfdffc0d2")


def validators_agree(seed: int) -> Tally:
    """A random module and mutants of it, by bytes and by `wasm-tools mutate`."""
    random = chance("validators", seed)
    wasm = _module(seed)
    cases = [wasm, *(mutated(wasm, random) for _ in range(VARIANTS))]
    if seed % 4 == 0:
        cases += [each for each in (mutant(wasm, seed + i) for i in range(2)) if each is not None]
    tally = Tally()
    for number, case in enumerate(cases):
        policy = POLICIES[(seed + number) % len(POLICIES)] if number else "core"
        tally[_compare(case, policy, f"seed {seed}, case {number}")] += 1
    return tally


def _module(seed: int) -> bytes:
    leb = f"--min-uleb-size={1 + seed % 3}"
    if seed % 3 == 0:
        return contract_module("validators", seed)
    options = FREE_CORE if seed % 3 == 1 else FREE_CONTRACT
    invalid = "--allow-invalid-funcs=" + ("true" if seed % 5 == 0 else "false")
    return smith("validators", seed, *options, leb, invalid, size=300 << seed % 4)


def _compare(wasm: bytes, policy: Policy | str, where: str) -> str:
    """Ask both; says which of the ways of agreeing it was.

    Raises:
        Disagreement: We accept what the engine refuses, or call invalid what it accepts.
    """
    findings = check(wasm, policy=policy, limits=LARGE_LIMITS)
    theirs = refusal(wasm)
    if not findings:
        if theirs is not None:
            raise Disagreement(f"accepted by us alone ({where}): {theirs}: {wasm.hex()}")
        return "accepted by both"
    if theirs is not None:
        return "refused by both"
    wrong = [finding for finding in findings if finding.reason.startswith(_WRONG)]
    if wrong:
        raise Disagreement(f"called invalid by us alone ({where}): {wrong[0]}: {wasm.hex()}")
    return f"refused by us for: {_reason(findings[0])}"


def _reason(finding: Finding) -> str:
    """A reason without its numbers."""
    words = finding.reason.split(";")[0].split()
    return " ".join(word for word in words if not word.strip("`").isdigit())


def outputs_are_valid(seed: int) -> Tally:
    """Whatever we accept is valid after instrumentation, and refused a second time."""
    random = chance("outputs", seed)
    policy = POLICIES[seed % len(POLICIES)]
    wasm = _module(seed)
    tally = Tally()
    for case in (wasm, *(mutated(wasm, random) for _ in range(2))):
        if check(case, policy=policy, limits=LARGE_LIMITS):
            continue
        output = instrument(
            case, policy=policy, schedule=random_schedule(random), limits=LARGE_LIMITS
        )
        reason = refusal(output)
        if reason is not None:
            raise Disagreement(f"invalid output (seed {seed}): {reason}: {case.hex()}")
        again = check(output, policy="core", limits=LARGE_LIMITS)
        if not any("already instrumented" in finding.reason for finding in again):
            raise Disagreement(f"instrumented twice (seed {seed}): {case.hex()}")
        tally["valid outputs"] += 1
    return tally


def decoder_stays_calm(seed: int) -> Tally:
    """Anything at all gives findings or is accepted; only `InjectorError` is ever raised."""
    random = chance("decoder", seed)
    wasm = _module(seed)
    tally = Tally()
    for number in range(50):
        case = mutated(wasm, random) if number else random.randbytes(random.randrange(200))
        for policy in ("core", "ewasm"):
            try:
                instrument(case, policy=policy, schedule="unit")
                tally["accepted inputs"] += 1
            except InjectorError as error:
                if not error.findings:
                    raise Disagreement(f"refused without a finding: {case.hex()}") from error
                tally["refused inputs"] += 1
            except Exception as error:
                raise Disagreement(f"{error!r} (seed {seed}): {case.hex()}") from error
    return tally


def mutated(wasm: bytes, random: Random) -> bytes:
    """The module with one to four changes of bytes."""
    data = bytearray(wasm)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if len(data) < 10:
            break
        at = random.randrange(8, len(data))
        kind = random.randrange(8)
        if kind < 3:
            data[at] = random.choice(_INTERESTING)
        elif kind == 3:
            data[at] ^= 1 << random.randrange(8)
        elif kind == 4:
            data[at:at] = bytes([random.choice(_INTERESTING)])
        elif kind == 5:
            del data[at]
        elif kind == 6:
            start = random.randrange(8, len(data))
            data[at:at] = data[start : start + random.randrange(1, 12)]
        elif random.random() < 0.2:
            del data[at:]
        else:
            data[at] = (data[at] + random.choice((1, -1))) % 256
    return bytes(data)
