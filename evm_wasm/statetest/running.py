"""Running state tests: one machine for each pair of rules and prices, its contracts kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evm_wasm.chain.transition import apply_transaction
from evm_wasm.errors import InputError, InvalidTransaction, MachineError
from evm_wasm.model.message import Log
from evm_wasm.model.receipt import Receipt
from evm_wasm.primitives.json_files import read_text
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.rlp import encode
from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.forks import FORKS
from evm_wasm.state.state import State
from evm_wasm.statetest.case import Case, CaseResult, FileReport, StateTest
from evm_wasm.statetest.reading import ALL_FORKS, read_state_tests
from evm_wasm.statetest.stores import Commit, on_store
from evm_wasm.vm import Vm
from injector import InjectorError, Schedule, load_schedule

DEFAULT_SCHEDULE = "none"
"""What the official tests need: instructions cost nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        schedule: Name or file of the prices of instructions; None takes what each test names in
            `_info.schedule`, and `none` where it names nothing.
        forks: Names of the forks whose cases are run.
        store: Kind of store that the state lies in; None for none.
    """

    schedule: str | None = None
    forks: tuple[str, ...] = ALL_FORKS
    store: str | None = None


def logs_hash(logs: Sequence[Log]) -> Hash32:
    """keccak256 of the RLP list of [address, [topic, ...], data], as state tests give it."""
    return keccak256(encode([[log.address, list(log.topics), log.data] for log in logs]))


class Runner:
    """Runs files one after the other."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._machines: dict[tuple[str, str], Vm] = {}

    def run_files(self, files: Sequence[Path]) -> Iterator[FileReport]:
        """One report for each file, in order."""
        return map(self.run_file, files)

    def run_file(self, file: Path) -> FileReport:
        """Runs all tests of a file; a malformed one is reported, not raised."""
        what = str(file)
        try:
            tests = read_state_tests(read_text(file), what=what, forks=self._options.forks)
            schedules = [self._schedule(test, what) for test in tests]
        except InputError as error:
            return FileReport(what, problem=str(error))
        results = [
            self._run_case(what, test, case, schedule)
            for test, schedule in zip(tests, schedules, strict=True)
            for case in test.cases
        ]
        return FileReport(what, tuple(results))

    def _schedule(self, test: StateTest, what: str) -> Schedule:
        name = self._options.schedule or test.schedule or DEFAULT_SCHEDULE
        try:
            return load_schedule(name)
        except InjectorError as error:
            raise InputError(f"{what}: {test.name}._info.schedule: {error}") from error

    def _run_case(self, file: str, test: StateTest, case: Case, schedule: Schedule) -> CaseResult:
        try:
            actual = _apply(self._machine(case.fork, schedule), test, case, self._options.store)
        except MachineError as failure:
            # What the machine keeps may be damaged; the next case gets a new one.
            self._machines.clear()
            actual = _Actual(None, None, None, f"the machine stopped: {failure}")
        return CaseResult(
            file=file,
            name=test.name,
            fork=case.fork,
            indexes=case.indexes,
            state_root=actual.state_root,
            logs_hash=actual.logs_hash,
            expected_state_root=case.state_root,
            expected_logs_hash=case.logs_hash,
            gas_used=actual.gas_used,
            error=actual.error,
        )

    def _machine(self, fork: str, schedule: Schedule) -> Vm:
        key = (fork, schedule.hash)
        if key not in self._machines:
            self._machines[key] = Vm(FORKS[fork], schedule)
        return self._machines[key]


@dataclass(frozen=True, slots=True)
class _Actual:
    """What came out of a case; see `CaseResult`."""

    state_root: Hash32 | None
    logs_hash: Hash32 | None
    gas_used: int | None
    error: str | None


def _apply(machine: Vm, test: StateTest, case: Case, store: str | None) -> _Actual:
    """Applies the transaction and says in what the result differs."""
    with on_store(test.world, store) as (world, commit):
        return _apply_to(State(world), machine, test, case, commit)


def _apply_to(state: State, machine: Vm, test: StateTest, case: Case, commit: Commit) -> _Actual:
    try:
        receipt = apply_transaction(machine, state, test.block, case.transaction)
    except InvalidTransaction as refusal:
        root, logs = test.world.root, logs_hash(())
        problem = f"the transaction was refused: {refusal}" if case.exception is None else ""
        return _Actual(root, logs, None, _difference(case, root, logs, problem))
    root, logs = commit(state.commit()), logs_hash(receipt.logs)
    problem = f"the transaction was accepted, not {case.exception}" if case.exception else ""
    difference = _difference(case, root, logs, problem)
    if difference is not None and receipt.halt is not None:
        difference += f" (the contract failed: {_failure(receipt)})"
    return _Actual(root, logs, receipt.gas.used_gas, difference)


def _difference(case: Case, root: Hash32, logs: Hash32, problem: str) -> str | None:
    """One line about everything that is not as the file says, None if all is."""
    problems = [problem] if problem else []
    if root != case.state_root:
        problems.append("the state root differs")
    if logs != case.logs_hash:
        problems.append("the logs hash differs")
    return "; ".join(problems) or None


def _failure(receipt: Receipt) -> str:
    reason = receipt.halt.value if receipt.halt is not None else ""
    return f"{reason}: {receipt.detail}" if receipt.detail else reason
