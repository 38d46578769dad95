from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.trie.nodes import MAX_KEY_LENGTH
from evm_wasm.trie.trie import Trie

# Few different bytes and short lengths: shared paths, values on branches, and nodes of less than
# 32 bytes, which lie inside their parents.
DENSE_KEYS = st.lists(st.sampled_from([0x00, 0x01, 0x10, 0x11, 0xF0]), max_size=4).map(bytes)
HASHED_KEYS = st.integers(0, 40).map(lambda number: keccak256(bytes([number])))
VALUES = st.binary(min_size=1, max_size=3) | st.binary(min_size=28, max_size=70) | st.just(b"")


def changes(keys: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[tuple[bytes, bytes | None]]]:
    return st.lists(st.tuples(keys, VALUES | st.none()), max_size=40)


def bytes_of_vector(text: str) -> bytes:
    return bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()


def root_cases(folder: Path) -> Iterator[tuple[str, bool, dict[str, object]]]:
    for path in sorted(folder.glob("*.json")):
        if path.stem != "trietestnextprev":
            for name, case in json.loads(path.read_text()).items():
                yield f"{path.stem} {name}", "secure" in path.stem.lower(), case


def test_official_roots(vectors: Path):
    cases = list(root_cases(vectors / "trie"))
    assert len(cases) >= 20
    for name, is_secure, case in cases:
        pairs = case["in"]
        trie = Trie.empty()
        for key, value in pairs.items() if isinstance(pairs, dict) else pairs:
            path = bytes_of_vector(key)
            trie = trie.set(
                keccak256(path) if is_secure else path,
                None if value is None else bytes_of_vector(value),
            )
        assert trie.root() == bytes_of_vector(case["root"]), name


def test_official_orders(vectors: Path):
    cases = json.loads((vectors / "trie/trietestnextprev.json").read_text())
    assert cases
    for case in cases.values():
        trie = Trie.empty().update({key.encode(): b"value" for key in case["in"]})
        keys = [key.decode() for key, _ in trie.items()]
        for key, before, after in case["tests"]:
            smaller, greater = bisect_left(keys, key), bisect_right(keys, key)
            assert (keys[smaller - 1] if smaller else "") == before
            assert (keys[greater] if greater < len(keys) else "") == after


@settings(max_examples=150)
@given(changes(DENSE_KEYS) | changes(HASHED_KEYS))
def test_every_step_agrees_with_another_implementation(steps: list[tuple[bytes, bytes | None]]):
    trie, other, entries = Trie.empty(), HexaryTrie({}), {}
    for key, value in steps:
        trie = trie.set(key, value)
        if value:
            other[key] = entries[key] = value
        else:
            other.delete(key)
            entries.pop(key, None)
        assert trie.root() == other.root_hash
        assert trie.get(key) == entries.get(key)
    assert list(trie.items()) == sorted(entries.items())


@given(changes(DENSE_KEYS), changes(DENSE_KEYS))
def test_old_tries_stay_as_they_were(first: list, second: list):
    before = Trie.empty().update(dict(first))
    entries, root = list(before.items()), Trie.empty().update(dict(first)).root()
    after = before.update(dict(second))
    after.root()
    assert list(before.items()) == entries
    assert before.root() == root


@given(st.dictionaries(DENSE_KEYS, VALUES), st.randoms(use_true_random=False))
def test_the_root_depends_on_the_entries_only(entries: dict[bytes, bytes], random):
    shuffled = list(entries.items())
    random.shuffle(shuffled)
    trie = Trie.empty().update(dict.fromkeys(entries, b"to be overwritten"))
    for key, value in shuffled:
        trie = trie.set(key, value)
    assert trie.root() == Trie.empty().update(entries).root()
    emptied = trie.update(dict.fromkeys(entries))
    assert emptied.root() == EMPTY_TRIE_ROOT
    assert not emptied


@given(changes(DENSE_KEYS), DENSE_KEYS)
def test_deleting_what_is_not_there_changes_nothing(steps: list, key: bytes):
    trie = Trie.empty().update(dict(steps)).set(key, None)
    assert trie.set(key, None) is trie
    assert trie.set(key, b"") is trie
    assert trie.get(key) is None


@pytest.mark.parametrize("key", [b"\0\x13", b"\0", b"\1", b"", b"\0\x11\0"])
def test_deleting_below_a_shared_path_what_is_not_there(key: bytes):
    trie = Trie.empty().update({b"\0\x11": b"one", b"\0\x12": b"two"})
    assert trie.set(key, None) is trie


def test_the_empty_trie():
    trie = Trie.empty()
    assert trie.root() == EMPTY_TRIE_ROOT
    assert not trie
    assert trie.get(b"key") is None
    assert list(trie.items()) == []


def test_keys_are_bounded():
    longest = b"k" * MAX_KEY_LENGTH
    other = longest[:-1] + b"l"
    trie = Trie.empty().update({longest: b"one", other: b"two", b"": b"three"})
    assert [value for _, value in trie.items()] == [b"three", b"one", b"two"]
    with pytest.raises(StateError, match="a trie key of 65 bytes; at most 64"):
        trie.set(longest + b"k", b"value")


def test_long_values_and_long_paths_have_long_headers():
    entries = {bytes([number]) * 64: bytes([number]) * 70_000 for number in (1, 2)}
    other = HexaryTrie({})
    for key, value in entries.items():
        other[key] = value
    assert Trie.empty().update(entries).root() == other.root_hash


def test_values_of_another_kind_are_encoded_for_the_root_only():
    encoded = []

    def encode(number: int) -> bytes:
        encoded.append(number)
        return str(number).encode()

    trie = Trie(encode).update({b"a": 1, b"b": 22})
    assert trie.get(b"b") == 22
    assert not encoded
    assert trie.root() == Trie.empty().update({b"a": b"1", b"b": b"22"}).root()
    trie.root()
    assert sorted(encoded) == [1, 22]
    trie.set(b"a", 3).root()
    assert sorted(encoded) == [1, 3, 22]
