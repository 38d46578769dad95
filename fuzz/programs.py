"""Random programs of our own, with what `smith` seldom makes: loops that turn, and host calls.

Every function calls only functions before it and every loop counts, so programs end; one loop in
forty misses its bound and turns until gas runs out.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import wasmtime

from fuzz.proof import chance
from fuzz.smith import import_field
from injector.eei_signatures import EEI_SIGNATURES

FUNCTIONS = 5
MOST_DEPTH = 4
_NUMBERS = 6  # i32 locals that statements may use: the parameter first
_COUNTERS = 8  # i32 locals that only loops use
_LONG = _NUMBERS + _COUNTERS  # the one i64 local
_METHODS = ("getGasLeft", "getCallDataSize", "getCaller", "storageStore", "callDataCopy", "log")
_BINARY = ("add", "sub", "mul", "and", "or", "xor", "shl", "shr_u", "rotl", "lt_s", "gt_u", "eq")
_ADDRESS = "(i32.and {} (i32.const 1023))"


def program(proof: str, seed: int) -> bytes:
    """A contract."""
    return bytes(wasmtime.wat2wasm(_Writer(chance(f"program {proof}", seed)).module()))


class _Writer:
    """Writes one program in text form."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.function = 0
        self.depth = 0
        self.loops = 0
        self.calls_left = 0
        self.methods = random.sample(_METHODS, random.randrange(len(_METHODS)))
        self.statements: list[Callable[[], str]] = [
            self.assign, self.assign, self.store, self.choose, self.leave, self.count,
            self.count, self.count, self.host, self.call, self.grow, self.copy, self.switch,
            self.end,
        ]  # fmt: skip

    def module(self) -> str:
        imports = " ".join(import_field(name) for name in [*self.methods, "finish"])
        functions = [self.define(number) for number in range(FUNCTIONS)]
        main = self.define(FUNCTIONS)
        return f"""(module {imports} (type $t (func (param i32) (result i32)))
          (memory (export "memory") 1 {self.random.choice((1, 2, 40))})
          (table 4 funcref) (elem (i32.const 0) $f0 $f1 $f0) {" ".join(functions)} {main}
          (func (export "main") {self.host() if self.methods else ""} (drop (call $f{FUNCTIONS} (i32.const 3))))
          (data (i32.const 8) "some data to work on"))"""

    def define(self, number: int) -> str:
        self.function, self.depth, self.loops = number, 0, 0
        self.calls_left = 3
        locals_ = "i32 " * (_NUMBERS + _COUNTERS - 1) + "i64"
        body = self.block()
        return f"(func $f{number} (type $t) (local {locals_}) {body} {self.value()})"

    def block(self) -> str:
        if self.depth >= MOST_DEPTH:
            return self.assign()
        self.depth += 1
        count = self.random.randrange(1, 5 if self.depth > 1 else 8)
        text = " ".join(self.random.choice(self.statements)() for _ in range(count))
        self.depth -= 1
        return text

    # Expressions

    def value(self, depth: int = 0) -> str:
        kind = self.random.randrange(7 if depth < 3 else 2)
        if kind == 0:
            return f"(i32.const {self.random.choice((0, 1, 2, 7, 31, 1000, -1, -(1 << 31)))})"
        if kind == 1:
            return f"(local.get {self.random.randrange(_NUMBERS)})"
        if kind == 2:
            return f"(i32.load8_u {_ADDRESS.format(self.value(depth + 1))})"
        if kind == 3:
            return f"(i32.eqz {self.value(depth + 1)})"
        if kind == 4:
            long = f"(local.tee {_LONG} (i64.add (local.get {_LONG}) (i64.const 3)))"
            return f"(i32.wrap_i64 {long})"
        name = self.random.choice(_BINARY)
        return f"(i32.{name} {self.value(depth + 1)} {self.value(depth + 1)})"

    def small(self, most: int) -> str:
        return f"(i32.rem_u {self.value()} (i32.const {most}))"

    # Statements

    def assign(self) -> str:
        return f"(local.set {self.random.randrange(_NUMBERS)} {self.value()})"

    def store(self) -> str:
        return f"(i32.store {_ADDRESS.format(self.value())} {self.value()})"

    def choose(self) -> str:
        other = f"(else {self.block()})" if self.random.random() < 0.5 else ""
        return f"(if {self.value()} (then {self.block()}) {other})"

    def leave(self) -> str:
        """A block that is left early."""
        return f"(block {self.block()} (br_if 0 {self.value()}) {self.block()})"

    def switch(self) -> str:
        table = self.random.choice(("0 1", "1 0 0", "0", "1 1 1 0"))
        return f"(block (block (br_table {table} {self.value()})) {self.assign()})"

    def call(self) -> str:
        if not self.function or not self.calls_left:
            return self.assign()
        self.calls_left -= 1
        where = self.random.randrange(_NUMBERS)
        if self.function > 1 and self.random.random() < 0.4:
            code = f"(call_indirect (type $t) {self.value()} {self.small(3)})"
        else:
            code = f"(call $f{self.random.randrange(self.function)} {self.value()})"
        return f"(local.set {where} {code})"

    def host(self) -> str:
        if not self.methods:
            return self.assign()
        name = self.random.choice(self.methods)
        params, results = EEI_SIGNATURES[name]
        arguments = " ".join(f"({kind}.const {self.random.randrange(64)})" for kind in params)
        text = f"(call ${name} {arguments})"
        return f"(drop {text})" if results else text

    def grow(self) -> str:
        return f"(local.set 2 (memory.grow {self.small(2)}))"

    def copy(self) -> str:
        kind = self.random.choice(("copy", "fill"))
        places = f"{_ADDRESS.format(self.value())} {_ADDRESS.format(self.value())}"
        return f"(memory.{kind} {places} {self.small(70)})"

    def end(self) -> str:
        """Seldom the end of the function, or of the frame."""
        kind = self.random.randrange(30)
        if kind == 0:
            return f"(if {self.value()} (then (call $finish (i32.const 0) (i32.const 4))))"
        if kind == 1:
            return f"(if (i32.eq {self.value()} (i32.const 77)) (then unreachable))"
        if kind < 6:
            return f"(if {self.value()} (then (return {self.value()})))"
        return "nop"

    def count(self) -> str:
        """A loop with a counter of its own; the forms that compilers write."""
        if self.loops >= _COUNTERS:
            return self.assign()
        counter = _NUMBERS + self.loops
        self.loops += 1
        random = self.random
        step, turns = random.choice((1, 1, 2, 4, 8, -1, -3)), random.randrange(1, 7)
        first = random.choice((0, 0, 5, -40, (1 << 31) - 3, -(1 << 31)))
        missed = random.choice((0,) * 39 + (1,))  # the counter passes the bound
        bound = _signed(first + step * turns + (missed if abs(step) > 1 else 0))
        start = f"(local.set {counter} (i32.const {first}))"
        limit = f"(i32.const {bound})"
        if random.random() < 0.3:  # a bound that does not change, but is not written down
            start += f" (local.set 5 {limit})"
            limit = "(local.get 5)"
        body = self.block() if random.random() < 0.6 else random.choice((self.assign, self.store))()
        move = f"(i32.add (local.get {counter}) (i32.const {step}))"
        if random.random() < 0.3:
            move = f"(i32.sub (local.get {counter}) (i32.const {-step}))"
        test = self.compare(first, bound, step)
        if random.random() < 0.6:
            again = f"({test} (local.tee {counter} {move}) {limit})"
            return f"{start} (loop {body} (br_if 0 {again}))"
        again = f"({test} (local.get {counter}) {limit})"
        moved = f"(local.set {counter} {move})"
        if random.random() < 0.5:
            return f"{start} (loop {body} {moved} (br_if 0 {again}))"
        return f"{start} (block (loop (br_if 1 (i32.eqz {again})) {body} {moved} (br 0)))"

    def compare(self, first: int, bound: int, step: int) -> str:
        """A comparison that holds until the counter is at the bound."""
        tests = ["i32.ne"]
        if (first < bound) == (step > 0):
            tests += ["i32.lt_s"] if step > 0 else ["i32.gt_s"]
        mask = (1 << 32) - 1
        if ((first & mask) < (bound & mask)) == (step > 0):
            tests += ["i32.lt_u"] if step > 0 else ["i32.gt_u"]
        return self.random.choice(tests)


def _signed(value: int) -> int:
    """The i32 of the same bits."""
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)
