"""Tries that lie in a store, are built at once, or are shown by proofs."""

from __future__ import annotations

import contextlib
import gc
import random
import weakref

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from evm_wasm.errors import ProofError, StateError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.trie.bulk import build
from evm_wasm.trie.nodes import MAX_KEY_LENGTH, Node, encode
from evm_wasm.trie.proof import verify
from evm_wasm.trie.stored import Stored
from evm_wasm.trie.trie import Trie

DENSE_KEYS = st.lists(st.sampled_from([0x00, 0x01, 0x10, 0x11, 0xF0]), max_size=4).map(bytes)
HASHED_KEYS = st.integers(0, 40).map(lambda number: keccak256(bytes([number])))
VALUES = st.binary(min_size=1, max_size=3) | st.binary(min_size=28, max_size=70)
ENTRIES = st.dictionaries(DENSE_KEYS, VALUES) | st.dictionaries(HASHED_KEYS, VALUES)
WORKLOADS = st.lists(
    st.dictionaries(DENSE_KEYS | HASHED_KEYS, VALUES | st.just(b""), max_size=6), max_size=4
)


class NodesByPath:
    """A store with the nodes of one trie, as a chain keeps them: by path, only the newest."""

    def __init__(self) -> None:
        self.nodes: dict[str, bytes] = {}
        self.seen: set[str] = set()

    def read(self, path: str, node_hash: bytes) -> bytes:
        self.seen.add(path)
        return self.nodes[path]

    def save(self, trie: Trie[bytes]) -> None:
        written = dict(trie.unsaved_nodes())
        gone = [path for path in self.seen - written.keys() if not trie.has_node_at(path)]
        for path in gone:
            self.nodes.pop(path, None)
        self.nodes.update(written)
        self.seen.clear()


@settings(max_examples=80)
@given(WORKLOADS)
def test_a_trie_in_a_store_agrees_with_one_in_memory(workload: list[dict[bytes, bytes]]):
    store, memory, other = NodesByPath(), Trie.empty(), HexaryTrie({})
    root = EMPTY_TRIE_ROOT
    for changes in workload:
        trie = Trie.stored(root, store.read).update(changes)
        memory = memory.update(changes)
        for key, value in changes.items():
            other[key] = value
        root = trie.root()
        assert root == memory.root() == other.root_hash
        store.save(trie)
        # Exactly the nodes of this trie are left, none of an older one.
        assert store.nodes == dict(memory.unsaved_nodes())
        assert list(Trie.stored(root, store.read).items()) == list(memory.items())
        store.seen.clear()


@given(WORKLOADS, DENSE_KEYS | HASHED_KEYS)
def test_reading_alone_leaves_nothing_to_save(workload: list[dict[bytes, bytes]], key: bytes):
    store = NodesByPath()
    memory = Trie.empty()
    for changes in workload:
        memory = memory.update(changes)
    store.save(memory)
    trie = Trie.stored(memory.root(), store.read)
    assert trie.get(key) == memory.get(key)
    if memory.get(key) is None:
        assert trie.set(key, None) is trie
    assert list(trie.unsaved_nodes()) == []
    before = dict(store.nodes)
    store.save(trie)
    assert store.nodes == before


@given(ENTRIES)
def test_a_trie_built_at_once_is_the_same(entries: dict[bytes, bytes]):
    trie = Trie.empty().update(entries)
    built = Trie.build(bytes, entries.items())
    assert built.root() == trie.root()
    assert list(built.items()) == list(trie.items())
    assert sorted(built.unsaved_nodes()) == sorted(trie.unsaved_nodes())


@given(ENTRIES)
def test_a_trie_built_into_a_store_is_the_same(entries: dict[bytes, bytes]):
    trie = Trie.build(bytes, entries.items())
    saved: dict[str, bytes] = {}

    def not_to_be_read(path: str, _: bytes) -> bytes:
        raise AssertionError(path)

    def save(path: str, node_hash: bytes, data: bytes) -> Node[bytes]:
        assert path not in saved
        assert node_hash == keccak256(data)
        saved[path] = data
        return Stored(not_to_be_read, path, node_hash)

    top = build(entries.items(), bytes, save)
    assert (top is None) == (not entries)
    if top is not None:
        saved[""] = encode(top, 0, bytes)
    assert saved == dict(trie.unsaved_nodes())
    read = Trie.stored(trie.root(), lambda path, _: saved[path])
    assert dict(read.items()) == entries


def test_keys_to_build_from_occur_once_and_are_bounded():
    with pytest.raises(StateError, match="twice"):
        Trie.build(bytes, [(b"1", b"a"), (b"0", b"b"), (b"1", b"a")])
    for count in (2, 3):
        with pytest.raises(StateError, match="twice"):
            Trie.build(bytes, [(b"1", b"a")] * count)
    with pytest.raises(StateError, match="twice"):
        Trie.build(bytes, [(b"", b"a"), (b"1", b"a"), (b"", b"b")])
    with pytest.raises(StateError, match="at most 64"):
        Trie.build(bytes, [(bytes(65), b"a")])


@pytest.mark.parametrize("is_enabled", [True, False])
def test_building_leaves_the_collector_as_it_was(is_enabled: bool):
    before = gc.isenabled()
    gc.unfreeze()  # what a command of the command line froze, if one ran in this process before
    (gc.enable if is_enabled else gc.disable)()
    try:
        for entries in (1, 20_000):
            Trie.build(bytes, [(b"%d" % each, b"a") for each in range(entries)])
            assert gc.isenabled() == is_enabled
        with pytest.raises(StateError):
            Trie.build(bytes, [(b"0", b"a"), (b"0", b"b")])
        assert gc.isenabled() == is_enabled
        assert gc.get_freeze_count() == 0
    finally:
        (gc.enable if before else gc.disable)()


@settings(max_examples=80)
@given(WORKLOADS, DENSE_KEYS | HASHED_KEYS)
def test_proofs_show_what_the_trie_holds(workload: list[dict[bytes, bytes]], key: bytes):
    trie, other = Trie.empty(), HexaryTrie({})
    for changes in workload:
        trie = trie.update(changes)
        for name, value in changes.items():
            other[name] = value
    keys = [key, *(name for changes in workload for name in changes)]
    for name in keys:
        proof = trie.prove(name)
        assert verify(trie.root(), name, proof) == trie.get(name)
        # The other implementation lists the nodes inside other nodes as well.
        theirs = [rlp.encode(node) for node in other.get_proof(name) if node]
        assert list(proof) == [node for at, node in enumerate(theirs) if at == 0 or len(node) >= 32]


@settings(max_examples=50)
@given(st.dictionaries(HASHED_KEYS, VALUES, min_size=1), HASHED_KEYS)
def test_another_implementation_accepts_the_proofs(entries: dict[bytes, bytes], key: bytes):
    trie = Trie.build(bytes, entries.items())
    nodes = [rlp.decode(node) for node in trie.prove(key)]
    assert HexaryTrie.get_from_proof(trie.root(), key, nodes) == entries.get(key, b"")


def sample() -> Trie[bytes]:
    chance = random.Random(1)
    return Trie.empty().update(
        {keccak256(bytes([number])): chance.randbytes(70) for number in range(60)}
    )


@pytest.mark.parametrize("key", [keccak256(b"\x07"), keccak256(b"absent")])
def test_every_changed_bit_of_a_proof_is_refused(key: bytes):
    trie = sample()
    root, proof = trie.root(), trie.prove(key)
    for index, node in enumerate(proof):
        for bit in range(8 * len(node)):
            changed = bytearray(node)
            changed[bit // 8] ^= 1 << bit % 8
            with pytest.raises(ProofError):
                verify(root, key, [*proof[:index], bytes(changed), *proof[index + 1 :]])
    for bit in range(256):
        changed = bytearray(root)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofError):
            verify(bytes(changed), key, proof)


def test_proofs_of_another_length_or_order_are_refused():
    trie, key = sample(), keccak256(b"\x07")
    root, proof = trie.root(), trie.prove(key)
    assert len(proof) > 1
    with pytest.raises(ProofError, match="ends before"):
        verify(root, key, proof[:-1])
    with pytest.raises(ProofError, match="only"):
        verify(root, key, [*proof, proof[0]])
    with pytest.raises(ProofError):
        verify(root, key, proof[::-1])
    with pytest.raises(ProofError):
        verify(root, key, [])
    with pytest.raises(ProofError):
        verify(EMPTY_TRIE_ROOT, key, proof)
    assert verify(EMPTY_TRIE_ROOT, key, []) is None
    with pytest.raises(ProofError, match="65 bytes"):
        verify(root, bytes(MAX_KEY_LENGTH + 1), proof)


@given(st.binary(max_size=80), st.lists(st.binary(max_size=40), max_size=2))
def test_bytes_that_are_no_trie_are_refused(top: bytes, rest: list[bytes]):
    # The root is right, but it is the hash of something that only by chance is a node.
    with contextlib.suppress(ProofError):
        verify(keccak256(top), keccak256(b"\x07"), [top, *rest])


NO_NODES = {
    "cut short": "c8",
    "not one list": "81ff",
    "one item too few": "c180",
    "bytes behind": "c28080" + "00",
    "a path of a list": "c2c080",
    "a path with an unknown flag": "c24080",
    "a path with a wrong second digit": "c22180",
    "a child of one byte": "c21601",
    "a hash cut short": "c216" + "a0",
    "an item longer than its list": "c3" + "16" + "8211",
}


@pytest.mark.parametrize("node", NO_NODES.values(), ids=NO_NODES)
def test_malformed_nodes_are_refused(node: str):
    data = bytes.fromhex(node)
    with pytest.raises(ProofError, match="node 1 of the proof"):
        verify(keccak256(data), b"\x61", [data])


def test_a_node_that_is_not_the_one_named_is_refused():
    trie, store = sample(), NodesByPath()
    store.save(trie)
    path = next(path for path in store.nodes if len(path) == 1)
    store.nodes[path] = store.nodes[path][:-1] + b"?"
    with pytest.raises(StateError, match=f"node at {path} does not have the hash"):
        list(Trie.stored(trie.root(), store.read).items())


def test_cycles_are_collected_where_small_tries_are_built_all_the_time():
    class Cyclic:
        def __init__(self) -> None:
            self.me = self

    references = []
    for number in range(20_000):
        references.append(weakref.ref(Cyclic()))
        Trie.build(bytes, [(b"%d" % number, b"value")])
    assert sum(reference() is not None for reference in references) < 10_000
