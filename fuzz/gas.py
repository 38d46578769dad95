"""Gas is exact: the engine's fuel, and the same in every form of charging."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from fuzz.engine import HOST_STOP, MUCH, RETURNED, Outcome, Run, refusal
from fuzz.programs import program
from fuzz.proof import Disagreement, Tally, agree, chance
from fuzz.smith import contract_module, contract_policy, core_module, without_constant_growth
from injector import LARGE_LIMITS, Counter, Policy, Schedule, instrument
from injector.charges import OUT_OF_GAS, STACK_EXHAUSTED
from injector.opcodes import MNEMONICS
from injector.schedule import FREE

MODEST = 300_000
"""Gas for programs that may not end by themselves."""


def fuel_of_core_modules(seed: int) -> Tally:
    """Modules outside of the contract interface, with imports, floats, references and start."""
    wasm = core_module("fuel", seed)
    return _against_fuel(wasm, "core", MUCH, seed)


def fuel_of_contracts(seed: int) -> Tally:
    """Contracts by `smith` that call methods of the EEI."""
    wasm = contract_module("fuel", seed)
    return _against_fuel(wasm, contract_policy(seed), MUCH, seed)


def fuel_of_programs(seed: int) -> Tally:
    """Contracts of our own generator."""
    return _against_fuel(program("fuel", seed), "ewasm", MODEST, seed)


def _against_fuel(wasm: bytes, policy: str | Policy, gas: int, seed: int) -> Tally:
    changed = without_constant_growth(wasm)
    wasm = wasm if refusal(changed) else changed
    metered = instrument(wasm, policy=policy, schedule="fuel", limits=LARGE_LIMITS)
    tally = Tally(modules=1)
    pairs = zip(Run(metered, "global", gas).outcomes(), Run(wasm, "fuel", gas).outcomes(),
                strict=True)  # fmt: skip
    for ours, theirs in pairs:
        where = f"seed {seed}, export {ours.export}"
        if ours.left == STACK_EXHAUSTED:  # the engine's own limit is higher
            tally["ended by the limit on the stack"] += 1
            return tally
        if OUT_OF_GAS in (ours.left, theirs.left) or theirs.ending == "TrapCode.OUT_OF_FUEL":
            compare_exhausted(ours, theirs, where)
            tally["out of gas"] += 1
            return tally
        if _grew_in_vain(wasm, ours, theirs):
            tally["only the engine paid for growing in vain"] += 1
            return tally
        compare(ours, theirs, where)
        _count(tally, ours)
    return tally


def _grew_in_vain(wasm: bytes, ours: Outcome, theirs: Outcome) -> bool:
    """Whether all is equal but gas, of which the engine took more, in a module that can grow.

    The engine sees constants that `without_constant_growth` does not, such as one that lies
    deeper on the stack; see there why it takes fuel for them.
    """
    if b"\x40\x00" not in wasm and b"\xfc\x0f" not in wasm:
        return False
    if ours.used is None or theirs.used is None or not theirs.used - ours.used > 0:
        return False
    calls = [replace(call, used=0) for call in ours.calls]
    return calls == [replace(call, used=0) for call in theirs.calls] and (
        replace(ours, used=0, left=0, calls=()) == replace(theirs, used=0, left=0, calls=())
    )


def _count(tally: Tally, outcome: Outcome) -> None:
    tally["host calls with equal gas"] += len(outcome.calls)
    if outcome.used is not None:
        tally["returns with equal gas"] += 1
    elif outcome.ending.startswith(HOST_STOP):
        tally["frames ended by the host"] += 1
    else:
        tally["traps of equal kind"] += 1


def compare(ours: Outcome, theirs: Outcome, where: str) -> None:
    """Everything an observer sees is equal; gas after a trap is nobody's business.

    Raises:
        Disagreement: Something differs.
    """
    for what in ("export", "ending", "results", "used", "calls", "state"):
        agree(what, getattr(ours, what), getattr(theirs, what), where)


def compare_exhausted(ours: Outcome, theirs: Outcome, where: str) -> None:
    """Both ran out; the engine notices later, so it may have seen more of the host."""
    if ours.left != OUT_OF_GAS or theirs.ending == RETURNED:
        raise Disagreement(f"only one ran out of gas ({where}): {ours} against {theirs}")
    agree("host calls", ours.calls, theirs.calls[: len(ours.calls)], where)


def random_schedule(random: Random, *, least: int = 1) -> Schedule:
    """Prices of up to 1,000 for everything, no price below `least`."""
    prices = {name: 0 if name in FREE else random.randrange(least, 1_000) for name in MNEMONICS}
    entry, local, target, word, element, page = (random.randrange(1, 1_000) for _ in range(6))
    return Schedule(
        "random", 1, prices, function_entry=entry, local=local, br_table_entry=target,
        copy_word=word, table_element=element, memory_page=page, free_initial_pages=0,
    )  # fmt: skip


def forms_agree(seed: int) -> Tally:
    """Every form of charging gives the same results, gas, memory and host calls, at any gas."""
    random = chance("forms", seed)
    schedule = random_schedule(random)
    wasm, policy = _some_contract(seed)
    runs = {
        counter: instrument(
            wasm, policy=policy, schedule=schedule, counter=counter, limits=LARGE_LIMITS
        )
        for counter in Counter
    }
    whole = Run(runs[Counter.GLOBAL], "global", MODEST * 1_000)
    whole.instantiate()
    first = whole.call("main")
    end = first.used or MODEST
    points = [MODEST * 1_000, end, end - 1, *(random.randrange(end) for _ in range(4))]
    points += [call.used for call in first.calls[:3]]
    tally = Tally(modules=1)
    for gas in points:
        outcomes = {}
        for counter, metered in runs.items():
            run = Run(metered, counter, gas)
            run.instantiate()
            outcomes[counter] = run.call("main")
        for counter, outcome in outcomes.items():
            _same_frame(
                outcome, outcomes[Counter.GLOBAL], f"seed {seed}, gas {gas}, counter {counter}"
            )
            tally[f"frames in form {counter}"] += 1
    return tally


def _some_contract(seed: int) -> tuple[bytes, Policy | str]:
    if seed % 4 == 0:
        return contract_module("forms", seed), contract_policy(seed)
    return program("forms", seed), "ewasm"


def _same_frame(ours: Outcome, theirs: Outcome, where: str) -> None:
    """What the world sees of a frame: where it fails, only the host calls before."""
    succeeded = [o.ending == RETURNED or o.ending.startswith(HOST_STOP) for o in (ours, theirs)]
    agree("success", *succeeded, where)
    agree("host calls", ours.calls, theirs.calls, where)
    if succeeded[0]:
        compare(ours, theirs, where)
    else:
        agree("stack exhausted", ours.left == -2, theirs.left == -2, where)
