"""Reading transaction tests in the format of ethereum/tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import parse_address, parse_bytes, parse_hash, parse_quantity
from evm_wasm.primitives.json_text import as_object, parse_json, shown_name
from evm_wasm.transactiontest.case import Accepted, Case, Refused, TransactionTest, Verdict


def read_transaction_tests(
    text: str, *, what: str, forks: Collection[str]
) -> tuple[TransactionTest, ...]:
    """The tests of a file: `{NAME: {"txbytes": "0x...", "result": {FORK: {...}}}}`.

    A result has `hash`, `sender` and `intrinsicGas`, or `exception`. Forks that are not asked for
    are left out.

    Args:
        text: JSON.
        what: Name of the file, for errors.
        forks: Names of the forks that are asked for.

    Raises:
        InputError: Malformed, without a test, or a test has none of the forks; names the place.
    """
    tests = as_object(parse_json(text, what=what), what=what)
    if not tests:
        raise InputError(f"{what}: no test in it")
    return tuple(
        _read_test(name, as_object(test, what=_place(what, name)), _place(what, name), forks)
        for name, test in tests.items()
    )


def _read_test(
    name: str, test: Mapping[str, object], what: str, forks: Collection[str]
) -> TransactionTest:
    results = as_object(_member(test, "result", what), what=f"{what}.result")
    cases = tuple(
        Case(fork, _read_verdict(as_object(result, what=place), place))
        for fork, result in results.items()
        if fork in forks
        for place in [f"{what}.result.{fork}"]
    )
    if not cases:
        found = ", ".join(map(shown_name, results)) or "none"
        raise InputError(
            f"{what}.result: no case for {' or '.join(forks)}; the forks in it: {found}"
        )
    raw = parse_bytes(_member(test, "txbytes", what), what=f"{what}.txbytes")
    return TransactionTest(name, raw, cases)


def _read_verdict(result: Mapping[str, object], what: str) -> Verdict:
    exception = result.get("exception")
    if exception is not None:
        if not isinstance(exception, str) or not exception:
            raise InputError(f"{what}.exception: not a text that names the reason")
        return Refused(exception)
    return Accepted(
        parse_hash(_member(result, "hash", what), what=f"{what}.hash"),
        parse_address(_member(result, "sender", what), what=f"{what}.sender"),
        parse_quantity(_member(result, "intrinsicGas", what), what=f"{what}.intrinsicGas"),
    )


def _member(members: Mapping[str, object], name: str, what: str) -> object:
    if name not in members:
        raise InputError(f"{what}: the member {name} is missing")
    return members[name]


def _place(what: str, name: str) -> str:
    return f"{what}: {shown_name(name)}"
