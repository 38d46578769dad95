"""Recursion ends with our limit on the stack, never with the engine's, at one depth."""

from __future__ import annotations

from random import Random

import wasmtime

from fuzz.engine import Run
from fuzz.proof import Disagreement, Tally, agree, chance
from injector import Limits, instrument
from injector.charges import STACK_EXHAUSTED

PLENTY = 1 << 60
ENGINES = tuple((stack, level) for stack in (1 << 20, 2 << 20) for level in ("none", "speed"))
"""Bytes of native stack, what the machine uses and twice that, and levels of optimisation."""
LIMITS = Limits()
_TYPES = ("i32", "i64", "f32", "f64")
DEPTH = "(global.set $depth (i32.add (global.get $depth) (i32.const 1)))"


def recursion_is_limited(seed: int) -> Tally:
    """A random set of functions that call each other without end."""
    wasm = bytes(wasmtime.wat2wasm(_Recursive(chance("recursion", seed)).module()))
    counters = ("global",)
    tally = Tally()
    for counter in counters:
        metered = instrument(wasm, policy="core", schedule="unit", counter=counter)
        depths = []
        for stack, level in ENGINES:
            run = Run(metered, counter, PLENTY, stack, level)
            run.instantiate()
            outcome = run.call("main")
            if outcome.left != STACK_EXHAUSTED:
                raise Disagreement(f"seed {seed}, stack {stack}, level {level}: {outcome}")
            depths.append(run.export("depth").value(run.store))
        agree("depths", depths, depths[:1] * len(ENGINES), f"seed {seed}, counter {counter}")
        tally["recursions"] += 1
    return tally


class _Recursive:
    """Writes functions with frames of any size that keep their values across the calls."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.functions = random.randrange(1, 5)
        self.kinds = [self.signature() for _ in range(self.functions)]

    def signature(self) -> tuple[list[str], list[str]]:
        """Types of the parameters and results; the first parameter is an i32."""
        random = self.random
        params = random.choice((0, 0, 1, 3, 12, LIMITS.params - 1))
        results = random.choice((0, 1, 1, 2, LIMITS.results))
        return (
            ["i32", *(random.choice(_TYPES) for _ in range(params))],
            [random.choice(_TYPES) for _ in range(results)],
        )

    def module(self) -> str:
        types = " ".join(
            f"(type $t{i} (func (param {' '.join(params)}) (result {' '.join(results)})))"
            for i, (params, results) in enumerate(self.kinds)
        )
        names = " ".join(f"$f{i}" for i in range(self.functions))
        functions = " ".join(self.function(i) for i in range(self.functions))
        arguments = " ".join(f"({kind}.const 1)" for kind in self.kinds[0][0])
        drops = "(drop)" * len(self.kinds[0][1])
        return f"""(module {types} (memory 1) (table funcref (elem {names}))
          (global $depth (export "depth") (mut i32) (i32.const 0)) {functions}
          (func (export "main") {arguments} call $f0 {drops}))"""

    def function(self, number: int) -> str:
        """Load many values, call, then use them all: they must be kept in between."""
        random = self.random
        params, results = self.kinds[number]
        room = LIMITS.locals_per_function - len(params)
        count = random.choice((0, 1, 5, 40, 300, room))
        operands = random.choice((0, 0, 1, 20, 500, 3_000))
        kinds = [random.choice(_TYPES) for _ in range(count)]
        first = len(params)
        fill = " ".join(
            f"(local.set {first + i} {self.load(kind)})" for i, kind in enumerate(kinds)
        )
        deep = [random.choice(_TYPES) for _ in range(operands)]
        # A store takes its address from below the value, so both are pushed.
        pushes = " ".join(f"(i32.const 0) {self.load(kind)}" for kind in deep)
        calls = " ".join(self.call(number) for _ in range(random.choice((1, 1, 2))))
        pops = " ".join(f"{kind}.store offset={8 * (i % 900)}" for i, kind in
                        enumerate(reversed(deep)))  # fmt: skip
        keep = " ".join(
            f"({kind}.store offset={i % 5_000} (i32.const 0) (local.get {first + i}))"
            for i, kind in enumerate(kinds)
        )
        params_kept = " ".join(
            f"({kind}.store offset={i} (i32.const 0) (local.get {i}))"
            for i, kind in enumerate(params)
        )
        values = " ".join(self.load(kind) for kind in results)
        again = self.computed(random.choice((0, 0, 10, 300, 3_000)))
        if random.random() < 0.3:
            calls = f"(loop {again} {calls} (br_if 0 (i32.load (i32.const 0))))"
        locals_ = f"(local {' '.join(kinds)})" if kinds else ""
        return f"""(func $f{number} (type $t{number}) {locals_} {DEPTH} {fill} {again} {pushes}
          {calls} {again} {pops} {keep} {params_kept} {values})"""

    def computed(self, count: int) -> str:
        """Stores of what the first parameter gives: computed twice, an engine may keep it."""
        return " ".join(
            f"(i32.store offset={4 * (i % 1_000)} (i32.const 4096)"
            f" (i32.mul (local.get 0) (i32.const {2 * i + 3})))"
            for i in range(count)
        )

    def load(self, kind: str) -> str:
        return f"({kind}.load offset={self.random.randrange(4_000)} (i32.const 0))"

    def call(self, number: int) -> str:
        """Call any function, directly or through the table, and drop what it returns."""
        random = self.random
        callee = random.randrange(self.functions) if random.random() < 0.7 else number
        params, results = self.kinds[callee]
        arguments = " ".join(
            f"(local.get {i})" if i < len(self.kinds[number][0]) and self.kinds[number][0][i] == kind
            else self.load(kind)
            for i, kind in enumerate(params)
        )  # fmt: skip
        code = f"call $f{callee}"
        if random.random() < 0.4:
            code = f"i32.const {callee} call_indirect (type $t{callee})"
        return f"{arguments} {code} {' '.join(['drop'] * len(results))}"
