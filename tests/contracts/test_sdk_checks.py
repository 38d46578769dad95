"""What the SDKs compute equals what Python computes, in each language."""

from __future__ import annotations

import re

import pytest
from abi_contract import CONTRACTS, AbiContract, call_data, error, padded, panic
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector, keccak
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.devnet import Devnet
from evm_wasm.project.deployer import init_code_of

OVERFLOW, DIVISION_BY_ZERO = panic(0x11), panic(0x12)
ADD, SUB, MUL, DIV, MOD = range(5)
COMPARE = 3
ECHO = "echo(uint256,address,bool,bytes32,string,uint64,bytes)"
ECHOED = "uint256,address,bool,bytes32,string,uint64,bytes"


@pytest.fixture(scope="module")
def chain():
    with Devnet() as devnet:
        yield devnet


@pytest.fixture(
    scope="module",
    params=sorted(CONTRACTS.glob("sdk_checks/*.wasm")),
    ids=lambda path: path.stem.removeprefix("checks_"),
)
def sdk(chain, request):
    return AbiContract(chain, chain.deploy(init_code_of(request.param.read_bytes())))


def numbers(bits):
    """Numbers of all lengths, with runs of equal bits, which is where carries go wrong."""
    edges = [0, 1, 2, 2**32 - 1, 2**32, 2**64 - 1, 2**64, 2**127, 2**128 - 1, 2**128, 2**192]
    top = 2**bits - 1
    return st.one_of(
        st.sampled_from([edge for edge in edges if edge <= top] + [top, top - 1, top // 2 + 1]),
        st.integers(0, bits).flatmap(lambda length: st.integers(0, 2**length - 1)),
        st.tuples(st.integers(0, bits), st.integers(0, bits)).map(
            lambda ends: (1 << max(ends)) - (1 << min(ends)) & top
        ),
        st.integers(0, top),
    )


def refusal(sdk, signature, *arguments):
    return sdk.refusal_of_data(call_data(signature, *arguments))


def checked(operation, a, b, bits):
    """The result, or what the contract is reverted with."""
    if operation >= DIV:
        if b == 0:
            return DIVISION_BY_ZERO
        return a // b if operation == DIV else a % b
    exact = (a + b, a - b, a * b)[operation]
    return exact if 0 <= exact < 2**bits else OVERFLOW


@given(st.sampled_from([ADD, SUB, MUL]), numbers(256), numbers(256))
def test_wrapping_arithmetic(sdk, operation, a, b):
    exact = (a + b, a - b, a * b)[operation]
    answer = sdk.ask("arithmetic(uint8,uint256,uint256)", operation, a, b, returns="uint256,bool")
    assert answer == (exact % 2**256, not 0 <= exact < 2**256)


@given(numbers(256), numbers(256), st.booleans())
def test_comparison(sdk, a, b, same):
    b = a if same else b
    answer = sdk.ask("arithmetic(uint8,uint256,uint256)", COMPARE, a, b, returns="uint256,bool")
    assert answer == (int(a < b), a == b)


@pytest.mark.parametrize("bits", [256, 128])
@given(st.data(), st.sampled_from([ADD, SUB, MUL, DIV, MOD]))
def test_checked_arithmetic(sdk, bits, data, operation):
    a, b = data.draw(numbers(bits)), data.draw(numbers(bits))
    name = "checked" if bits == 256 else "checked128"
    signature = f"{name}(uint8,uint{bits},uint{bits})"
    expected = checked(operation, a, b, bits)
    if isinstance(expected, int):
        assert sdk.ask(signature, operation, a, b) == expected
    else:
        assert refusal(sdk, signature, operation, a, b) == expected


@given(numbers(256))
def test_narrowing(sdk, number):
    if number < 2**128:
        assert sdk.ask("narrow(uint256)", number) == number
    else:
        assert refusal(sdk, "narrow(uint256)", number) == OVERFLOW


@given(
    st.tuples(
        numbers(256),
        st.binary(min_size=20, max_size=20),
        st.booleans(),
        st.binary(min_size=32, max_size=32),
        st.text(max_size=70),
        numbers(64),
        st.binary(max_size=100),
    )
)
def test_arguments_come_back_as_results(sdk, values):
    number, account, *rest = values
    answer = sdk.ask(ECHO, *values, returns=ECHOED)
    assert answer == (number, "0x" + account.hex(), *rest)


def test_long_arguments_get_more_memory(sdk):
    values = [7, bytes(20), True, bytes(32), "é" * 60_000, 2**64 - 1, b"\xfe" * 150_001]
    assert sdk.ask_data(call_data(ECHO, *values)) == encode(ECHOED.split(","), values)


def echo_words(**changes):
    """Call data of echo with some words of the head replaced."""
    data = call_data(ECHO, 1, bytes(20), True, bytes(32), "text", 5, b"bytes")
    for index, word in changes.items():
        at = 4 + 32 * int(index.removeprefix("word"))
        data = data[:at] + word.to_bytes(32) + data[at + 32 :]
    return data


@pytest.mark.parametrize(
    "changes",
    [
        {"word1": 2**160},
        {"word1": 2**255},
        {"word2": 2},
        {"word2": 2**255},
        {"word5": 2**64},
        {"word5": 2**255},
        *({"word4": offset} for offset in (352, 2**31, 2**32 - 1, 2**32, 2**32 + 224, 2**255)),
        *({"word4": offset} for offset in (353, 2**64 - 32, 2**32 - 32, 2**32 - 36)),
        *({"word7": length} for length in (200, 2**31, 2**32 - 1, 2**32, 2**64 + 4, 2**255)),
        *({"word9": length} for length in (33, 2**31 - 1, 2**32 - 40)),
    ],
    ids=str,
)
def test_malformed_arguments_are_reverted_without_a_message(sdk, changes):
    assert sdk.refusal_of_data(echo_words(**changes)) == b""


def test_truncated_arguments_are_reverted_without_a_message(sdk):
    data = echo_words()
    complete = 4 + 32 * 10 + 5  # the padding of the last value may be missing
    for length in [*range(complete)]:
        if length % 5 == 0 or length > complete - 40:
            assert sdk.refusal_of_data(data[:length]) == b""
    assert sdk.ask_data(data[:complete]) == data[4:]


@given(st.binary(max_size=300))
def test_keccak_of_any_bytes(sdk, data):
    assert sdk.ask("hash(bytes)", data, returns="bytes32") == keccak(data)


@pytest.mark.parametrize("length", [0, 1, 135, 136, 137, 271, 272, 273, 1_000])
def test_keccak_at_the_edges_of_a_block(sdk, length):
    data = bytes(number % 251 for number in range(length))
    assert sdk.ask("hash(bytes)", data, returns="bytes32") == keccak(data)


@given(numbers(256), numbers(256))
def test_slots_are_those_of_solidity(sdk, slot, key):
    entry = sdk.ask("entry(uint256,uint256)", slot, key)
    assert entry.to_bytes(32) == keccak(padded(key) + padded(slot))
    assert sdk.ask("elements(uint256)", slot).to_bytes(32) == keccak(padded(slot))


@given(st.text(max_size=100))
def test_message_of_a_revert(sdk, message):
    assert refusal(sdk, "fail(string)", message) == error(message)


def test_forwarded_call_tells_its_status_and_data(sdk):
    forward = "forward(address,bytes)"
    inner = call_data("hash(bytes)", b"abc")
    answer = sdk.ask(forward, sdk.address, inner, returns="uint256,bytes")
    assert answer == (0, keccak(b"abc"))
    inner = call_data("fail(string)", "why not")
    answer = sdk.ask(forward, sdk.address, inner, returns="uint256,bytes")
    assert answer == (2, error("why not"))
    assert sdk.ask(forward, b"\x77" * 20, b"", returns="uint256,bytes") == (0, b"")


def test_own_address_and_empty_output(sdk):
    assert sdk.ask("whoami()", returns="address") == "0x" + sdk.address.hex()
    assert sdk.ask_data(call_data("nothing()")) == b""


SOURCES = [
    path
    for path in sorted([*CONTRACTS.glob("*/*"), *CONTRACTS.glob("sdk/*/*")])
    if path.suffix in (".c", ".h", ".ts") and "sha256" not in path.name
]
SIGNATURE = r"(\w+\([\w,\[\]]*\))"


def short(path):
    return str(path.relative_to(CONTRACTS))


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_selectors_of_sources_belong_to_their_signatures(path):
    text = path.read_text()
    found = re.findall(rf"case 0x([0-9a-f]{{8}}): // {SIGNATURE}\n", text)
    assert len(found) == len(re.findall(r"case 0x[0-9a-f]{8}", text))
    for selector, signature in found:
        assert bytes.fromhex(selector) == function_signature_to_4byte_selector(signature)


@pytest.mark.parametrize("path", SOURCES, ids=short)
def test_topics_of_sources_belong_to_their_signatures(path):
    text = path.read_text()
    part = r"0x([0-9a-f]{16}),?\s+"
    constant = rf"// {SIGNATURE}\n[^(]*U256(?:\.ofParts)?\(\s*{part * 3}0x([0-9a-f]{{16}}),?\s*\)"
    found = re.findall(constant, text)
    assert len(found) == len(re.findall(r"U256(?:\.ofParts)?\(\s*0x[0-9a-f]{16}", text))
    for signature, *parts in found:
        assert bytes.fromhex("".join(parts)) == keccak(text=signature)
