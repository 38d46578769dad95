"""Edits of a run of bytes."""

from __future__ import annotations

Edit = tuple[int, int, int, bytes]
"""One replacement:

- the offset of the first byte to replace;
- a rank: among edits with the same offset the lower one stands first;
- how many bytes to replace, 0 for an insertion;
- what to put there.

A plain tuple, because there are very many, and the garbage collector leaves plain tuples alone.
"""


def apply_edits(data: bytes, start: int, end: int, edits: list[Edit]) -> bytes:
    """The bytes of `data` from `start` to `end` with the edits, none of which overlap."""
    parts: list[bytes] = []
    position = start
    for first, _, length, code in sorted(edits):
        if first > position:
            parts.append(data[position:first])
        parts.append(code)
        position = first + length
    parts.append(data[position:end])
    return b"".join(parts)
