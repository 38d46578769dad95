"""LEB128 integers, strictly: no more bytes than the width allows, no stray high bits."""

from __future__ import annotations

from typing import Final

from injector.errors import Invalid

_CONTINUED: Final = tuple(bytes([value | 0x80]) for value in range(0x80))
_ONE_BYTE: Final = tuple(bytes([value]) for value in range(0x80))


def read_u32(data: bytes, position: int) -> tuple[int, int]:
    """Read an unsigned 32-bit integer at `position`.

    Returns:
        The value and the position after it.

    Raises:
        Invalid: More than 5 bytes, or a value of 2^32 and above.
        IndexError: The data end inside the integer.
    """
    byte = data[position]
    if byte < 0x80:
        return byte, position + 1
    value = byte & 0x7F
    for shift in (7, 14, 21, 28):
        position += 1
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >> 32:
                raise Invalid("integer", "malformed: does not fit 32 bits")
            return value, position + 1
    raise Invalid("integer", "malformed: more than 5 bytes for 32 bits")


def read_signed(data: bytes, position: int, bits: int) -> tuple[int, int]:
    """Read a signed integer of `bits` bits (32, 33 or 64) at `position`.

    Returns:
        The value and the position after it.

    Raises:
        Invalid: Too many bytes, or unused high bits that do not repeat the sign.
        IndexError: The data end inside the integer.
    """
    value = shift = 0
    most = -(-bits // 7)
    for _ in range(most):
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if byte & 0x40:
                value -= 1 << shift
            if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
                raise Invalid("integer", f"malformed: does not fit {bits} bits")
            return value, position
    raise Invalid("integer", f"malformed: more than {most} bytes for {bits} bits")


def unsigned(value: int) -> bytes:
    """The shortest unsigned LEB128 form of a non-negative integer."""
    if value < 0x80:
        return _ONE_BYTE[value]
    out = b""
    while value > 0x7F:
        out += _CONTINUED[value & 0x7F]
        value >>= 7
    return out + _ONE_BYTE[value]


def signed(value: int) -> bytes:
    """The shortest signed LEB128 form of an integer."""
    if -0x40 <= value < 0x40:
        return _ONE_BYTE[value & 0x7F]
    out = b""
    while not -0x40 <= value < 0x40:
        out += _CONTINUED[value & 0x7F]
        value >>= 7
    return out + _ONE_BYTE[value & 0x7F]


def sized(payload: bytes) -> bytes:
    """A payload of bytes after its length."""
    return unsigned(len(payload)) + payload
