"""Events in the Solidity ABI: signatures, topics, decoded logs."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_utils.abi import event_signature_to_log_topic
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.abi.events import decode_log, parse_event
from evm_wasm.errors import InputError
from evm_wasm.primitives.types import Word

TRANSFER = "Transfer(address indexed from, address indexed to, uint256 value)"
ALICE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
BOB = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"


def event(text: str):
    return parse_event(text, what="--event")


def values(text: str, topics: list[bytes], data: bytes) -> list[object] | None:
    arguments = decode_log(event(text), [Word(topic) for topic in topics], data)
    return None if arguments is None else [argument.value for argument in arguments]


@pytest.mark.parametrize(
    "text",
    [
        TRANSFER,
        "event Transfer(address indexed from,address indexed to,uint value)",
        "Transfer(address,address,uint256)",
        " Transfer ( address indexed , address indexed , uint256 ) ",
    ],
)
def test_names_blanks_and_indexed_do_not_change_the_topic(text: str) -> None:
    # The topic that every ERC-20 uses.
    topic = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    assert event(text).topic.hex() == topic


def test_parameters_are_read() -> None:
    read = [(p.is_indexed, p.name) for p in event(TRANSFER).parameters]
    assert read == [(True, "from"), (True, "to"), (False, "value")]
    nested = event("E((uint8, (bool,string)[]) indexed pair, bytes)")
    assert nested.canonical == "E((uint8,(bool,string)[]),bytes)"
    assert [parameter.is_hashed for parameter in nested.parameters] == [True, False]


def test_a_log_is_decoded_in_the_order_of_the_signature() -> None:
    text = "E(uint8 a, address indexed b, string c, int16 indexed d)"
    topics = [
        event_signature_to_log_topic("E(uint8,address,string,int16)"),
        encode(["address"], [ALICE]),
        encode(["int16"], [-5]),
    ]
    assert values(text, topics, encode(["uint8", "string"], [7, "hé"])) == ["7", ALICE, "hé", "-5"]


@pytest.mark.parametrize("kind", ["string", "bytes", "uint8[]", "uint8[2]", "(bool,bool)"])
def test_of_large_indexed_values_the_hash_is_there(kind: str) -> None:
    topics = [event_signature_to_log_topic(f"E({kind})"), keccak(b"value")]
    assert values(f"E({kind} indexed)", topics, b"") == ["0x" + keccak(b"value").hex()]


@given(st.binary(min_size=20, max_size=20), st.integers(0, 2**256 - 1), st.booleans())
def test_logs_decode_to_what_was_encoded(address: bytes, number: int, flag: bool) -> None:
    text = "E(address indexed, uint256, bool indexed)"
    topics = [event(text).topic, encode(["address"], [address]), encode(["bool"], [flag])]
    decoded = values(text, topics, encode(["uint256"], [number]))
    assert decoded is not None
    assert [str(decoded[0]).lower(), decoded[1], decoded[2]] == [
        "0x" + address.hex(),
        str(number),
        flag,
    ]


def test_logs_of_other_events_are_not_decoded() -> None:
    assert values(TRANSFER, [], b"") is None
    assert values(TRANSFER, [keccak(b"else")] * 3, b"") is None


def test_a_log_that_is_not_as_the_event_says_is_an_error() -> None:
    topic = event(TRANSFER).topic
    with pytest.raises(InputError, match="the log has 1 indexed values where "):
        values(TRANSFER, [topic, bytes(32)], bytes(64))
    with pytest.raises(InputError, match="not data of "):
        values(TRANSFER, [topic, bytes(32), bytes(32)], b"\x01")
    with pytest.raises(InputError, match="not data of "):
        values(TRANSFER, [topic, b"\xff" * 32, bytes(32)], bytes(32))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "an event is its name and its types"),
        ("Transfer", "an event is its name and its types"),
        ("(address)", "an event is its name and its types"),
        ("E(address)(bool)", "an event is its name and its types"),
        ("E(address", "an event is its name and its types"),
        ("E(indexed)", "the type indexed is not supported"),
        ("E(uint8,)", "a type is missing"),
        ("E(uint8,,bool)", "a type is missing"),
        ("E(uint7)", "is no list of ABI types"),
        ("E(fixed)", "is not supported"),
        ("E(" + "bool indexed," * 3 + "bool indexed)", "at most 3 indexed"),
        ("E" + "(" * 99 + ")" * 99, "nested deeper"),
    ],
)
def test_what_is_no_event_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        event(text)


@given(st.text(alphabet="E(),[]uint8bol indexed x$é", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = event(text)
    except InputError:
        return
    assert read.canonical.endswith(")")
