"""Merkle proofs: what a trie says of one key, checked with nothing but the root."""

from __future__ import annotations

from collections.abc import Sequence

from evm_wasm.errors import ProofError, StateError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.nodes import MAX_KEY_LENGTH
from evm_wasm.trie.stored import Stored


def verify(root: Hash32, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """What the trie with this root holds at a key.

    Args:
        root: The root hash that is trusted.
        key: The key as the trie has it: for secure tries the hash of address or slot.
        proof: RLP forms of the nodes from the top towards the key (`Trie.prove`), all of them
            and no other. For an empty trie there are none.

    Returns:
        The value, or None: then the proof shows that there is none.

    Raises:
        ProofError: The nodes do not show what the trie holds at this key.
    """
    if len(key) > MAX_KEY_LENGTH:
        raise ProofError(f"a trie key of {len(key)} bytes; at most {MAX_KEY_LENGTH}")
    used = 0

    def read(path: str, _node_hash: Hash32) -> bytes:
        nonlocal used
        if used == len(proof):
            raise ProofError(f"the proof ends before the node at {path or 'the top'}")
        used += 1
        return proof[used - 1]

    try:
        value = None if root == EMPTY_TRIE_ROOT else Stored(read, "", root).get(key.hex(), 0)
    except StateError as error:
        raise ProofError(f"node {used} of the proof: {error}") from error
    if used != len(proof):
        raise ProofError(f"the proof has {len(proof)} nodes; only {used} lead to the key")
    return value
