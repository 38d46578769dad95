"""From the JSON text of a state test file to `StateTest`s; strict, every error names the place.

Members that a later version of the format added and that change nothing here are let pass; any
other unknown member is an error, since ignoring it could turn a failure into a pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.model.block import BlockContext
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.hexadecimal import (
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from evm_wasm.primitives.json_text import as_list, as_object, parse_json, shown_name
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.secp256k1 import address_of_key
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.rules.forks import FORKS
from evm_wasm.state.allocation import read_allocation
from evm_wasm.statetest.case import Case, Indexes, StateTest

_TEST: Final = ("_info", "env", "pre", "transaction", "post")
_ENV: Final = (
    "currentCoinbase",
    "currentDifficulty",
    "currentGasLimit",
    "currentNumber",
    "currentTimestamp",
)
_ENV_IGNORED: Final = ("previousHash", "currentBaseFee", "currentRandom")
_TRANSACTION: Final = ("data", "gasLimit", "gasPrice", "nonce", "secretKey", "to", "value")
_TRANSACTION_IGNORED: Final = ("sender",)
_POST: Final = ("indexes", "hash", "logs")
_POST_OPTIONAL: Final = ("expectException",)
_POST_IGNORED: Final = ("txbytes", "state")
_INDEXES: Final = ("data", "gas", "value")


def read_state_tests(text: str, *, what: str, forks: Collection[str]) -> tuple[StateTest, ...]:
    """All tests of a file.

    Args:
        text: The JSON text.
        what: Name of the file, for errors.
        forks: Names of the forks whose cases are wanted; those of others are left out.

    Raises:
        InputError: Not JSON, a member missing or unknown, a wrong type or number, an index
            without an alternative, or a test without a case of a wanted fork.
    """
    tests = as_object(parse_json(text, what=what), what=what)
    if not tests:
        raise InputError(f"{what}: no test in it")
    return tuple(
        _read_test(shown_name(name), value, f"{what}: {shown_name(name)}", forks)
        for name, value in tests.items()
    )


def hash_of_number(number: int) -> Hash32:
    """The hash that state tests take for block `number`: that of its decimal digits."""
    return keccak256(str(number).encode("ascii"))


def _read_test(name: str, value: object, path: str, forks: Collection[str]) -> StateTest:
    members = _members(value, path, required=_TEST[1:], ignored=_TEST[:1])
    return StateTest(
        name=name,
        schedule=_read_schedule(members.get("_info", {}), f"{path}._info"),
        block=_read_block(members["env"], f"{path}.env"),
        world=read_allocation(as_object(members["pre"], what=f"{path}.pre"), what=f"{path}.pre"),
        cases=_read_cases(members, path, forks),
    )


def _read_schedule(info: object, path: str) -> str | None:
    name = as_object(info, what=path).get("schedule")
    if name is not None and not isinstance(name, str):
        raise InputError(f"{path}.schedule: a {type(name).__name__} where a name was expected")
    return name


def _read_block(value: object, path: str) -> BlockContext:
    env = _members(value, path, required=_ENV, ignored=_ENV_IGNORED)

    def number(name: str, bits: int) -> int:
        return parse_quantity(env[name], what=f"{path}.{name}", bits=bits)

    return BlockContext(
        number=number("currentNumber", 64),
        timestamp=number("currentTimestamp", 64),
        coinbase=parse_address(env["currentCoinbase"], what=f"{path}.currentCoinbase"),
        difficulty=number("currentDifficulty", 256),
        gas_limit=number("currentGasLimit", 64),
        block_hash=hash_of_number,
    )


class _Template:
    """The transaction of a test, from which each case takes its alternatives."""

    def __init__(self, value: object, path: str) -> None:
        members = _members(value, path, required=_TRANSACTION, ignored=_TRANSACTION_IGNORED)
        self.path = path
        self.nonce = parse_quantity(members["nonce"], what=f"{path}.nonce", bits=64)
        self.gas_price = parse_quantity(members["gasPrice"], what=f"{path}.gasPrice")
        self.to = _read_recipient(members["to"], f"{path}.to")
        self.sender = _read_sender(members["secretKey"], f"{path}.secretKey")
        self.data = [
            parse_bytes(item, what=place) if item != "" else b""
            for item, place in _items(members["data"], f"{path}.data")
        ]
        self.gas_limits = [
            parse_quantity(item, what=place, bits=64)
            for item, place in _items(members["gasLimit"], f"{path}.gasLimit")
        ]
        self.values = [
            parse_quantity(item, what=place)
            for item, place in _items(members["value"], f"{path}.value")
        ]

    def choose(self, indexes: Indexes, path: str) -> Transaction:
        """The transaction with these alternatives."""
        choices: tuple[tuple[str, int, Sequence[object]], ...] = (
            ("data", indexes.data, self.data),
            ("gas", indexes.gas, self.gas_limits),
            ("value", indexes.value, self.values),
        )
        for name, index, alternatives in choices:
            if index >= len(alternatives):
                raise InputError(
                    f"{path}.{name}: index {index} of {len(alternatives)} in {self.path}"
                )
        return Transaction(
            sender=self.sender,
            nonce=self.nonce,
            gas_price=self.gas_price,
            gas_limit=self.gas_limits[indexes.gas],
            to=self.to,
            value=self.values[indexes.value],
            data=self.data[indexes.data],
        )


def _read_recipient(value: object, path: str) -> Address | None:
    return None if value == "" else parse_address(value, what=path)


def _read_sender(value: object, path: str) -> Address:
    secret = parse_bytes(value, what=path, length=32)
    try:
        return address_of_key(secret)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _read_cases(test: Mapping[str, object], path: str, forks: Collection[str]) -> tuple[Case, ...]:
    template = _Template(test["transaction"], f"{path}.transaction")
    post = as_object(test["post"], what=f"{path}.post")
    cases = tuple(
        _read_case(fork, item, place, template)
        for fork, expectations in post.items()
        if fork in forks
        for item, place in _items(expectations, f"{path}.post.{fork}")
    )
    if not cases:
        found = ", ".join(shown_name(fork) for fork in post) or "none"
        raise InputError(f"{path}.post: no case for {' or '.join(forks)}; the forks in it: {found}")
    return cases


def _read_case(fork: str, value: object, path: str, template: _Template) -> Case:
    members = _members(value, path, required=_POST, ignored=_POST_IGNORED, optional=_POST_OPTIONAL)
    place = f"{path}.indexes"
    chosen = _members(members["indexes"], place, required=_INDEXES)
    indexes = Indexes(*(_read_index(chosen[name], f"{place}.{name}") for name in _INDEXES))
    exception = members.get("expectException")
    if exception is not None and not isinstance(exception, str):
        kind = type(exception).__name__
        raise InputError(f"{path}.expectException: a {kind} where text was expected")
    return Case(
        fork=fork,
        indexes=indexes,
        transaction=template.choose(indexes, place),
        state_root=parse_hash(members["hash"], what=f"{path}.hash"),
        logs_hash=parse_hash(members["logs"], what=f"{path}.logs"),
        exception=exception,
    )


def _read_index(value: object, path: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{path}: not an index, which is a number of 0 or more")
    return value


def _items(value: object, path: str) -> list[tuple[object, str]]:
    """The items of an array, each with its place."""
    return [(item, f"{path}[{index}]") for index, item in enumerate(as_list(value, what=path))]


def _members(
    value: object,
    path: str,
    *,
    required: Sequence[str],
    ignored: Sequence[str] = (),
    optional: Sequence[str] = (),
) -> dict[str, object]:
    """The members of an object, with none missing and none unknown."""
    known = (*required, *optional, *ignored)
    members: dict[str, object] = {}
    for name, member in as_object(value, what=path).items():
        if name not in known:
            raise InputError(
                f"{path}: unknown member {shown_name(name)}; there are {', '.join(known)}"
            )
        members[name] = member
    for name in required:
        if name not in members:
            raise InputError(f"{path}: the member {name} is missing")
    return members


ALL_FORKS: Final = tuple(FORKS)
"""The forks whose cases are run where none is chosen."""
