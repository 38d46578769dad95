from __future__ import annotations

import json
from pathlib import Path

import pytest
import rlp as library
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives import rlp

ITEMS = st.recursive(
    st.binary(max_size=80), lambda items: st.lists(items, max_size=6), max_leaves=20
)


def _damaged(data: bytes) -> st.SearchStrategy[bytes]:
    """The data as they are, or with one byte changed, lost or doubled."""
    place = st.integers(0, max(len(data) - 1, 0))
    return st.one_of(
        st.just(data),
        place.map(lambda at: data[:at] + data[at + 1 :]),
        place.map(lambda at: data[:at] + data[at : at + 1] + data[at:]),
        st.tuples(place, st.binary(min_size=1, max_size=1)).map(
            lambda change: data[: change[0]] + change[1] + data[change[0] + 1 :]
        ),
    )


def item_of_vector(value: object) -> rlp.Item:
    """The official vectors write numbers as numbers, large ones as `#decimal`."""
    match value:
        case int():
            return rlp.encode_integer(value)
        case str() if value.startswith("#"):
            return rlp.encode_integer(int(value[1:]))
        case str():
            return value.encode()
        case list():
            return [item_of_vector(item) for item in value]
    raise AssertionError(value)


def test_official_vectors(vectors: Path):
    cases = json.loads((vectors / "rlp/rlptest.json").read_text())
    assert len(cases) > 20
    for name, case in cases.items():
        item, encoded = item_of_vector(case["in"]), bytes.fromhex(case["out"].removeprefix("0x"))
        assert rlp.encode(item) == encoded, name
        assert rlp.decode(encoded) == item, name


def test_official_invalid_vectors(vectors: Path):
    cases = json.loads((vectors / "rlp/invalidRLPTest.json").read_text())
    assert len(cases) > 8
    for case in cases.values():
        with pytest.raises(InputError, match=r"^transaction: "):
            rlp.decode(bytes.fromhex(case["out"]), what="transaction")


@given(ITEMS)
def test_decoding_inverts_encoding(item: rlp.Item):
    assert rlp.decode(rlp.encode(item)) == item


@given(ITEMS | st.sampled_from([55, 56, 255, 256, 65_535, 65_536]).map(bytes))
def test_the_library_encodes_the_same(item: rlp.Item):
    assert rlp.encode(item) == library.encode(item)


@given(st.binary(max_size=12) | ITEMS.map(library.encode).flatmap(_damaged))
def test_the_library_decodes_the_same(data: bytes):
    try:
        expected = library.decode(data)
    except (library.exceptions.DecodingError, IndexError):
        with pytest.raises(InputError):
            rlp.decode(data)
    else:
        assert rlp.decode(data) == expected


@given(st.lists(ITEMS, max_size=6))
def test_a_list_is_joined_of_encoded_items(items: list[rlp.Item]):
    assert rlp.join(map(rlp.encode, items)) == rlp.encode(items)


@given(st.binary(max_size=12) | ITEMS.map(rlp.encode).flatmap(lambda data: st.just(data[:-1])))
def test_whatever_decodes_is_canonical(data: bytes):
    try:
        item = rlp.decode(data)
    except InputError:
        return
    assert rlp.encode(item) == data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80\x80",
        b"\x82a",
        b"\xb8\x01a",
        b"\xb9\x00\x38" + bytes(56),
        b"\xf8\x00",
        b"\xc1",
        b"\xc2\x81\x01",
        b"\xbf" + b"\xff" * 8,
    ],
)
def test_what_is_not_canonical_is_refused(data: bytes):
    with pytest.raises(InputError):
        rlp.decode(data)


@pytest.mark.parametrize("payload", [b"", b"\x80", b"\1" * 60])
def test_nesting_is_bounded(payload: bytes):
    data = payload
    for _ in range(rlp.MAX_NESTING):
        data = _list_of(data)
    item = rlp.decode(data)
    for _ in range(rlp.MAX_NESTING - 1):
        (item,) = item
    assert rlp.encode(item) == _list_of(payload)
    with pytest.raises(InputError, match="block: lists are nested more than 64 deep"):
        rlp.decode(_list_of(data), what="block")


def test_nesting_is_bounded_whatever_the_stack_allows():
    with pytest.raises(InputError, match="cut short"):
        rlp.decode(b"\xff" + b"\xfb" * 100_000)
    data = b""
    for _ in range(5_000):
        data = _list_of(data)
    with pytest.raises(InputError, match="nested more than"):
        rlp.decode(data)


def test_lists_side_by_side_are_not_nesting():
    item = [[[]] * 100] * 100
    assert rlp.decode(rlp.encode(item)) == item


def _list_of(payload: bytes) -> bytes:
    if len(payload) < 56:
        return bytes((0xC0 + len(payload),)) + payload
    size = rlp.encode_integer(len(payload))
    return bytes((0xF7 + len(size),)) + size + payload


@pytest.mark.parametrize("item", ["text", 1, None, [b"", 1]])
def test_only_bytes_and_lists_are_encoded(item: object):
    with pytest.raises(InputError, match="not encodable"):
        rlp.encode(item)


@given(st.integers(0, 2**256 - 1))
def test_integers_round_trip(number: int):
    encoded = rlp.encode_integer(number)
    assert encoded[:1] != b"\0"
    assert rlp.decode_integer(encoded, what="number") == number


@pytest.mark.parametrize(
    ("item", "bits", "message"),
    [
        (b"\0", 64, "leading zero"),
        (b"\0\1", 64, "leading zero"),
        ([], 64, "a list"),
        (b"\1" * 9, 64, "9 bytes does not fit in 64 bits"),
        (b"\1" * 33, 256, "33 bytes does not fit in 256 bits"),
    ],
)
def test_wrong_integers_are_refused(item: rlp.Item, bits: int, message: str):
    with pytest.raises(InputError, match=f"nonce: .*{message}"):
        rlp.decode_integer(item, what="nonce", bits=bits)
