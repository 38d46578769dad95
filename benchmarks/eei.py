"""The interface in Python and inside the module, side by side: calls, messages, frames.

    python -m benchmarks.eei [--quick]

Both forms take turns; each figure is the least of its rounds, in processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from benchmarks.machine import facts
from benchmarks.report import table
from evm_wasm.abi.functions import encode_call, parse_signature
from evm_wasm.eei.runtime import INSIDE
from evm_wasm.eei.table import TABLE
from evm_wasm.engine import wat_to_wasm
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Message, Outcome, Status
from evm_wasm.primitives.types import Address
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm import Vm, run_deep
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import HOST, MODULE

FORMS: Final = (HOST, MODULE)
SENDER: Final = Address(b"\x5e" * 20)
CALLED: Final = Address(b"\xc0" * 20)
CREATED: Final = Address(b"\xc1" * 20)
TOKEN: Final = Path(__file__).parents[1] / "contracts" / "token"
MUCH_GAS: Final = 10**12
LEFT_OUT: Final = frozenset({"finish", "revert", "log"})
"""Methods that end the frame, or whose work depends on what they are given."""

_BLOCK: Final = BlockContext(
    number=1, timestamp=1, coinbase=SENDER, difficulty=1, gas_limit=10**9, block_hash=lambda _: None
)


class Bench:
    """A machine of one form with an account of code."""

    def __init__(self, form: str) -> None:
        self._vm = Vm(BYZANTIUM, "particles", eei=form)
        self._state = State(WorldState.EMPTY)
        self._state.set_balance(SENDER, 10**18)

    def install(self, code: bytes) -> None:
        """Gives the called account another code."""
        self._state.set_code(CALLED, code)

    def create(self, init_code: bytes) -> Address:
        """Creates a contract."""
        created = self.send(CREATED, init_code, CallKind.CREATE).created
        if created is None:
            raise RuntimeError("the creation failed")
        return created

    def send(self, to: Address, data: bytes, kind: CallKind = CallKind.CALL) -> Outcome:
        """Runs a message that has to succeed."""
        context = TransactionContext(origin=SENDER, gas_price=1)
        outcome = Execution(self._vm, self._state, _BLOCK, context).run(
            Message(
                kind=kind,
                caller=SENDER,
                recipient=to,
                code_address=to,
                value=0,
                moves_value=False,
                input=data,
                gas=MUCH_GAS,
                depth=0,
                is_static=False,
            )
        )
        if outcome.status is not Status.SUCCESS:
            raise RuntimeError(f"the contract failed: {outcome.halt} {outcome.detail}")
        return outcome


def least(rounds: int, *tasks: Callable[[], object]) -> list[float]:
    """The least processor time of each task, in nanoseconds; the tasks take turns."""
    times = [float("inf")] * len(tasks)
    for _ in range(rounds):
        for place, task in enumerate(tasks):
            before = time.process_time_ns()
            task()
            times[place] = min(times[place], time.process_time_ns() - before)
    return times


def calling(method: str | None, turns: int) -> bytes:
    """A contract that calls a method again and again; without one the loop alone."""
    call, imported = "", ""
    if method is not None:
        row = TABLE[method]
        zero = {"i32": "(i32.const 0)", "i64": "(i64.const 0)"}
        call = f"(call $method {' '.join(zero[kind] for kind in row.wasm_params)})"
        call = call if row.result is None else f"(drop {call})"
        params = f"(param {' '.join(row.wasm_params)})" if row.params else ""
        result = f"(result {row.result})" if row.result else ""
        imported = f'(import "ethereum" "{method}" (func $method {params} {result}))'
    text = f"""(module {imported} (memory (export "memory") 1)
      (func (export "main") (local i32) (local.set 0 (i32.const {turns})) (loop {call}
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))"""
    return wat_to_wasm(text, what="the benchmark")


def per_call(turns: dict[str, int], rounds: int) -> list[tuple[str, ...]]:
    """Nanoseconds for each call of a method, in both forms."""
    rows = []
    for method in sorted(set(INSIDE) - LEFT_OUT):
        row = [f"`{method}`"]
        for form in FORMS:
            bench, count = Bench(form), turns[form]
            times = []
            for name in (None, method):
                bench.install(calling(name, count))
                times += least(rounds, lambda bench=bench: bench.send(CALLED, b""))  # type: ignore[misc]
            row.append(f"{max(0.0, (times[1] - times[0]) / count):,.1f}")
        rows.append(tuple(row))
    return rows


def per_message(count: int, rounds: int) -> list[tuple[str, ...]]:
    """Microseconds for whole messages, warm, in both forms."""
    signature = parse_signature("transfer(address,uint64)", what="transfer")
    transfer = encode_call(signature, ["0x" + "11" * 20, "1"], what="transfer")
    empty = wat_to_wasm('(module (memory (export "memory") 1) (func (export "main")))', what="-")
    tasks: dict[str, list[Callable[[], object]]] = {"a token transfer": [], "an empty frame": []}
    for form in FORMS:
        bench = Bench(form)
        token = bench.create((TOKEN / "token_deploy.wasm").read_bytes())
        bench.install(empty)
        for name, to, data in (
            ("a token transfer", token, transfer),
            ("an empty frame", CALLED, b""),
        ):
            tasks[name].append(lambda b=bench, to=to, data=data: _repeat(b, to, data, count))  # type: ignore[misc]
    return [
        (name, *(f"{each / count / 1_000:,.1f}" for each in least(rounds, *both)))
        for name, both in tasks.items()
    ]


def _repeat(bench: Bench, to: Address, data: bytes, count: int) -> None:
    for _ in range(count):
        bench.send(to, data)


@click.command()
@click.option("--quick", is_flag=True, help="Few rounds: to see that it works.")
def main(*, quick: bool) -> None:
    """Measure both forms and print the figures."""
    rounds = 2 if quick else 7
    turns = {HOST: 200, MODULE: 1_000} if quick else {HOST: 2_000, MODULE: 100_000}
    calls, messages = run_deep(
        lambda: (per_call(turns, rounds), per_message(20 if quick else 200, rounds))
    )
    for name, value in facts(None).items():
        click.echo(f"- {name}: {value}")
    click.echo("\n## Nanoseconds for a call\n\n" + table(("method", *FORMS), calls))
    click.echo("\n## Microseconds for a message\n\n" + table(("message", *FORMS), messages))


if __name__ == "__main__":
    main()
