from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_state import ACCOUNTS, ADDRESSES, change_to

from evm_wasm.errors import InputError
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.allocation import read_allocation, write_allocation
from evm_wasm.state.change import AccountChange
from evm_wasm.state.world import WorldState

ALICE = Address(b"\xa1" * 20)
ALICE_TEXT = "0x" + "a1" * 20


def word(number: int) -> Word:
    return Word(number.to_bytes(32, "big"))


def fit_together(accounts: dict) -> bool:
    return sum(account.balance for account in accounts.values()) < 2**256


@given(st.dictionaries(ADDRESSES, ACCOUNTS, max_size=5).filter(fit_together))
def test_writing_and_reading_gives_the_same_world(accounts: dict):
    world = WorldState.EMPTY.apply({key: change_to(value) for key, value in accounts.items()})
    text = write_allocation(world)
    again = read_allocation(text, what="dump")
    assert again.root == world.root
    assert write_allocation(again) == text


def test_the_pre_states_of_the_official_tests_are_read(vectors: Path):
    files = sorted((vectors / "ewasm-state-tests").glob("*.json"))
    assert len(files) > 100
    for file in files:
        for name, test in json.loads(file.read_text()).items():
            world = read_allocation(test["pre"], what=f"{name}: pre")
            assert len(list(world.accounts())) == len(test["pre"])
            assert read_allocation(write_allocation(world), what="again").root == world.root


def test_the_written_form():
    world = WorldState.EMPTY.apply(
        {
            ALICE: AccountChange(
                nonce=255,
                balance=256,
                code=b"\0asm",
                slots={word(256): word(1), word(0): word(2**255)},
            ),
            Address(bytes(20)): AccountChange(nonce=0, balance=0),
        }
    )
    assert json.loads(write_allocation(world)) == {
        "0x" + "00" * 20: {"balance": "0x0"},
        ALICE_TEXT: {
            "balance": "0x100",
            "nonce": "0xff",
            "code": "0x0061736d",
            "storage": {"0x00": "0x80" + "00" * 31, "0x0100": "0x01"},
        },
    }
    text = write_allocation(world)
    assert text.index("0x0000") < text.index(ALICE_TEXT)
    assert text.index('"0x00"') < text.index('"0x0100"')
    assert text.endswith("}\n")
    assert write_allocation(WorldState.EMPTY) == "{}\n"


@pytest.mark.parametrize("address", [ALICE_TEXT, ALICE_TEXT[2:], "0x" + "A1" * 20, "a1A1" * 10])
@pytest.mark.parametrize("number", [1000, "1000", "0x3e8", "0x03e8"])
def test_ways_to_write_the_same(address: str, number: object):
    members = {"balance": number, "nonce": number, "storage": {"0x3e8": "0x0003e8", "0x1": "0x0"}}
    expected = WorldState.EMPTY.apply(
        {ALICE: AccountChange(nonce=1000, balance=1000, slots={word(1000): word(1000)})}
    )
    for allocation in ({address: members}, {"config": {}, "alloc": {address: members}}):
        for source in (allocation, json.dumps(allocation)):
            assert read_allocation(source, what="genesis").root == expected.root


def test_members_may_be_left_out_and_code_may_be_an_empty_string():
    for members in ({}, {"code": ""}, {"code": "0x"}, {"storage": {}}, {"balance": "0x"}):
        world = read_allocation({ALICE_TEXT: members}, what="genesis")
        assert world.exists(ALICE)
        assert world.account(ALICE).is_empty


def test_the_largest_numbers_fit():
    members = {"balance": hex(2**256 - 1), "nonce": 2**64 - 1, "storage": {"0x" + "f" * 64: "0x1"}}
    account = read_allocation({ALICE_TEXT: members}, what="genesis").account(ALICE)
    assert (account.balance, account.nonce) == (2**256 - 1, 2**64 - 1)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ([], ": a list where a JSON object"),
        (None, ": a NoneType where a JSON object"),
        ({"ballance": 1}, ": unknown member ballance; there are balance, nonce"),
        ({"balance": -1}, r"\.balance: a negative number"),
        ({"balance": "-1"}, r"\.balance: "),
        ({"balance": 1.0}, r"\.balance: a float"),
        ({"balance": True}, r"\.balance: a bool"),
        ({"balance": None}, r"\.balance: a NoneType"),
        ({"balance": "0xg"}, r"\.balance: no hexadecimal digit"),
        ({"balance": hex(2**256)}, r"\.balance: the number does not fit in 256 bits"),
        ({"balance": 2**256}, r"\.balance: the number does not fit in 256 bits"),
        ({"nonce": 2**64}, r"\.nonce: the number does not fit in 64 bits"),
        ({"nonce": str(2**64)}, r"\.nonce: the number does not fit in 64 bits"),
        ({"code": "0x0"}, r"\.code: an odd number"),
        ({"code": "00"}, r"\.code: hexadecimal text must begin with 0x"),
        ({"code": None}, r"\.code: a NoneType"),
        ({"storage": []}, r"\.storage: a list where a JSON object"),
        ({"storage": {"1": "0x1"}}, r"\.storage\.1: hexadecimal text must begin with 0x"),
        ({"storage": {"0x01": "1"}}, r"\.storage\.0x01: hexadecimal text must begin with 0x"),
        ({"storage": {"0x01": 1}}, r"\.storage\.0x01: a int where"),
        ({"storage": {"0x01": "0x1", "0x1": "0x1"}}, r"\.storage\.0x1: occurs twice"),
        ({"storage": {"0x1" + "0" * 64: "0x1"}}, r"\.storage\.0x10+: the number does not fit"),
        ({"storage": {"0x01": "0x1" + "0" * 64}}, r"\.storage\.0x01: the number does not fit"),
    ],
)
def test_what_is_wrong_with_an_account_is_named(members: object, message: str):
    with pytest.raises(InputError, match=f"^genesis.json: {ALICE_TEXT}{message}"):
        read_allocation({ALICE_TEXT: members}, what="genesis.json")
    with pytest.raises(InputError, match=f"^genesis.json: alloc: {ALICE_TEXT}{message}"):
        read_allocation(json.dumps({"alloc": {ALICE_TEXT: members}}), what="genesis.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "a list where a JSON object"),
        ("1", "a int where a JSON object"),
        ('{"alloc": []}', "alloc: a list where a JSON object"),
        ('{"0xab": {}}', "0xab: 1 bytes where 20 were expected"),
        ('{"0xa\\nb": {}}', r"'0xa\\nb': no hexadecimal digit"),
        ('{"\\ud800": {}}', r"'\\ud800': no hexadecimal digit at character 1"),
        (f'{{"{"a" * 500}": {{}}}}', r"'a{76}\.\.\.: 250 bytes where 20 were expected"),
        (f'{{"{ALICE_TEXT}": {{}}, "{ALICE_TEXT}": {{}}}}', f"{ALICE_TEXT} occurs twice"),
        (f'{{"{ALICE_TEXT}": {{}}, "{ALICE_TEXT[2:]}": {{}}}}', "a1a1: occurs twice"),
        (f'{{"{ALICE_TEXT}": {{"nonce": 1, "nonce": 1}}}}', "the member nonce occurs twice"),
        (f'{{"{ALICE_TEXT}": {{"nonce": NaN}}}}', "nonce: a float"),
        (f'{{"{ALICE_TEXT}": {{"nonce": {"9" * 5000}}}}}', "not JSON"),
        ("[" * 200_000, "nested too deeply"),
    ],
    ids=range(15),
)
def test_what_is_wrong_with_the_text_is_named(text: str, message: str):
    with pytest.raises(InputError, match=rf"^genesis\.json: .*{message}"):
        read_allocation(text, what="genesis.json")


def test_balances_that_could_overflow_together_are_refused() -> None:
    half = hex(2**255)
    with pytest.raises(InputError, match=r"^genesis: the balances together"):
        read_allocation(
            {f"0x{'01' * 20}": {"balance": half}, f"0x{'02' * 20}": {"balance": half}},
            what="genesis",
        )
