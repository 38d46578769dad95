"""Reading state test files: what is taken from them, and that every error names its place."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.statetest.case import Indexes
from evm_wasm.statetest.reading import ALL_FORKS, hash_of_number, read_state_tests


def read(test: object) -> tuple:
    return read_state_tests(json.dumps({"transfer": test}), what="file.json", forks=ALL_FORKS)


def test_everything_is_where_it_belongs(transfer: dict) -> None:
    transfer["post"]["Byzantium"][0]["indexes"] = {"data": 1, "gas": 0, "value": 1}
    transfer["_info"] = {"schedule": "particles"}
    (test,) = read(transfer)
    (case,) = test.cases
    assert (test.name, test.schedule) == ("transfer", "particles")
    assert (test.block.number, test.block.timestamp) == (1, 1000)
    assert (test.block.difficulty, test.block.gas_limit) == (131_072, 1_000_000)
    assert test.block.coinbase.hex() == "2adc25665018aa1fe0e6bc666dac8fc2697ff9ba"
    assert case.fork == "Byzantium"
    assert case.indexes == Indexes(1, 0, 1)
    assert case.transaction.sender.hex() == "a94f5374fce5edbc8e2a8697c15331677e6ebf0b"
    assert case.transaction.data == b"\1"
    assert (case.transaction.gas_limit, case.transaction.value) == (21_000, 11)
    assert test.world.account(case.transaction.sender).balance == 1_000_000
    assert case.exception is None


def test_an_empty_receiver_creates(transfer: dict) -> None:
    transfer["transaction"]["to"] = ""
    (test,) = read(transfer)
    assert test.cases[0].transaction.to is None


def test_the_hash_of_a_block_is_that_of_its_decimal_number() -> None:
    assert hash_of_number(1_023) == keccak256(b"1023")


def test_cases_of_other_forks_are_left_out(transfer: dict) -> None:
    transfer["post"]["Frontier"] = "not even looked at"
    (test,) = read(transfer)
    assert [case.fork for case in test.cases] == ["Byzantium"]


def test_what_later_versions_of_the_format_added_is_let_pass(transfer: dict) -> None:
    transfer["env"]["currentBaseFee"] = "0x0a"
    transfer["transaction"]["sender"] = "0x00"
    transfer["post"]["Byzantium"][0]["txbytes"] = "0x"
    assert len(read(transfer)) == 1


Change = Callable[[dict], object]


def _set(*path: str | int, to: object) -> Change:
    def change(test: dict) -> None:
        place = test
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = to

    return change


def _drop(*path: str | int) -> Change:
    def change(test: dict) -> None:
        place = test
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return change


CASE = ("post", "Byzantium", 0)
WRONG: dict[str, tuple[Change, str]] = {
    "no env": (_drop("env"), ": the member env is missing"),
    "a stranger": (_set("extra", to=1), ": unknown member extra; there are "),
    "no number": (_drop("env", "currentNumber"), ".env: the member currentNumber is missing"),
    "a number": (_set("env", "currentNumber", to=1), ".env.currentNumber: a int where "),
    "a long number": (
        _set("env", "currentTimestamp", to="0x1" + "0" * 16),
        ".env.currentTimestamp: the number does not fit in 64 bits",
    ),
    "pre is a list": (_set("pre", to=[]), ".pre: a list where a JSON object was expected"),
    "a bad account": (
        _set("pre", "0x01", to={}),
        ".pre: 0x01: 1 bytes where 20 were expected",
    ),
    "a fee": (
        _set("transaction", "maxFeePerGas", to="0x1"),
        ".transaction: unknown member maxFeePerGas; there are ",
    ),
    "a short key": (
        _set("transaction", "secretKey", to="0x01"),
        ".transaction.secretKey: 1 bytes where 32 were expected",
    ),
    "no key": (_set("transaction", "secretKey", to="0x" + "00" * 32), ".transaction.secretKey: "),
    "data is text": (_set("transaction", "data", to="0x"), ".transaction.data: a str where "),
    "odd data": (
        _set("transaction", "data", 1, to="0x1"),
        ".transaction.data[1]: an odd number of hexadecimal digits (1)",
    ),
    "no fork": (
        _drop("post", "Byzantium"),
        ".post: no case for Byzantium or Devnet; the forks in it: none",
    ),
    "another fork": (
        _set("post", to={"Frontier": []}),
        ".post: no case for Byzantium or Devnet; the forks in it: Frontier",
    ),
    "no cases": (_set("post", "Byzantium", to=[]), ".post: no case for Byzantium"),
    "cases are an object": (_set("post", "Byzantium", to={}), ".post.Byzantium: a dict where "),
    "no hash": (_drop(*CASE, "hash"), ".post.Byzantium[0]: the member hash is missing"),
    "a short hash": (_set(*CASE, "hash", to="0x00"), ".post.Byzantium[0].hash: 1 bytes where 32"),
    "an index too large": (
        _set(*CASE, "indexes", "gas", to=2),
        ".post.Byzantium[0].indexes.gas: index 2 of 2 in file.json: transfer.transaction",
    ),
    "a negative index": (
        _set(*CASE, "indexes", "data", to=-1),
        ".post.Byzantium[0].indexes.data: not an index, ",
    ),
    "a bool": (_set(*CASE, "indexes", "data", to=False), ".post.Byzantium[0].indexes.data: not "),
    "an exception as number": (
        _set(*CASE, "expectException", to=1),
        ".post.Byzantium[0].expectException: a int where text was expected",
    ),
    "a schedule as number": (_set("_info", to={"schedule": 1}), "._info.schedule: a int where "),
}


@pytest.mark.parametrize(("change", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_named_with_its_place(
    transfer: dict, change: Change, message: str
) -> None:
    change(transfer)
    with pytest.raises(InputError) as caught:
        read(transfer)
    assert str(caught.value).startswith(f"file.json: transfer{message}")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "null", '{"a": 1}', '{"a": {}, "a": {}}'])
def test_what_is_no_state_test_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^file\.json: "):
        read_state_tests(text, what="file.json", forks=ALL_FORKS)
