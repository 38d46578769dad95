"""Edits of a run of bytes."""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple


class Edit(NamedTuple):
    """One replacement.

    Attributes:
        start: Offset of the first byte to replace.
        end: Offset after the last byte to replace; `start` for an insertion.
        code: What to put there.
        order: Among edits with the same start the lower one stands first.
    """

    start: int
    end: int
    code: bytes
    order: int = 0


_PLACE = itemgetter(0, 3)  # start and order


def apply_edits(data: bytes, start: int, end: int, edits: list[Edit]) -> bytes:
    """The bytes of `data` from `start` to `end` with the edits, none of which overlap."""
    parts: list[bytes] = []
    position = start
    for first, after, code, _ in sorted(edits, key=_PLACE):
        parts += (data[position:first], code)
        position = after
    parts.append(data[position:end])
    return b"".join(parts)
