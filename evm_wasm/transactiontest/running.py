"""Running transaction tests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from evm_wasm.chain.intrinsic import intrinsic_gas
from evm_wasm.chain.signing import recover_transaction
from evm_wasm.chain.validation import check_form
from evm_wasm.errors import InputError, InvalidTransaction, TransactionFault
from evm_wasm.primitives.json_files import read_text
from evm_wasm.rules.transactions import TRANSACTION_FORKS, TransactionRules
from evm_wasm.transactiontest.case import (
    Accepted,
    CaseResult,
    FileReport,
    Refused,
    Verdict,
)
from evm_wasm.transactiontest.reading import read_transaction_tests

CHAIN_ID: Final = 1
"""The tests are written for the main network."""

ALL_FORKS: Final = tuple(TRANSACTION_FORKS)


def examine(raw: bytes, rules: TransactionRules) -> Accepted:
    """What bytes are as a transaction of the main network, whatever the state.

    Raises:
        InputError: No transaction; names the field.
        InvalidTransaction: One that may be in no block.
    """
    transaction = recover_transaction(raw)
    unsigned = transaction.unsigned
    check_form(unsigned, rules, chain_id=CHAIN_ID)
    needed = intrinsic_gas(
        rules, unsigned.data, creates=unsigned.to is None, access_list=unsigned.access_list
    )
    if unsigned.gas_limit < needed:
        raise InvalidTransaction(
            TransactionFault.INTRINSIC_GAS,
            f"intrinsic gas too low: {needed} needed, the limit is {unsigned.gas_limit}",
        )
    return Accepted(transaction.hash, transaction.sender, needed)


def run_files(files: Sequence[Path], forks: Collection[str] = ALL_FORKS) -> Iterator[FileReport]:
    """One report for each file, in order; a malformed file is reported, not raised."""
    return (_run_file(file, forks) for file in files)


def _run_file(file: Path, forks: Collection[str]) -> FileReport:
    what = str(file)
    try:
        tests = read_transaction_tests(read_text(file), what=what, forks=forks)
    except InputError as error:
        return FileReport(what, problem=str(error))
    results = []
    for test in tests:
        for case in test.cases:
            found = _verdict(test.raw, TRANSACTION_FORKS[case.fork])
            results.append(
                CaseResult(
                    file=what,
                    name=test.name,
                    fork=case.fork,
                    expected=case.expected,
                    found=found,
                    error=_difference(case.expected, found),
                )
            )
    return FileReport(what, tuple(results))


def _verdict(raw: bytes, rules: TransactionRules) -> Verdict:
    try:
        return examine(raw, rules)
    except (InputError, InvalidTransaction) as error:
        return Refused(str(error))


def _difference(expected: Verdict, found: Verdict) -> str | None:
    """One line about everything that is not as the file says, None if all is."""
    if isinstance(expected, Refused):
        if isinstance(found, Refused):
            return None
        return f"accepted, but must be refused: {expected.reason}"
    if isinstance(found, Refused):
        return f"refused: {found.reason}"
    names = ("hash", "sender", "intrinsic_gas")
    wrong = [name for name in names if getattr(expected, name) != getattr(found, name)]
    return f"another {' and '.join(wrong).replace('_', ' ')}" if wrong else None
