from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.errors import InputError
from evm_wasm.primitives.json_text import MOST_SHOWN, as_list, as_object, parse_json, shown_name

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=10,
)


@given(VALUES)
def test_values_are_read_exactly(value: object):
    assert parse_json(json.dumps(value), what="file") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{'a': 1}", "not JSON"),
        ("1 2", "not JSON"),
        ("9" * 5_000, "not JSON"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a": 1, "b": 2, "a": 1}', "the member a occurs twice"),
        ('[{"b": {"": 1, "": 2}}]', "the member '' occurs twice"),
    ],
    ids=range(7),
)
def test_wrong_text_is_refused(text: str, message: str):
    with pytest.raises(InputError, match=f"^file: .*{message}"):
        parse_json(text, what="file")


def test_values_of_another_kind_are_refused():
    assert as_object({"a": 1}, what="file") == {"a": 1}
    assert as_list([1], what="file") == [1]
    with pytest.raises(InputError, match="file: a list where a JSON object was expected"):
        as_object([], what="file")
    with pytest.raises(InputError, match="file: a dict where a JSON array was expected"):
        as_list({}, what="file")


@given(st.text() | st.integers())
def test_shown_names_are_short_and_printable(name: object):
    shown = shown_name(name)
    assert len(shown) <= MOST_SHOWN
    assert shown.isascii()
    assert shown.isprintable()


def test_ordinary_names_are_shown_as_they_are():
    assert shown_name("0xab") == "0xab"
    assert shown_name("a b\n") == "'a b\\n'"
    assert shown_name("a" * 100) == "'" + "a" * 76 + "..."
