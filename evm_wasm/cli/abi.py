"""Calls in the Solidity ABI: from a signature and words of the command line to call data and back.

The encoding itself is `eth_abi`'s; here the words are read by their types and checked, so that an
error names the argument.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import ABITypeError, DecodingError, EncodingError, ParseError
from eth_abi.grammar import ABIType, BasicType, TupleType, normalize, parse

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import (
    PREFIX,
    format_bytes,
    parse_address,
    parse_bytes,
    parse_quantity,
)
from evm_wasm.primitives.json_text import as_list, parse_json
from evm_wasm.primitives.keccak import keccak256

SELECTOR_LENGTH: Final = 4
MOST_NESTED: Final = 16
"""Tuples inside of tuples; the grammar of types is read recursively."""

WHAT: Final = "--call"

_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_DECIMAL: Final = re.compile("-?[0-9]{1,78}")
"""2^256 has 78 digits."""
_EXAMPLE: Final = "such as 'transfer(address,uint64)' or 'balanceOf(address)(uint64)'"

_ERROR_SELECTOR: Final = bytes.fromhex("08c379a0")
"""Of `Error(string)`: what Solidity's `require` and `revert` give back."""
_PANIC_SELECTOR: Final = bytes.fromhex("4e487b71")
"""Of `Panic(uint256)`: what Solidity's own checks give back."""

_PANICS: Final = {
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
"""Solidity documentation, "Panic via assert and Error via require"."""


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
        return f"{self.name}({','.join(_name(kind) for kind in self.inputs)})"

    @property
    def selector(self) -> bytes:
        """The first four bytes of call data."""
        return keccak256(self.canonical.encode("ascii"))[:SELECTOR_LENGTH]


def parse_signature(text: str) -> Signature:
    """Reads `name(types)` with an optional second list for the results.

    Raises:
        InputError: Not of this form, or a type that does not exist.
    """
    compact = text.replace(" ", "")
    name = _NAME.match(compact)
    lists = _split_lists(compact[name.end() :]) if name is not None else []
    if name is None or not 1 <= len(lists) <= 2:
        raise InputError(f"{WHAT}: a function is its name and its types, {_EXAMPLE}")
    inputs, *outputs = (_parse_types(part) for part in lists)
    return Signature(name[0], inputs, outputs[0] if outputs else None)


def encode_call(signature: Signature, words: Sequence[str]) -> bytes:
    """Call data of a function with arguments as the command line gives them.

    Numbers are decimal or `0x`; bytes and addresses `0x`; arrays and tuples JSON arrays.

    Raises:
        InputError: Too many, too few, or one that is not of its type.
    """
    expected = len(signature.inputs)
    if len(words) != expected:
        raise InputError(
            f"{WHAT}: {signature.canonical} takes {_count(expected)}, {len(words)} given"
        )
    values = [
        _read_word(kind, word, f"argument {position} ({_name(kind)})")
        for position, (kind, word) in enumerate(zip(signature.inputs, words, strict=True), 1)
    ]
    try:
        return signature.selector + encode(_names(signature.inputs), values)
    except (EncodingError, OverflowError) as error:
        raise InputError(f"{WHAT}: {error}") from error


def decode_result(signature: Signature, output: bytes) -> list[object]:
    """The results of a function as JSON values; numbers are decimal text, bytes `0x` text.

    Raises:
        InputError: The bytes are not results of these types.
    """
    return _decode(_names(signature.outputs or ()), output)


def revert_reason(output: bytes) -> str | None:
    """What a revert says in the form of Solidity, None if it is in no such form."""
    selector, payload = output[:SELECTOR_LENGTH], output[SELECTOR_LENGTH:]
    try:
        if selector == _ERROR_SELECTOR:
            return str(_decode(["string"], payload)[0])
        if selector == _PANIC_SELECTOR:
            code = int(str(_decode(["uint256"], payload)[0]))
            return f"panic {code:#04x}: {_PANICS.get(code, 'unknown')}"
    except InputError:
        return None
    return None


def _decode(types: Sequence[str], data: bytes) -> list[object]:
    try:
        return [_show(value) for value in decode(types, data)]
    except (DecodingError, OverflowError, UnicodeDecodeError) as error:
        raise InputError(f"not data of ({','.join(types)}): {error}") from error


def _show(value: object) -> object:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, bytes):
        return format_bytes(value)
    if isinstance(value, tuple | list):
        return [_show(item) for item in value]
    return str(value)


def _split_lists(text: str) -> list[str]:
    """The outermost pairs of parentheses that make up the text, none if it has other parts."""
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        if depth == 0 and character != "(":
            return []
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > MOST_NESTED:
            raise InputError(f"{WHAT}: types are nested deeper than {MOST_NESTED}")
        if depth == 0:
            parts.append(text[start : position + 1])
            start = position + 1
    return parts if depth == 0 else []


def _parse_types(text: str) -> tuple[ABIType, ...]:
    if text == "()":
        return ()
    try:
        kind = parse(normalize(text))  # type: ignore[no-untyped-call]
        kind.validate()
    except (ValueError, ParseError, ABITypeError) as error:
        raise InputError(f"{WHAT}: {text} is no list of ABI types") from error
    components: tuple[ABIType, ...] = kind.components
    for component in components:
        _check_readable(component)
    return components


def _check_readable(kind: ABIType) -> None:
    """Refuses the types that no compiler uses."""
    if isinstance(kind, TupleType):
        for component in kind.components:
            _check_readable(component)
    elif isinstance(kind, BasicType) and kind.base not in _READERS:
        raise InputError(f"{WHAT}: the type {_name(kind)} is not supported")


def _name(kind: ABIType) -> str:
    name: str = kind.to_type_str()  # type: ignore[no-untyped-call]
    return name


def _names(kinds: Sequence[ABIType]) -> list[str]:
    return [_name(kind) for kind in kinds]


def _count(number: int) -> str:
    return f"{number} argument" if number == 1 else f"{number} arguments"


def _read_word(kind: ABIType, word: str, what: str) -> Any:  # noqa: ANN401 - as the type demands
    if kind.is_array or isinstance(kind, TupleType):
        return _read(kind, parse_json(word, what=what), what)
    return _read(kind, word, what)


def _read(kind: ABIType, value: object, what: str) -> Any:  # noqa: ANN401 - as the type demands
    """A value of a type from a word, or from a JSON value inside of an array."""
    if kind.is_array:
        items = as_list(value, what=what)
        size = kind.arrlist[-1]
        if size and len(items) != size[0]:
            raise InputError(f"{what}: {len(items)} items where {size[0]} were expected")
        return [_read(kind.item_type, item, f"{what}[{n}]") for n, item in enumerate(items)]
    if isinstance(kind, TupleType):
        items = as_list(value, what=what)
        if len(items) != len(kind.components):
            raise InputError(
                f"{what}: {len(items)} items where {len(kind.components)} were expected"
            )
        return tuple(
            _read(component, item, f"{what}[{n}]")
            for n, (component, item) in enumerate(zip(kind.components, items, strict=True))
        )
    if not isinstance(kind, BasicType):
        raise TypeError(f"{kind!r} is neither an array, a tuple nor a basic type")
    return _READERS[kind.base](kind, value, what)


def _read_integer(kind: BasicType, value: object, what: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _DECIMAL.fullmatch(value):
        number = int(value)
    elif isinstance(value, str) and value.startswith(PREFIX):
        number = parse_quantity(value, what=what)
    else:
        raise InputError(f"{what}: not a number, decimal or {PREFIX}")
    bits = int(kind.sub)
    lowest = -(1 << bits - 1) if kind.base == "int" else 0
    if not lowest <= number < lowest + (1 << bits):
        raise InputError(f"{what}: the number does not fit into {_name(kind)}")
    return number


def _read_bool(_kind: BasicType, value: object, what: str) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise InputError(f"{what}: neither true nor false")


def _read_bytes(kind: BasicType, value: object, what: str) -> bytes:
    return parse_bytes(value, what=what, length=int(kind.sub) if kind.sub else None)


def _read_string(_kind: BasicType, value: object, what: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{what}: a {type(value).__name__} where text was expected")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"{what}: not UTF-8 text") from error
    return value


def _read_address(_kind: BasicType, value: object, what: str) -> str:
    return format_bytes(parse_address(value, what=what))


_READERS: Final = {
    "uint": _read_integer,
    "int": _read_integer,
    "bool": _read_bool,
    "bytes": _read_bytes,
    "string": _read_string,
    "address": _read_address,
}
