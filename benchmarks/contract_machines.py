"""The machines that run a case: ours with and without metering, revm, py-evm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.contract_cases import Case
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Message, Status
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_ADDRESS, Address, Word
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm.contract import ContractCache
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import Vm
from injector import load_schedule

EVM: Final = Path(__file__).resolve().parent / "evm"

GAS: Final = 10**9
SENDER: Final = Address(b"\x11" * 20)
PLACE: Final = Address(b"\x22" * 20)
RECEIVER: Final = Address(bytes(18) + b"\x12\x34")
SUPPLY: Final = 10**15
"""Units of the token that both holders have at the start."""

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
class Machine:
    """Something that runs the case again and again.

    Attributes:
        run: Runs it and gives the output.
        gas: What it cost; 0 where nothing is charged.
    """

    run: Run
    gas: float = 0.0


def own(case: Case, *, metered: bool) -> Machine:
    """Our machine: a whole call with all checks, as a transaction makes it.

    Args:
        case: What to run.
        metered: Otherwise instructions are free and nothing of that is in the module.
    """
    cache = None if metered else ContractCache(load_schedule("none"), BYZANTIUM.limits)
    machine = Vm(BYZANTIUM, "particles", contracts=cache)
    state = State(WorldState.EMPTY)
    state.set_code(PLACE, case.wasm)
    if case.has_storage:
        for holder in (SENDER, RECEIVER):
            state.store(PLACE, _slot(holder), Word(SUPPLY.to_bytes(32, "big")))
    message = Message(
        kind=CallKind.CALL,
        caller=SENDER,
        recipient=PLACE,
        code_address=PLACE,
        value=0,
        moves_value=True,
        input=case.data,
        gas=GAS,
        depth=0,
        is_static=False,
    )
    left = [0]

    def run() -> bytes:
        outcome = Execution(
            machine, state, _BLOCK, TransactionContext(origin=SENDER, gas_price=1)
        ).run(message)
        if outcome.status is not Status.SUCCESS:
            raise MachineFailed(f"{case.name}: {outcome}")
        left[0] = outcome.particles_left
        return outcome.output

    run()
    return Machine(run, GAS - left[0] / machine.scale)


def revm(case: Case) -> Machine | None:
    """The EVM code on revm; None without the package or without code."""
    try:
        import pyrevm  # noqa: PLC0415 - a peer, not always there
    except ImportError:
        return None
    if not case.evm:
        return None
    machine: Any = pyrevm.EVM(spec_id="LONDON")
    place, sender = f"0x{PLACE.hex()}", f"0x{SENDER.hex()}"
    machine.insert_account_info(place, pyrevm.AccountInfo(code=runtime(case.evm)))
    if case.has_storage:
        for holder in (SENDER, RECEIVER):
            machine.insert_account_storage(place, int.from_bytes(holder), SUPPLY)

    def run() -> bytes:
        return bytes(machine.message_call(caller=sender, to=place, calldata=case.data, gas=10**12))

    run()
    # revm counts a whole transaction: without its base price and that of the call data.
    zeros = case.data.count(0)
    return Machine(
        run, machine.result.gas_used - 21_000 - 4 * zeros - 16 * (len(case.data) - zeros)
    )


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
    if case.has_storage:
        for holder in (SENDER, RECEIVER):
            machine.state.set_storage(PLACE, int.from_bytes(holder), SUPPLY)

    def run() -> bytes:
        done = machine.execute_bytecode(SENDER, 1, 10**12, PLACE, SENDER, 0, case.data, code)
        if done.is_error:
            raise MachineFailed(f"{case.name} on py-evm: {done.error!r}")
        return bytes(done.output)

    return Machine(run)


def runtime(name: str) -> bytes:
    """Runtime code of a peer; the token's file has init code, which returns what follows it."""
    code = bytes.fromhex((EVM / f"{name}.hex").read_text(encoding="ascii").strip())
    if name != "token":
        return code
    # RETURN and INVALID end the init code.
    return code[code.index(b"\xf3\xfe") + 2 :]


def _slot(holder: Address) -> Word:
    return Word(holder.rjust(32, b"\0"))
