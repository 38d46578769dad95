"""What a revert says in the form of Solidity."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from evm_wasm.abi.functions import SELECTOR_LENGTH, Signature
from evm_wasm.abi.types import parse_types
from evm_wasm.abi.values import decode_values
from evm_wasm.errors import InputError

_ERROR_SELECTOR: Final = bytes.fromhex("08c379a0")
"""Of `Error(string)`: what Solidity's `require` and `revert` give back."""
_PANIC_SELECTOR: Final = bytes.fromhex("4e487b71")
"""Of `Panic(uint256)`: what Solidity's own checks give back."""

_PANICS: Final[Mapping[int, str]] = MappingProxyType(
    {
        0x00: "of the compiler",
        0x01: "assertion failed",
        0x11: "arithmetic overflow",
        0x12: "division by zero",
        0x21: "no such member of an enumeration",
        0x22: "storage holds an ill-formed byte array",
        0x31: "pop from an empty array",
        0x32: "index out of bounds",
        0x41: "too much memory",
        0x51: "call of an uninitialized function",
    }
)
"""Solidity documentation, "Panic via assert and Error via require"."""


def revert_reason(output: bytes, errors: Sequence[Signature] = ()) -> str | None:
    """What a revert says in the form of Solidity, None if it is in no such form.

    Args:
        output: What the call gave back.
        errors: Those that the contract declares, beside `Error(string)` and `Panic(uint256)`. They
            are written like functions.
    """
    selector, payload = output[:SELECTOR_LENGTH], output[SELECTOR_LENGTH:]
    try:
        if selector == _ERROR_SELECTOR:
            return str(_decode("string", payload))
        if selector == _PANIC_SELECTOR:
            code = int(str(_decode("uint256", payload)))
            return f"panic {code:#04x}: {_PANICS.get(code, 'unknown')}"
        for error in errors:
            if selector == error.selector:
                return _call_text(error, payload)
    except InputError:
        return None
    return None


def _call_text(error: Signature, payload: bytes) -> str:
    values = decode_values(error.inputs, payload)
    return f"{error.name}({', '.join(map(_text, values))})"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _decode(kind: str, payload: bytes) -> object:
    return decode_values(parse_types(f"({kind})", what="revert"), payload)[0]
