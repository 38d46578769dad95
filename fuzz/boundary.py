"""Out of gas fires at exactly the boundary, and nothing before it is disturbed."""

from __future__ import annotations

from dataclasses import replace

import wasmtime

from fuzz.engine import HOST_STOP, MUCH, RETURNED, HostCall, Outcome, Run
from fuzz.gas import MODEST
from fuzz.prices import ONES
from fuzz.programs import program
from fuzz.proof import Disagreement, Tally, agree, chance
from fuzz.smith import contract_module, contract_policy, import_field
from injector import Counter, Policy, instrument
from injector.charges import OUT_OF_GAS

MOST_STEPS = 40

SMALL = replace(ONES, memory_page=7, copy_word=3, br_table_entry=2, free_initial_pages=0)

PROGRAMS = {
    "straight": "(drop (i32.add (i32.const 1) (i32.const 2)))",
    "counted loop": """(local i32) (loop (br_if 0 (i32.ne (i32.const 9)
        (local.tee 0 (i32.add (local.get 0) (i32.const 1))))))""",
    "loop with a host call": """(local i32) (local.set 0 (i32.const 4))
        (loop (call $getCaller (i32.const 8))
          (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))""",
    "nested loops": """(local i32 i32) (loop $outer (local.set 1 (i32.const 0))
        (loop $inner (br_if $inner (i32.lt_u
            (local.tee 1 (i32.add (local.get 1) (i32.const 2))) (i32.const 6))))
        (br_if $outer (i32.lt_s (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
            (i32.const 3))))""",
    "calls": "(call $leaf) (call $stores) (call $leaf)",
    "grow": "(drop (memory.grow (i32.const 2))) (drop (memory.grow (memory.size)))",
    "grow that fails": "(drop (memory.grow (i32.const 600))) (call $leaf)",
    "bulk": """(memory.fill (i32.const 0) (i32.const 1) (i32.const 100))
        (memory.copy (i32.const 3) (i32.const 5) (i32.const 65)) (call $getCaller (i32.const 0))""",
    "br_table": """(local i32) (loop (block (block (block (br_table 0 1 2 (local.get 0)))
        (call $leaf)) (nop)) (br_if 0 (i32.lt_u
          (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 5))))""",
    "recursion": "(drop (call $fib (i32.const 5)))",
    "host": """(call $getCaller (i32.const 0)) nop (call $useGas (i64.const 11)) nop
        (drop (call $getGasLeft)) (i64.store (i32.const 16) (call $getGasLeft))""",
    "finish": "nop (call $leaf) (call $finish (i32.const 0) (i32.const 4)) nop nop",
    "finish in an arm": """(if (i32.eqz (i32.load (i32.const 0))) (then
        (call $finish (i32.const 0) (i32.const 4)))) (call $leaf)""",
    "through a table": """(local i32) (loop (call_indirect (type $v) (local.get 0))
        (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 2))))""",
    "host through a table": """(local i32) (loop
        (call_indirect (type $h) (i32.const 8) (i32.const 2)) nop
        (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3))))""",
    "bulk in a loop": """(local i32) (loop
        (memory.fill (i32.const 0) (i32.const 1) (i32.mul (local.get 0) (i32.const 32)))
        (br_if 0 (i32.ne (i32.const 4) (local.tee 0 (i32.add (local.get 0) (i32.const 1))))))
        (call $getCaller (i32.const 0))""",
    "early return from loops": """(local i32) (loop (loop
        (if (i32.eq (local.get 0) (i32.const 5)) (then (return)))
        (br_if 0 (i32.and (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))
        (call $leaf) (br 0))""",
}
"""Bodies of `main`."""


def small_program(name: str) -> bytes:
    """The contract around one of `PROGRAMS`."""
    imports = " ".join(
        import_field(method) for method in ("useGas", "getGasLeft", "getCaller", "finish")
    )
    text = f"""(module (type $v (func)) (type $h (func (param i32))) {imports} (memory (export "memory") 1)
      (table 3 funcref) (elem (i32.const 0) $leaf $stores $getCaller)
      (func $leaf nop nop) (func $stores (local i64) (i32.store (i32.const 4) (i32.const 5)))
      (func $fib (param i32) (result i32)
        (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0)) (else
          (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                   (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
      (func (export "main") {PROGRAMS[name]}))"""
    return bytes(wasmtime.wat2wasm(text))


def every_amount(name: str) -> Tally:
    """All amounts from 0 to the total of one of `PROGRAMS`, in every form of charging."""
    tally = Tally()
    for counter in Counter:
        metered = instrument(small_program(name), schedule=SMALL, counter=counter)
        whole = frame(metered, counter, MUCH)
        total = needed(whole)
        if total is None:
            raise Disagreement(f"{name} does not end well: {whole}")
        for gas in range(total + 1):
            check_amount(metered, counter, whole, gas, f"{name}, {counter}")
        tally[f"amounts in form {counter}"] += total + 1
    return tally


def random_amounts(seed: int) -> Tally:
    """Amounts around every host call and the total of a random contract."""
    random = chance("boundary", seed)
    smithy = seed % 3 == 0
    wasm = contract_module("boundary", seed) if smithy else program("boundary", seed)
    policy: Policy | str = contract_policy(seed) if smithy else "ewasm"
    tally = Tally(modules=1)
    for counter in Counter:
        metered = instrument(wasm, policy=policy, schedule=SMALL, counter=counter)
        whole = frame(metered, counter, MODEST)
        total = needed(whole)
        marks = {call.used for call in whole.calls[:8]} | {MODEST if total is None else total}
        amounts = {mark + step for mark in marks for step in (-1, 0, 1)}
        amounts |= {random.randrange(max(amounts) + 1) for _ in range(5)}
        for gas in sorted(amounts)[:MOST_STEPS]:
            if 0 <= gas <= MODEST:
                check_amount(metered, counter, whole, gas, f"seed {seed}, {counter}")
                tally[f"amounts in form {counter}"] += 1
    return tally


def frame(metered: bytes, counter: str, gas: int) -> Outcome:
    """Run `main` in a fresh instance."""
    run = Run(metered, counter, gas)
    ending = run.instantiate()
    if ending != RETURNED:
        return Outcome("main", ending, (), (), None, 0, ())
    return run.call("main")


def needed(whole: Outcome) -> int | None:
    """Gas that a frame needs to succeed; None if it cannot."""
    if whole.used is not None:
        return whole.used
    if whole.ending.startswith(HOST_STOP):
        last = whole.calls[-1]
        return last.used + len(last.name)
    return None


def check_amount(metered: bytes, counter: str, whole: Outcome, gas: int, where: str) -> None:
    """With this gas the frame does what the law says, knowing only the frame with much gas.

    A host method is reached if and only if the gas covers what was used up to it; the frame
    succeeds if and only if the gas covers the total; what fails for gas alone leaves -1.
    """
    where = f"{where}, gas {gas}"
    outcome = frame(metered, counter, gas)
    total = needed(whole)
    succeeded = outcome.ending == RETURNED or outcome.ending.startswith(HOST_STOP)
    agree("success", succeeded, total is not None and gas >= total, where)
    agree("host calls", outcome.calls, _reached(whole.calls, gas), where)
    if succeeded:
        agree("ending", outcome.ending, whole.ending, where)
        agree("gas used", outcome.used, whole.used, where)
        agree("state", outcome.state, whole.state, where)
    elif total is not None:
        agree("counter", outcome.left, OUT_OF_GAS, where)


def _reached(calls: tuple[HostCall, ...], gas: int) -> tuple[HostCall, ...]:
    return tuple(call for call in calls if call.used <= gas)
