"""The byte strings and numbers everything shares, with their units and byte order.

They are `NewType`s: free at run time, checked once where data enters (hex, RLP, wasm memory).
"""

from __future__ import annotations

from typing import Final, NewType

Address = NewType("Address", bytes)
"""20 bytes, big-endian: the last 20 bytes of a keccak hash."""

Hash32 = NewType("Hash32", bytes)
"""32 bytes of keccak-256 output."""

Word = NewType("Word", bytes)
"""32 bytes, big-endian when read as an integer: a storage key, storage value or log topic."""

ADDRESS_LENGTH: Final = 20
WORD_LENGTH: Final = 32

ZERO_ADDRESS: Final = Address(bytes(ADDRESS_LENGTH))
ZERO_WORD: Final = Word(bytes(WORD_LENGTH))
ZERO_HASH: Final = Hash32(bytes(WORD_LENGTH))
