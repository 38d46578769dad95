"""What a transaction test file says, and what became of each of its cases."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.primitives.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class Accepted:
    """What follows from an accepted transaction.

    Attributes:
        hash: keccak256 of its bytes.
        sender: Who signed it.
        intrinsic_gas: Its price before any code runs, in gas.
    """

    hash: Hash32
    sender: Address
    intrinsic_gas: int


@dataclass(frozen=True, slots=True)
class Refused:
    """That a transaction must not be accepted, or was not.

    Attributes:
        reason: In the words of the file, or of the refusal.
    """

    reason: str


Verdict = Accepted | Refused


@dataclass(frozen=True, slots=True)
class Case:
    """A transaction under one fork.

    Attributes:
        fork: Name of the rules, one of `TRANSACTION_FORKS`.
        expected: What has to come out.
    """

    fork: str
    expected: Verdict


@dataclass(frozen=True, slots=True)
class TransactionTest:
    """One test: some bytes, and what they are under each fork we know.

    Attributes:
        name: Its member name in the file.
        raw: What may be a transaction.
        cases: In the order of the file; at least one.
    """

    name: str
    raw: bytes
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What became of a case.

    Attributes:
        file: As the path was given.
        name: Of the test.
        fork: Name of the rules.
        expected: From the file.
        found: What came out.
        error: What differs, one line; None if the case passes.
    """

    file: str
    name: str
    fork: str
    expected: Verdict
    found: Verdict
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
