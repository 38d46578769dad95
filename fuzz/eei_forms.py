"""The interface in the host and in the module, in new and in used instances.

The same outcome for the same two transactions, one after the other.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import cache

from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Log, Message, Outcome, Status
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm import Vm, run_deep
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import HOST, MODULE
from fuzz.eei_programs import CONTRACTS, STRANGERS, Scene, scene
from fuzz.eei_smith import writing_contract
from fuzz.proof import Tally, agree, chance
from fuzz.smith import contract_module

FORMS = tuple((eei, reuses) for eei in (HOST, MODULE) for reuses in (False, True))
TRANSACTIONS = 2
CASES_OF_A_MACHINE = 200  # all of a dozen machines keep their contracts, which take mappings
SCHEDULES = ("none", "particles", "unit")
SENDER = Address(b"\x5e" * 20)
STEPS = 2_000_000  # a program under `none` that takes more is too long to compare

_BLOCK = BlockContext(
    number=1_000,
    timestamp=1_500_000_000,
    coinbase=Address(b"\xcb" * 20),
    difficulty=2**255 + 3,
    gas_limit=10**9,
    block_hash=lambda number: keccak256(str(number).encode()),
)


@dataclass(frozen=True, slots=True)
class Traces:
    """All that a transaction leaves behind.

    Attributes:
        outcome: Of its message, without the backtrace: it names functions of the metered module.
        eei: Gas that methods charged.
        burned: Particles that failed frames had left.
        steps: Left under schedule `none`.
        refund: The refund counter.
        logs: All logs.
        storage: The slots that changed.
        root: Of the state afterwards.
    """

    outcome: tuple[object, ...]
    eei: int
    burned: int
    steps: int
    refund: int
    logs: tuple[Log, ...]
    storage: dict[Address, dict[Word, tuple[Word, Word]]]
    root: Hash32


def sequences_agree(seed: int) -> Tally:
    """Contracts that call the interface and each other."""
    return _compare(scene(seed), seed)


def contracts_of_smith_agree(seed: int) -> Tally:
    """Contracts by `smith` that import methods."""
    random = chance("eei smith", seed)
    codes = tuple(contract_module("eei forms", 4 * seed + 2 * number) for number in range(2))
    data = random.randbytes(random.choice((0, 33)))
    return _compare(Scene((*codes, b""), random.choice((50_000, 500_000)), 0, data, False), seed)


def writing_contracts_of_smith_agree(seed: int) -> Tally:
    """Contracts by `smith` that log and store."""
    random = chance("eei writing smith", seed)
    codes = tuple(writing_contract("eei writing", 2 * seed + number) for number in range(2))
    data = random.randbytes(random.choice((0, 64)))
    gas = random.choice((60_000, 2_000_000, 2_000_000))
    return _compare(Scene((*codes, b""), gas, 0, data, False), seed)


def _compare(case: Scene, seed: int) -> Tally:
    schedule = SCHEDULES[seed % len(SCHEDULES)]
    if seed % CASES_OF_A_MACHINE == 0:
        _machine.cache_clear()
        gc.collect()
    slow, *others = (run_deep(_run, case, schedule, *form) for form in FORMS)
    for form, other in zip(FORMS[1:], others, strict=True):
        for number, (left, expected) in enumerate(zip(other, slow, strict=True)):
            for field in Traces.__slots__:
                ours, theirs = getattr(left, field), getattr(expected, field)
                agree(field, ours, theirs, seed, schedule, *form, number)
    tally = Tally()
    for traces in slow:
        status = Status(traces.outcome[0]).name.lower()  # type: ignore[arg-type] # the first is one
        tally += Tally(
            {
                f"ends in {status}": 1,
                "logs": len(traces.logs),
                "slots": sum(len(slots) for slots in traces.storage.values()),
                "with refund": int(traces.refund > 0),
            }
        )
    return tally


@cache
def _machine(schedule: str, eei: str, *, reuses: bool) -> Vm:
    contracts = None if reuses else _machine(schedule, eei, reuses=True).contracts
    return Vm(
        BYZANTIUM,
        schedule,
        eei=eei,
        step_limit=STEPS,
        contracts=contracts,
        reuses_instances=reuses,
    )


def _run(case: Scene, schedule: str, eei: str, reuses: bool) -> list[Traces]:
    """What the case leaves behind, when it is run again and again."""
    machine, state = _machine(schedule, eei, reuses=reuses), State(_world(case))
    return [_transaction(machine, state, case) for _ in range(TRANSACTIONS)]


def _transaction(machine: Vm, state: State, case: Scene) -> Traces:
    context = TransactionContext(origin=SENDER, gas_price=7)
    execution = Execution(machine, state, _BLOCK, context)
    outcome = execution.run(
        Message(
            kind=CallKind.CALL,
            caller=SENDER,
            recipient=CONTRACTS[0],
            code_address=CONTRACTS[0],
            value=case.value,
            moves_value=True,
            input=case.data,
            gas=case.gas,
            depth=0,
            is_static=case.is_static,
        )
    )
    refund, logs = state.refund, state.logs
    state.finish_transaction(delete_empty=True)
    storage = {address: dict(slots) for address, slots in state.storage_changes().items()}
    tally = execution.tally
    return Traces(
        outcome=_shown(outcome),
        eei=tally.eei,
        burned=tally.burned,
        steps=tally.steps_left,
        refund=refund,
        logs=logs,
        storage=storage,
        root=state.commit().root,
    )


def _shown(outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.status,
        outcome.particles_left,
        outcome.output,
        outcome.created,
        outcome.halt,
        outcome.detail,
    )


def _world(case: Scene) -> WorldState:
    state = State(WorldState.EMPTY)
    state.set_balance(SENDER, 10**18)
    state.set_balance(STRANGERS[0], 10**18)
    for address, code in zip(CONTRACTS, case.codes, strict=True):
        state.set_code(address, code)
        state.set_balance(address, 10**6)
        for number in range(0, 12, 3):
            key = Word(number.to_bytes(8, "big") + bytes(24))
            state.store(address, key, Word(bytes(31) + b"\1"))
    state.finish_transaction(delete_empty=False)
    world = state.commit()
    if not isinstance(world, WorldState):
        raise TypeError("a world in memory stays one")
    return world
