"""Blooms: 2,048 bits that tell which addresses and topics some logs cannot hold.

Yellow paper, section 4.3.1. Each address and topic sets three bits, found by its hash.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256

LENGTH: Final = 256
"""Bytes."""

EMPTY: Final = bytes(LENGTH)

_BIT_MASK: Final = 8 * LENGTH - 1
_REMEMBERED: Final = 4_096
"""Values whose bits are kept: the same few contracts and events log again and again."""


@lru_cache(_REMEMBERED)
def bits_of(value: bytes) -> int:
    """The three bits of an address or topic, as a big-endian number."""
    digest = keccak256(value)
    bits = 0
    for start in (0, 2, 4):
        bits |= 1 << (int.from_bytes(digest[start : start + 2], "big") & _BIT_MASK)
    return bits


def logs_bloom(logs: Iterable[Log]) -> bytes:
    """The bloom of some logs."""
    bits = 0
    for log in logs:
        bits |= bits_of(log.address)
        for topic in log.topics:
            bits |= bits_of(topic)
    return bits.to_bytes(LENGTH, "big") if bits else EMPTY


def union(blooms: Iterable[bytes]) -> bytes:
    """The bloom of all logs that some blooms are of."""
    bits = 0
    for bloom in blooms:
        bits |= int.from_bytes(bloom, "big")
    return bits.to_bytes(LENGTH, "big") if bits else EMPTY


def may_hold(bloom: bytes, value: bytes) -> bool:
    """Whether logs with this bloom may hold an address or topic; if not, they do not."""
    bits = bits_of(value)
    return int.from_bytes(bloom, "big") & bits == bits
