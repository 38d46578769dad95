"""Addresses as people read them: in mixed case, which is a checksum (EIP-55)."""

from __future__ import annotations

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import PREFIX, parse_address
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address


def format_address(address: Address) -> str:
    """An address with its checksum: a letter is upper case where the hash has a digit above 7."""
    digits = address.hex()
    digest = keccak256(digits.encode("ascii")).hex()
    return PREFIX + "".join(
        digit.upper() if check > "7" else digit
        for digit, check in zip(digits, digest, strict=False)
    )


def parse_checked_address(text: object, *, what: str) -> Address:
    """An address in one case, or in mixed case with the right checksum.

    Args:
        text: Anything; only a string can be right.
        what: Name of the field, for errors.

    Raises:
        InputError: Not 20 bytes in hexadecimal, or a wrong checksum: a digit was mistyped.
    """
    address = parse_address(text, what=what)
    digits = str(text).removeprefix(PREFIX)
    is_mixed = digits not in (digits.lower(), digits.upper())
    if is_mixed and format_address(address) != text:
        raise InputError(
            f"{what}: the address has a wrong checksum: a digit or a letter's case is mistyped "
            "(in lower case it is taken as it is)"
        )
    return address
