"""The machines that run a case: ours with and without metering, revm, py-evm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.contract_cases import SENDER, Case
from evm_wasm.eei.runtime import runtime as eei_runtime
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Message, Status
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_ADDRESS, Address, Word
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm.contract import ContractCache
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import MODULE, Vm
from injector import load_runtime, load_schedule

EVM: Final = Path(__file__).resolve().parent / "evm"

GAS: Final = 10**9
PLACE: Final = Address(b"\x22" * 20)
PY_EVM_GAS: Final = 5_000_000
"""What costs more is not asked of py-evm: it would take tens of seconds or minutes."""

_BLOCK: Final = BlockContext(
    number=1,
    timestamp=1,
    coinbase=ZERO_ADDRESS,
    difficulty=1,
    gas_limit=GAS,
    block_hash=lambda _: keccak256(b""),
)

Run = Callable[[], bytes]


class MachineFailed(Exception):
    """A machine did not do what was asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What machines have to agree on.

    Attributes:
        output: Of the call.
        logs: Address, topics and data of each.
    """

    output: bytes
    logs: tuple[tuple[bytes, tuple[bytes, ...], bytes], ...]


@dataclass(frozen=True, slots=True)
class Machine:
    """Something that runs the case again and again.

    Attributes:
        run: Runs it and gives the output.
        answer: Runs it and gives all that can be compared.
        gas: What its first run cost.
    """

    run: Run
    answer: Callable[[], Answer]
    gas: float


def own(case: Case, *, metered: bool, eei: str | None = None) -> Machine:
    """Our machine: a whole call with all checks, as a transaction makes it.

    Args:
        case: What to run.
        metered: Otherwise instructions are free and nothing of that is in the module.
        eei: Form of the EEI; the machine's default without.
    """
    machine = Vm(BYZANTIUM, "particles", eei=eei)
    if not metered:
        linked = None
        if machine.eei == MODULE:
            linked = load_runtime(eei_runtime(BYZANTIUM, machine.scale, counts_steps=False))
        free = ContractCache(load_schedule("none"), BYZANTIUM.limits, runtime=linked)
        machine = Vm(BYZANTIUM, "particles", eei=eei, contracts=free)
    state = State(WorldState.EMPTY)
    state.set_code(PLACE, case.wasm)
    for slot, value in case.storage.items():
        state.store(PLACE, _word(slot), _word(value))
    message = _message(case.data)
    left = [0]

    def run() -> bytes:
        outcome = Execution(
            machine, state, _BLOCK, TransactionContext(origin=SENDER, gas_price=1)
        ).run(message)
        if outcome.status is not Status.SUCCESS:
            raise MachineFailed(f"{case.name}: {outcome}")
        left[0] = outcome.particles_left
        return outcome.output

    def answer() -> Answer:
        state.finish_transaction(delete_empty=True)
        output = run()
        return Answer(output, tuple((log.address, log.topics, log.data) for log in state.logs))

    run()
    return Machine(run, answer, GAS - left[0] / machine.scale)


def _message(data: bytes) -> Message:
    return Message(
        kind=CallKind.CALL,
        caller=SENDER,
        recipient=PLACE,
        code_address=PLACE,
        value=0,
        moves_value=True,
        input=data,
        gas=GAS,
        depth=0,
        is_static=False,
    )


def revm(case: Case) -> Machine | None:
    """The EVM code on revm; None without the package or without code.

    Its gas is too low for code with storage: slots that were filled from outside count as used.
    """
    try:
        import pyrevm  # noqa: PLC0415 - a peer, not always there
    except ImportError:
        return None
    if not case.evm:
        return None
    machine: Any = pyrevm.EVM(spec_id="LONDON")
    place, sender = f"0x{PLACE.hex()}", f"0x{SENDER.hex()}"
    machine.insert_account_info(place, pyrevm.AccountInfo(code=runtime(case.evm)))
    for slot, value in case.storage.items():
        machine.insert_account_storage(place, slot, value)

    def run() -> bytes:
        return bytes(machine.message_call(caller=sender, to=place, calldata=case.data, gas=10**12))

    def answer() -> Answer:
        output = run()
        found = ((log.address, *log.data) for log in machine.result.logs)
        logs = ((bytes.fromhex(place[2:]), tuple(topics), data) for place, topics, data in found)
        return Answer(output, tuple(logs))

    run()
    # revm counts a whole transaction: without its base price and that of the call data.
    zeros = case.data.count(0)
    gas = machine.result.gas_used - 21_000 - 4 * zeros - 16 * (len(case.data) - zeros)
    return Machine(run, answer, gas)


def py_evm(case: Case) -> Machine | None:
    """The EVM code on py-evm; None without the package or without code."""
    try:
        from eth.chains.base import MiningChain  # noqa: PLC0415 - a peer, not always there
        from eth.db.atomic import AtomicDB  # noqa: PLC0415
        from eth.vm.forks.london import LondonVM  # noqa: PLC0415
    except ImportError:
        return None
    if not case.evm:
        return None
    kind: Any = MiningChain.configure(__name__="Peer", vm_configuration=((0, LondonVM),))
    genesis = {"difficulty": 1, "gas_limit": GAS, "timestamp": 1}
    machine: Any = kind.from_genesis(AtomicDB(), genesis, {}).get_vm()
    code = runtime(case.evm)
    for slot, value in case.storage.items():
        machine.state.set_storage(PLACE, slot, value)
    # What was stored up to here is the original value of the transaction.
    machine.state.lock_changes()

    def execute() -> Any:  # noqa: ANN401 - py-evm's
        done = machine.execute_bytecode(SENDER, 1, 10**12, PLACE, SENDER, 0, case.data, code)
        if done.is_error:
            raise MachineFailed(f"{case.name} on py-evm: {done.error!r}")
        return done

    def answer() -> Answer:
        done = execute()
        logs = (
            (bytes(place), tuple(map(_word, topics)), bytes(data))
            for place, topics, data in done.get_log_entries()
        )
        return Answer(bytes(done.output), tuple(logs))

    gas = execute().get_gas_used()
    return Machine(lambda: bytes(execute().output), answer, gas)


def runtime(name: str) -> bytes:
    """Runtime code of a peer; the token's file has init code, which returns what follows it."""
    code = bytes.fromhex((EVM / f"{name}.hex").read_text(encoding="ascii").strip())
    if name != "token":
        return code
    # RETURN and INVALID end the init code.
    return code[code.index(b"\xf3\xfe") + 2 :]


def _word(number: int) -> Word:
    return Word(number.to_bytes(32, "big"))
