"""Functions in the Solidity ABI: from a signature and words to call data, and results back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eth_abi.grammar import ABIType

from evm_wasm.abi.types import parse_types, split_lists, type_names
from evm_wasm.abi.values import decode_values, encode_words
from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256

SELECTOR_LENGTH: Final = 4

NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
"""Of a function or an event."""
_EXAMPLE: Final = "such as 'transfer(address,uint64)' or 'balanceOf(address)(uint64)'"

_CONSTRUCTOR: Final = "constructor"


@dataclass(frozen=True, slots=True)
class Signature:
    """A function as `name(types)` or `name(types)(types)`.

    Attributes:
        name: Of the function.
        inputs: Types of the arguments.
        outputs: Types of the results, None where it does not say.
    """

    name: str
    inputs: tuple[ABIType, ...]
    outputs: tuple[ABIType, ...] | None

    @property
    def canonical(self) -> str:
        """The text whose hash selects the function."""
        return f"{self.name}({','.join(type_names(self.inputs))})"

    @property
    def selector(self) -> bytes:
        """The first four bytes of call data."""
        return keccak256(self.canonical.encode("ascii"))[:SELECTOR_LENGTH]


def parse_signature(text: str, *, what: str) -> Signature:
    """Reads `name(types)` with an optional second list for the results.

    Args:
        text: Blanks do not count.
        what: Name of its source, for errors.

    Raises:
        InputError: Not of this form, or a type that does not exist.
    """
    compact = text.replace(" ", "")
    name = NAME.match(compact)
    lists = split_lists(compact[name.end() :], what=what) if name is not None else []
    if name is None or not 1 <= len(lists) <= 2:
        raise InputError(f"{what}: a function is its name and its types, {_EXAMPLE}")
    inputs, *outputs = (parse_types(part, what=what) for part in lists)
    return Signature(name[0], inputs, outputs[0] if outputs else None)


def encode_call(signature: Signature, words: Sequence[str], *, what: str) -> bytes:
    """Call data of a function; see `evm_wasm.abi.values.encode_words`."""
    owner = signature.canonical
    return signature.selector + encode_words(signature.inputs, words, what=what, owner=owner)


def encode_constructor(text: str, words: Sequence[str], *, what: str) -> bytes:
    """Arguments of a constructor, which has no selector.

    Args:
        text: `constructor(types)`, or its list of types alone.
        words: See `evm_wasm.abi.values.encode_words`.
        what: Name of the source of the text, for errors.

    Raises:
        InputError: Not of this form, or words that do not fit.
    """
    compact = text.replace(" ", "").removeprefix(_CONSTRUCTOR)
    if len(split_lists(compact, what=what)) != 1:
        raise InputError(f"{what}: a constructor is written as 'constructor(address,uint256)'")
    inputs = parse_types(compact, what=what)
    return encode_words(inputs, words, what=what, owner=_CONSTRUCTOR + compact)


def decode_result(signature: Signature, output: bytes) -> list[object]:
    """The results of a function as JSON values; see `evm_wasm.abi.values.decode_values`."""
    return decode_values(signature.outputs or (), output)
