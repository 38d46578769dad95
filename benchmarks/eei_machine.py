"""A machine of one form, and the time that messages take on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from evm_wasm.engine import NativeCache
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Message, Outcome, Status
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm import Vm
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import HOST, MODULE

FORMS: Final = (HOST, MODULE)
SENDER: Final = Address(b"\x5e" * 20)
CALLED: Final = Address(b"\xc0" * 20)
MUCH_GAS: Final = 10**12

_BLOCK: Final = BlockContext(
    number=1,
    timestamp=1,
    coinbase=SENDER,
    difficulty=1,
    gas_limit=10**9,
    block_hash=lambda number: keccak256(str(number).encode()),
)


class Bench:
    """A machine of one form and a state."""

    def __init__(self, form: str, native: NativeCache | None = None) -> None:
        self.vm = Vm(BYZANTIUM, "particles", eei=form, native=native)
        self._state = State(WorldState.EMPTY)
        self._state.set_balance(SENDER, 10**18)

    def install(self, code: bytes, address: Address = CALLED) -> None:
        """Gives an account another code."""
        self._state.set_code(address, code)

    def create(self, init_code: bytes, address: Address) -> None:
        """Creates a contract at an address."""
        _succeed(self._run(address, init_code, CallKind.CREATE))

    def send(self, to: Address = CALLED, data: bytes = b"") -> None:
        """Runs a message that has to succeed."""
        _succeed(self._run(to, data, CallKind.CALL))

    def time(self, to: Address = CALLED, data: bytes = b"", *, count: int = 1) -> float:
        """Processor time of a message in nanoseconds, the mean of some; all of them are undone.

        The message may revert.
        """
        mark = self._state.checkpoint()
        before = time.process_time_ns()
        for _ in range(count):
            outcome = self._run(to, data, CallKind.CALL)
        after = time.process_time_ns()
        self._state.revert(mark)
        if outcome.status is Status.FAILURE:
            _succeed(outcome)
        return (after - before) / count

    def _run(self, to: Address, data: bytes, kind: CallKind) -> Outcome:
        context = TransactionContext(origin=SENDER, gas_price=1)
        return Execution(self.vm, self._state, _BLOCK, context).run(
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


def _succeed(outcome: Outcome) -> None:
    if outcome.status is not Status.SUCCESS:
        raise RuntimeError(f"the contract failed: {outcome.halt} {outcome.detail}")


def least(rounds: int, *tasks: Callable[[], float]) -> list[float]:
    """The least that each task says it took; the tasks take turns."""
    times = [float("inf")] * len(tasks)
    for _ in range(rounds):
        for place, task in enumerate(tasks):
            times[place] = min(times[place], task())
    return times
