"""Random contracts that end: nested loops, branches, calls and host calls, as text.

`wasm-tools smith` rarely makes loops that turn and end; these do. Every loop counts a local of its
own down, every call hands on a smaller budget.
"""

from __future__ import annotations

import random

import wasmtime

_OPERATIONS = ("add", "sub", "mul", "xor", "and", "or", "shr_u", "rotl")
_LOCALS = 4  # parameter 0 and three more
_MOST_LOOPS = 6


class _Generator:
    """Writes one module."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._functions = self._random.randint(1, 5)
        self._labels: list[str] = []
        self._loops: list[tuple[str, int]] = []
        self._used_loops = 0
        self._serial = 0
        self._left = 0

    def module(self) -> str:
        functions = " ".join(self._function(index) for index in range(self._functions))
        table = " ".join(f"$f{index}" for index in range(self._functions))
        return f"""(module
          (import "ethereum" "getBlockNumber" (func $host (result i64)))
          (type $t (func (param i32) (result i32)))
          (memory (export "memory") 1 200)
          (table {self._functions} funcref) (elem (i32.const 0) {table})
          {functions}
          (func (export "main") (local i32) {self._main()}))"""

    def _main(self) -> str:
        calls = [
            f"(i32.store (i32.const {4 * index}) (call $f{index} (i32.const {index + 2})))"
            for index in range(self._functions)
        ]
        return " ".join(calls)

    def _function(self, index: int) -> str:
        self._labels, self._loops, self._used_loops = [], [], 0
        self._left = self._random.choice((3, 10, 25))
        result = self._random.random()
        body = self._body(3)
        locals_ = "(local i32 i32 i32" + " i32" * _MOST_LOOPS + ")"
        end = self._value()
        if result < 0.3:
            end = f"(block (result i32) {end} (br_if 0 {self._value()}) drop {self._value()})"
        return f"(func $f{index} (type $t) {locals_} {body} {end})"

    def _body(self, depth: int) -> str:
        count = self._random.randint(0, 4)
        return " ".join(self._statement(depth) for _ in range(count))

    def _label(self) -> str:
        self._serial += 1
        return f"$l{self._serial}"

    def _value(self) -> str:
        kind = self._random.random()
        if kind < 0.3:
            return f"(i32.const {self._random.choice((0, 1, 2, 3, 7, 100, -1))})"
        if kind < 0.7:
            return f"(local.get {self._random.randrange(_LOCALS)})"
        operation = self._random.choice(_OPERATIONS)
        return f"(i32.{operation} {self._value()} {self._value()})"

    def _statement(self, depth: int) -> str:
        self._left -= 1
        if self._left < 0:
            return "nop"
        makers = [self._set, self._set, self._host, self._call, self._leave, self._bulk]
        if depth:
            makers += [self._if, self._if, self._block, self._loop, self._loop, self._switch]
        return self._random.choice(makers)(depth)

    def _set(self, depth: int) -> str:
        return f"(local.set {self._random.randrange(_LOCALS)} {self._value()})"

    def _host(self, depth: int) -> str:
        return "(drop (call $host))"

    def _call(self, depth: int) -> str:
        target = self._random.randrange(self._functions)
        budget = "(i32.shr_u (local.get 0) (i32.const 1))"
        call = f"(call $f{target} {budget})"
        if self._random.random() < 0.3:
            call = f"(call_indirect (type $t) {budget} (i32.const {target}))"
        small = "(i32.lt_u (local.get 0) (i32.const 32))"
        guard = f"(i32.and {small} (i32.ne (local.get 0) (i32.const 0)))"
        return f"(if {guard} (then (local.set 1 {call})))"

    def _leave(self, depth: int) -> str:
        kind = self._random.random()
        if kind < 0.2:
            return f"(if {self._value()} (then (return {self._value()})))"
        if self._loops and kind < 0.5:
            label, counter = self._random.choice(self._loops)
            again = f"(local.set {counter} (i32.sub (local.get {counter}) (i32.const 1)))"
            return (
                f"(if (i32.gt_s (local.get {counter}) (i32.const 0)) (then {again} (br {label})))"
            )
        if self._labels:
            label = self._random.choice(self._labels)
            if kind < 0.6:
                return f"(br {label})"
            return f"(br_if {label} {self._value()})"
        return "nop"

    def _bulk(self, depth: int) -> str:
        kind = self._random.random()
        if kind < 0.4:
            length = f"(i32.and {self._value()} (i32.const 127))"
            return f"(memory.fill (i32.const 64) (i32.const 1) {length})"
        if kind < 0.7:
            return "(drop (memory.grow (i32.and (local.get 0) (i32.const 1))))"
        return f"(i32.store (i32.const 32) {self._value()})"

    def _if(self, depth: int) -> str:
        then = self._body(depth - 1)
        if self._random.random() < 0.5:
            return f"(if {self._value()} (then {then}))"
        return f"(if {self._value()} (then {then}) (else {self._body(depth - 1)}))"

    def _block(self, depth: int) -> str:
        label = self._label()
        self._labels.append(label)
        body = self._body(depth - 1)
        self._labels.pop()
        return f"(block {label} {body})"

    def _loop(self, depth: int) -> str:
        if self._used_loops == _MOST_LOOPS:
            return "nop"
        counter = _LOCALS + self._used_loops
        self._used_loops += 1
        label, outside = self._label(), self._label()
        self._loops.append((label, counter))
        self._labels.append(outside)
        turns = self._random.choice((1, 2, 5))
        if self._random.random() < 0.3:
            self._loops.pop()
            self._labels.pop()
            return self._counted_loop(label, counter, turns)
        body = self._body(depth - 1)
        self._loops.pop()
        self._labels.pop()
        down = f"(local.tee {counter} (i32.sub (local.get {counter}) (i32.const 1)))"
        start = f"(local.set {counter} (i32.const {turns}))"
        if self._random.random() < 0.5:
            turn = f"(br_if {label} (i32.gt_s {down} (i32.const 0)))"
            return f"{start} (block {outside} (loop {label} {body} {turn}))"
        test = f"(br_if {outside} (i32.lt_s (local.get {counter}) (i32.const 1)))"
        next_ = f"(local.set {counter} (i32.sub (local.get {counter}) (i32.const 1))) (br {label})"
        return f"{start} (block {outside} (loop {label} {test} {body} {next_}))"

    def _counted_loop(self, label: str, counter: int, turns: int) -> str:
        """A loop whose turns are known before it starts."""
        step = self._random.choice((1, -1, 3, 4, -8, 20))
        start = self._random.choice((0, 7, -100))
        bound = start + turns * step
        body = " ".join(self._set(0) for _ in range(self._random.randint(0, 3)))
        down = f"(local.tee {counter} (i32.add (local.get {counter}) (i32.const {step})))"
        if self._random.random() < 0.3:
            start, test = -turns * step, down
        elif self._random.random() < 0.5:
            test = f"(i32.ne {down} (i32.const {bound}))"
        else:
            test = f"(i32.ne (i32.const {bound}) {down})"
        head = f"(local.set {counter} (i32.const {start}))"
        return f"{head} (loop {label} {body} (br_if {label} {test}))"

    def _switch(self, depth: int) -> str:
        labels = [self._label() for _ in range(self._random.randint(1, 4))]
        targets = " ".join(self._random.choice(labels) for _ in range(self._random.randint(1, 5)))
        code = f"(br_table {targets} {self._value()})"
        for place, label in enumerate(labels):
            outer = labels[place + 1 :]
            self._labels += outer
            code = f"(block {label} {code}) {self._body(depth - 1)}"
            del self._labels[len(self._labels) - len(outer) :]
        return code


def random_program(seed: int) -> bytes:
    """A contract that imports `getBlockNumber`."""
    return bytes(wasmtime.wat2wasm(random_text(seed)))


def random_text(seed: int) -> str:
    """The same as text: functions `$f0`, `$f1` and so on, then `main`."""
    return _Generator(seed).module()
