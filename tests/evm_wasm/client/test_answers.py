"""What a node answers is foreign input: read, or a node error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.client.answers import (
    Answer,
    read_addresses,
    read_data,
    read_hash,
    read_log,
    read_object,
    read_objects,
    read_quantity,
)
from evm_wasm.errors import NodeError

HASH = "0x" + "ab" * 32
ADDRESS = "0x" + "cd" * 20
LOG = {"address": ADDRESS, "topics": [HASH], "data": "0x01", "blockNumber": "0x7"}

READERS = {
    "object": lambda value: read_object(value, what="it"),
    "quantity": lambda value: read_quantity(value, what="it"),
    "data": lambda value: read_data(value, what="it"),
    "hash": lambda value: read_hash(value, what="it"),
    "addresses": lambda value: read_addresses(value, what="it"),
    "objects": lambda value: read_objects(value, what="it"),
    "log": lambda value: read_log(Answer("it", {**LOG, "topics": value})),
    "log data": lambda value: read_log(Answer("it", {**LOG, "data": value})),
    "member": lambda value: Answer("it", {"n": value}).quantity("n"),
    "hash member": lambda value: Answer("it", {"n": value}).hash("n"),
    "hashes member": lambda value: Answer("it", {"n": value}).hashes("n"),
    "address member": lambda value: Answer("it", {"n": value}).address("n"),
    "objects member": lambda value: Answer("it", {"n": value}).objects("n"),
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([HASH]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)


@given(st.sampled_from(sorted(READERS)), values)
def test_any_value_is_read_or_is_the_fault_of_the_node(name: str, value: object) -> None:
    fault = None
    try:
        READERS[name](value)
    except NodeError as error:
        fault = str(error)
    assert fault is None or fault.startswith("the node's answer is malformed: it")


def test_members_are_read() -> None:
    answer = Answer("block", {"n": "0x10", "h": HASH, "hs": [HASH], "a": ADDRESS, "o": [{}]})
    assert answer.quantity("n") == 16
    assert answer.hash("h").hex() == "ab" * 32
    assert answer.hashes("hs") == [bytes.fromhex("ab" * 32)]
    assert answer.address("a").hex() == "cd" * 20
    assert [item.what for item in answer.objects("o")] == ["block.o[0]"]
    assert answer.has("n")
    assert not answer.has("x")


def test_an_error_names_the_member() -> None:
    answer = Answer("block", {"n": "0xz", "hs": [HASH, "0x12"]})
    with pytest.raises(NodeError, match=r"malformed: block.n: no hexadecimal digit"):
        answer.quantity("n")
    with pytest.raises(NodeError, match=r"malformed: block.hs\[1\]: 1 bytes where 32"):
        answer.hashes("hs")
    with pytest.raises(NodeError, match="malformed: block: no member x"):
        answer.quantity("x")


def test_a_log_is_read() -> None:
    log = read_log(Answer("log", LOG))
    assert (log.address.hex(), log.topics, log.data) == (
        "cd" * 20,
        (bytes.fromhex("ab" * 32),),
        b"\1",
    )
