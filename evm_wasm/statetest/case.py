"""What a state test file says, and what became of each of its cases."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.model.block import BlockContext
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.types import Hash32
from evm_wasm.state.world import WorldState


@dataclass(frozen=True, slots=True)
class Indexes:
    """Which of the alternatives of a transaction a case takes."""

    data: int
    gas: int
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One transaction on one state, with what has to come out.

    Attributes:
        fork: Name of the rules.
        indexes: Which alternatives the transaction was made of.
        transaction: What runs.
        state_root: Of the state afterwards.
        logs_hash: keccak256 of the RLP list of the logs.
        exception: Why the transaction must be refused, in the words of the file; None if it must
            be accepted. The state root is then that of the state before.
    """

    fork: str
    indexes: Indexes
    transaction: Transaction
    state_root: Hash32
    logs_hash: Hash32
    exception: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTest:
    """One test: a block, a state and the cases of the forks we know.

    Attributes:
        name: Its member name in the file.
        schedule: Prices of instructions the test was written for, None where it does not say.
        block: The block the transaction runs in.
        world: The state before.
        cases: In the order of the file; at least one.
    """

    name: str
    schedule: str | None
    block: BlockContext
    world: WorldState
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What became of a case.

    Attributes:
        file: As the path was given.
        name: Of the test.
        fork: Name of the rules.
        indexes: Which alternatives the transaction was made of.
        state_root: None where the machine could not go on.
        logs_hash: None where the machine could not go on.
        expected_state_root: From the file.
        expected_logs_hash: From the file.
        gas_used: What the sender paid for; None where the transaction was not applied.
        error: What differs, one line; None if the case passes.
    """

    file: str
    name: str
    fork: str
    indexes: Indexes
    state_root: Hash32 | None
    logs_hash: Hash32 | None
    expected_state_root: Hash32
    expected_logs_hash: Hash32
    gas_used: int | None
    error: str | None

    @property
    def passes(self) -> bool:
        """Whether everything is as the file says."""
        return self.error is None


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of a file.

    Attributes:
        file: As the path was given.
        results: One for each case, in the order of the file.
        problem: Why the file could not be run; None if it could.
    """

    file: str
    results: tuple[CaseResult, ...] = ()
    problem: str | None = None
