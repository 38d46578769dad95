"""Hexadecimal text to bytes and numbers and back, strictly.

Two forms, as everywhere in Ethereum. *Data* is `0x` and two digits a byte. A *quantity* is `0x`
and any number of digits; leading zeros and `0x` alone (zero) are accepted because the official
tests are full of them. What is wrong is named, the text itself never: it may be a key.
"""

from __future__ import annotations

import re
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.types import ADDRESS_LENGTH, WORD_LENGTH, Address, Hash32, Word

PREFIX: Final = "0x"
# Python's own parsers accept spaces, underscores and the digits of other scripts.
_NOT_HEXADECIMAL: Final = re.compile("[^0-9a-fA-F]")
_DECIMAL: Final = re.compile("[0-9]+")


def parse_bytes(
    text: object, *, what: str, length: int | None = None, needs_prefix: bool = True
) -> bytes:
    """Data as bytes.

    Args:
        text: Anything; only a string can be right.
        what: Name of the field, for errors.
        length: Bytes wanted, None for any number.
        needs_prefix: Whether `0x` must be there.

    Raises:
        InputError: No string, no prefix, an odd number of digits, something that is no digit,
            or not `length` bytes.
    """
    digits = _digits(text, what=what, needs_prefix=needs_prefix)
    if len(digits) % 2:
        raise InputError(f"{what}: an odd number of hexadecimal digits ({len(digits)})")
    if length is not None and len(digits) != 2 * length:
        raise InputError(f"{what}: {len(digits) // 2} bytes where {length} were expected")
    return bytes.fromhex(digits)


def parse_address(text: object, *, what: str, needs_prefix: bool = True) -> Address:
    """Data of 20 bytes; see `parse_bytes`. Upper and lower case mean the same."""
    return Address(parse_bytes(text, what=what, length=ADDRESS_LENGTH, needs_prefix=needs_prefix))


def parse_hash(text: object, *, what: str) -> Hash32:
    """Data of 32 bytes; see `parse_bytes`."""
    return Hash32(parse_bytes(text, what=what, length=WORD_LENGTH))


def parse_quantity(text: object, *, what: str, bits: int = 256, decimal: bool = False) -> int:
    """A quantity as a number.

    Args:
        text: Anything; only a string can be right.
        what: Name of the field, for errors.
        bits: The number must be below 2 to this power.
        decimal: Whether a number without `0x` is accepted and read as a decimal one.

    Raises:
        InputError: Not a number, or too large.
    """
    if decimal and isinstance(text, str) and _DECIMAL.fullmatch(text):
        # A decimal digit carries more than three bits; Python refuses very long numbers itself.
        number = int(text) if len(text.lstrip("0")) <= bits // 3 + 1 else 1 << bits
    else:
        digits = _digits(text, what=what, needs_prefix=True)
        number = int(digits or "0", 16)
    if number >> bits:
        raise InputError(f"{what}: the number does not fit in {bits} bits")
    return number


def parse_word(text: object, *, what: str) -> Word:
    """A quantity of at most 256 bits as a big-endian word."""
    return Word(parse_quantity(text, what=what).to_bytes(WORD_LENGTH, "big"))


def format_bytes(data: bytes) -> str:
    """Data in lower case."""
    return PREFIX + data.hex()


def format_quantity(number: int) -> str:
    """A number of at least 0 as `0x` and as few digits as it needs."""
    return hex(number)


def _digits(text: object, *, what: str, needs_prefix: bool) -> str:
    if not isinstance(text, str):
        raise InputError(f"{what}: a {type(text).__name__} where hexadecimal text was expected")
    if needs_prefix and not text.startswith(PREFIX):
        raise InputError(f"{what}: hexadecimal text must begin with {PREFIX}")
    digits = text.removeprefix(PREFIX)
    wrong = _NOT_HEXADECIMAL.search(digits)
    if wrong is not None:
        position = len(text) - len(digits) + wrong.start()
        raise InputError(f"{what}: no hexadecimal digit at character {position + 1}")
    return digits
