"""Tries that came about in different ways: built at once, changed in batches, or entry by entry."""

from __future__ import annotations

import random

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from evm_wasm.errors import StateError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.trie.proof import verify
from evm_wasm.trie.trie import Trie

# The last kind shares more than what is compared first when a trie is built.
KEYS = (
    st.lists(st.sampled_from([0x00, 0x01, 0x10, 0x11, 0xF0]), max_size=4).map(bytes)
    | st.integers(0, 40).map(lambda number: keccak256(bytes([number])))
    | st.integers(0, 600).map(lambda number: b"the same start" + number.to_bytes(2, "big"))
)
VALUES = st.binary(min_size=1, max_size=3) | st.binary(min_size=28, max_size=70)
ENTRIES = st.dictionaries(KEYS, VALUES, max_size=20)
BATCHES = st.lists(
    st.tuples(st.dictionaries(KEYS, VALUES | st.just(b"") | st.none(), max_size=12), st.booleans()),
    max_size=4,
)


def entry_by_entry(entries: dict[bytes, bytes]) -> Trie[bytes]:
    trie = Trie.empty()
    for key, value in entries.items():
        trie = trie.set(key, value)
    return trie


def other_trie(entries: dict[bytes, bytes]) -> HexaryTrie:
    other = HexaryTrie({})
    for key, value in entries.items():
        other[key] = value
    return other


@settings(max_examples=100)
@given(ENTRIES, BATCHES, KEYS)
def test_any_mix_of_building_and_changing_gives_the_same_trie(
    entries: dict[bytes, bytes], batches: list[tuple[dict[bytes, bytes | None], bool]], key: bytes
):
    trie = Trie.build(bytes, entries.items())
    for changes, is_hashed in batches:
        if is_hashed:
            trie.root()
        trie = trie.update(changes)
        kept = {key: value for key, value in (entries | changes).items() if value}
        assert trie.update(dict.fromkeys(changes.keys() - kept.keys())) is trie
        entries = kept
    plain, other = entry_by_entry(entries), other_trie(entries)
    assert trie.root() == plain.root() == other.root_hash
    assert list(trie.items()) == list(plain.items()) == sorted(entries.items())
    assert sorted(trie.unsaved_nodes()) == sorted(plain.unsaved_nodes())
    for name in [key, *entries]:
        proof = trie.prove(name)
        assert verify(trie.root(), name, proof) == trie.get(name) == entries.get(name)
        # The other implementation lists the nodes inside other nodes as well.
        theirs = [rlp.encode(node) for node in other.get_proof(name) if node]
        assert list(proof) == [node for at, node in enumerate(theirs) if at == 0 or len(node) >= 32]


@pytest.mark.parametrize("count", [255, 256, 257, 600])
def test_many_entries_are_built_into_the_same_trie(count: int):
    chance = random.Random(count)
    kinds = (
        lambda: chance.randbytes(32),
        lambda: b"the same start" + chance.randbytes(2),
        lambda: chance.randbytes(chance.randrange(4)),
    )
    for choice in (kinds[:1], kinds[1:2], kinds):
        entries: dict[bytes, bytes] = {}
        while len(entries) < count:
            entries[chance.choice(choice)()] = chance.randbytes(chance.choice((1, 20, 70)))
        trie = Trie.build(bytes, entries.items())
        assert trie.root() == entry_by_entry(entries).root() == other_trie(entries).root_hash
        assert list(trie.items()) == sorted(entries.items())
        one = chance.choice(list(entries))
        with pytest.raises(StateError, match="twice"):
            Trie.build(bytes, [*entries.items(), (one, b"again")])


def test_a_change_looks_at_the_values_on_its_way_only():
    encoded: list[int] = []

    def encode(number: int) -> bytes:
        encoded.append(number)
        return b"%040d" % number

    keys = [keccak256(number.to_bytes(2, "big")) for number in range(1_000)]
    trie = Trie.build(encode, [(key, number) for number, key in enumerate(keys)])
    root = trie.root()
    encoded.clear()
    changed = trie.update({keys[7]: 2_000, keys[8]: 3_000})
    assert changed.root() != root
    assert sorted(encoded) == [2_000, 3_000]
    assert changed.update({keys[7]: 7, keys[8]: 8}).root() == root
    assert trie.root() == root
