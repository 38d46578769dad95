"""Calls in the Solidity ABI, against published examples and `eth_abi` itself."""

from __future__ import annotations

import json

import pytest
from eth_abi.abi import encode
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.abi import functions
from evm_wasm.abi.functions import Signature, decode_result, encode_constructor
from evm_wasm.abi.reverts import revert_reason
from evm_wasm.errors import InputError

WORD = 32


def parse_signature(text: str) -> Signature:
    return functions.parse_signature(text, what="the signature")


def encode_call(signature: Signature, words: list[str]) -> bytes:
    return functions.encode_call(signature, words, what="the signature")


def word(number: int) -> str:
    return f"{number:064x}"


# From the examples of the Solidity documentation, "Contract ABI Specification".
PUBLISHED = {
    "two values": (
        "baz(uint32,bool)",
        ["69", "true"],
        "cdcd77c0" + word(0x45) + word(1),
    ),
    "fixed bytes in an array": (
        "bar(bytes3[2])",
        ['["0x616263", "0x646566"]'],
        "fce353f6" + "616263".ljust(64, "0") + "646566".ljust(64, "0"),
    ),
    "dynamic values": (
        "sam(bytes,bool,uint256[])",
        ["0x64617665", "true", "[1,2,3]"],
        "a5643bf2"
        + word(0x60)
        + word(1)
        + word(0xA0)
        + word(4)
        + "64617665".ljust(64, "0")
        + word(3)
        + word(1)
        + word(2)
        + word(3),
    ),
}


@pytest.mark.parametrize(("text", "words", "expected"), PUBLISHED.values(), ids=PUBLISHED.keys())
def test_published_examples_are_met(text: str, words: list[str], expected: str) -> None:
    assert encode_call(parse_signature(text), words).hex() == expected


def test_short_names_of_types_select_the_same_function() -> None:
    short, spaced = parse_signature("f(uint,int[])"), parse_signature(" f ( uint256 , int256[] ) ")
    assert short.canonical == spaced.canonical == "f(uint256,int256[])"
    assert short.selector == spaced.selector


def test_results_may_be_named_or_not() -> None:
    assert parse_signature("f()").outputs is None
    assert parse_signature("f()()").outputs == ()


numbers = st.integers(min_value=-(2**255), max_value=2**255 - 1)
values = st.tuples(
    numbers,
    st.lists(st.integers(min_value=0, max_value=2**64 - 1)),
    st.tuples(st.booleans(), st.text()),
    st.binary(),
    st.binary(min_size=20, max_size=20).map(lambda data: "0x" + data.hex()),
)


@given(values)
def test_words_encode_as_the_values_they_mean_and_decode_again(value: tuple) -> None:
    number, items, pair, data, address = value
    types = ["int256", "uint64[]", "(bool,string)", "bytes", "address"]
    signature = parse_signature(f"f({','.join(types)})({','.join(types)})")
    words = [str(number), json.dumps(items), json.dumps(pair), "0x" + data.hex(), address]
    encoded = encode_call(signature, words)
    assert encoded == signature.selector + encode(types, value)
    assert decode_result(signature, encoded[4:]) == [
        str(number),
        [str(item) for item in items],
        list(pair),
        "0x" + data.hex(),
        to_checksum_address(address),
    ]


@given(st.sampled_from(["int", "uint"]), st.integers(1, 32), st.integers(-3, 3))
def test_numbers_must_fit_their_type(kind: str, size: int, beyond: int) -> None:
    bits = 8 * size
    edges = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind == "int" else (0, (1 << bits) - 1)
    signature = parse_signature(f"f({kind}{bits})")
    for edge in edges:
        if edges[0] <= edge + beyond <= edges[1]:
            assert len(encode_call(signature, [str(edge + beyond)])) == 4 + WORD
        else:
            with pytest.raises(InputError, match="does not fit into"):
                encode_call(signature, [str(edge + beyond)])


@given(st.binary(max_size=200))
def test_any_output_decodes_or_is_refused(output: bytes) -> None:
    signature = parse_signature("f()(uint8,string,(bytes,address)[])")
    try:
        results = decode_result(signature, output)
    except InputError:
        return
    assert len(results) == 3


@given(st.sampled_from([b"", b"\x08\xc3\x79\xa0", b"\x4e\x48\x7b\x71"]), st.binary(max_size=150))
def test_any_revert_has_a_reason_or_none(selector: bytes, payload: bytes) -> None:
    reason = revert_reason(selector + payload)
    assert reason is None or isinstance(reason, str)


@given(st.text(alphabet="f(),[]uint8boly 10x$é", max_size=30))
def test_any_signature_is_read_or_refused(text: str) -> None:
    try:
        signature = parse_signature(text)
    except InputError:
        return
    assert signature.canonical.endswith(")")


def test_reasons_are_read() -> None:
    assert revert_reason(b"\x08\xc3\x79\xa0" + encode(["string"], ["no"])) == "no"
    panic = b"\x4e\x48\x7b\x71"
    assert revert_reason(panic + encode(["uint256"], [1])) == "panic 0x01: assertion failed"
    assert revert_reason(panic + encode(["uint256"], [0x99])) == "panic 0x99: unknown"


@pytest.mark.parametrize("text", ["constructor(address,uint64)", "(address, uint64)"])
def test_constructors_take_their_arguments_without_a_selector(text: str) -> None:
    owner = "0x" + "ab" * 20
    encoded = encode_constructor(text, [owner, "7"], what="--args")
    assert encoded == encode(["address", "uint64"], [owner, 7])


@pytest.mark.parametrize("text", ["", "constructor", "constructor()()", "build(bool)", "((bool)"])
def test_what_is_no_constructor_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--args: a constructor is written as"):
        encode_constructor(text, [], what="--args")


def test_declared_errors_are_read() -> None:
    text = "TooLittle(uint256,string,(bool,address)[])"
    error = parse_signature(text)
    address = "0x" + "00" * 19 + "01"
    types = ["uint256", "string", "(bool,address)[]"]
    output = error.selector + encode(types, [5, "é", [(True, address)]])
    expected = f'TooLittle(5, é, [[true, "{address}"]])'
    assert revert_reason(output, [parse_signature("Other()"), error]) == expected
    assert revert_reason(output, [parse_signature("Other()")]) is None
    assert revert_reason(output[:40], [error]) is None
    assert revert_reason(parse_signature("Paused()").selector, [parse_signature("Paused()")]) == (
        "Paused()"
    )
