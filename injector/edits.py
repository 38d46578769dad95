"""Edits of a run of bytes."""

from __future__ import annotations

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


def apply_edits(data: bytes, start: int, end: int, edits: list[Edit]) -> bytes:
    """The bytes of `data` from `start` to `end` with the edits, none of which overlap."""
    parts = []
    position = start
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.order)):
        parts += [data[position : edit.start], edit.code]
        position = edit.end
    parts.append(data[position:end])
    return b"".join(parts)
