"""Roots of what a block holds: tries whose keys are places in a list."""

from __future__ import annotations

from collections.abc import Iterable

from evm_wasm.primitives.rlp import encode, encode_integer
from evm_wasm.primitives.types import Hash32
from evm_wasm.trie.trie import Trie


def list_root(items: Iterable[bytes]) -> Hash32:
    """The root over transactions or receipts in their byte form (yellow paper, section 4.3.2).

    The key of each is the RLP form of its index.
    """
    entries = ((encode(encode_integer(index)), item) for index, item in enumerate(items))
    return Trie.build(bytes, entries).root()
