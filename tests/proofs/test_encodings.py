"""Encodings at the border of what is valid: our validator and the engine's agree on each."""

from __future__ import annotations

import pytest

from fuzz.engine import refusal
from injector import LARGE_LIMITS, check

ZERO = b"\x41\x00"  # i32.const 0
DROP = b"\x1a"
DATA = b"\x01\x01\x00"  # one passive data segment


def _section(kind: int, payload: bytes) -> bytes:
    return bytes([kind, len(payload)]) + payload


def _module(
    code: bytes = b"",
    *,
    types: bytes = b"\x01\x60\x00\x00",
    table: bytes = b"\x01\x70\x00\x01",
    memory: bytes = b"\x01\x00\x01",
    elements: bytes = b"",
    data: bytes = b"",
    data_count: bytes = b"",
) -> bytes:
    body = b"\x00" + code + b"\x0b"
    sections = [
        (1, types), (3, b"\x01\x00"), (4, table), (5, memory), (9, elements), (12, data_count),
        (10, bytes([1, len(body)]) + body), (11, data),
    ]  # fmt: skip
    payloads = [_section(kind, payload) for kind, payload in sections if payload]
    return b"\0asm\1\0\0\0" + b"".join(payloads)


CASES = {
    "fill, long memory index": _module(ZERO * 3 + b"\xfc\x0b\x80\x00"),
    "copy, long target index": _module(ZERO * 3 + b"\xfc\x0a\x80\x00\x00"),
    "copy, long source index": _module(ZERO * 3 + b"\xfc\x0a\x00\x80\x00"),
    "init, long memory index": _module(
        ZERO * 3 + b"\xfc\x08\x00\x80\x00", data=DATA, data_count=b"\x01"
    ),
    "long number after the prefix": _module(ZERO * 3 + b"\xfc\x8b\x00\x00"),
    "data, long flags": _module(data=b"\x01\x80\x00\x41\x00\x0b\x00"),
    "data, long memory index": _module(data=b"\x01\x02\x80\x00\x41\x00\x0b\x00"),
    "data.drop without a count": _module(b"\xfc\x09\x00", data=DATA),
    "call_indirect, long table index": _module(ZERO + b"\x11\x00\x80\x80\x80\x80\x00"),
    "call_indirect, too long": _module(ZERO + b"\x11\x00\x80\x80\x80\x80\x80\x00"),
    "load, long alignment": _module(ZERO + b"\x28\x80\x00\x00" + DROP),
    "load, memory index": _module(ZERO + b"\x28\x42\x00\x00" + DROP),
    "select, two types": _module(ZERO * 3 + b"\x1c\x02\x7f\x7f" + DROP * 2),
    "select, no type": _module(ZERO * 3 + b"\x1c\x00" + DROP),
    "select, long count": _module(ZERO * 3 + b"\x1c\x81\x00\x7f" + DROP),
    "long block type of i32": _module(b"\x02\xff\x7f\x0b"),
    "long empty block type": _module(b"\x02\xc0\x7f\x0b"),
    "long block type index": _module(b"\x02\x80\x00\x0b"),
    "elements, long table index": _module(elements=b"\x01\x02\x80\x00\x41\x00\x0b\x00\x01\x00"),
    "elements, other kind": _module(elements=b"\x01\x01\x01\x01\x00"),
    "memory, long flags": _module(memory=b"\x01\x80\x00\x01"),
    "memory, long minimum": _module(memory=b"\x01\x00\x81\x00"),
    "memory of 65,537 pages": _module(memory=b"\x01\x00\x81\x80\x04"),
    "shared table": _module(table=b"\x01\x70\x02\x01"),
    "long type form": _module(types=b"\x01\xe0\x7f\x00\x00"),
    "unreachable, select of nothing": _module(b"\x00\x1b\x1a"),
    "unreachable, br_if": _module(b"\x02\x7f\x00\x0d\x00\x0b\x1a"),
    "unreachable, ref.is_null": _module(b"\x00\xd1\x1a"),
    "unreachable, select of two types": _module(b"\x00\x42\x00\x41\x00\x41\x00\x1b\x1a"),
    "i32.const of 33 bits": _module(b"\x41\xff\xff\xff\xff\x1f" + DROP),
    "i32.const, sign kept": _module(b"\x41\x80\x80\x80\x80\x78" + DROP),
    "i64.const, sign lost": _module(b"\x42" + b"\xff" * 9 + b"\x01" + DROP),
}


@pytest.mark.parametrize("name", CASES)
def test_both_validators_agree(name: str) -> None:
    ours = check(CASES[name], policy="core", limits=LARGE_LIMITS)
    theirs = refusal(CASES[name])
    assert bool(ours) == (theirs is not None), (ours, theirs)
