"""Values of the Solidity ABI: from words of the command line, and to JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.grammar import ABIType, BasicType, TupleType

from evm_wasm.abi.types import type_name, type_names
from evm_wasm.errors import InputError
from evm_wasm.primitives.checksum import format_address, parse_checked_address
from evm_wasm.primitives.hexadecimal import PREFIX, format_bytes, parse_bytes, parse_quantity
from evm_wasm.primitives.json_text import as_list, parse_json
from evm_wasm.primitives.types import Address

_DECIMAL: Final = re.compile("-?[0-9]{1,78}")
"""2^256 has 78 digits."""


def encode_words(kinds: Sequence[ABIType], words: Sequence[str], *, what: str, owner: str) -> bytes:
    """The encoding of arguments as the command line gives them.

    Numbers are decimal or `0x`; bytes and addresses `0x`; arrays and tuples JSON arrays.

    Args:
        kinds: Types of the arguments.
        words: One for each.
        what: Name of the source of the types, for errors.
        owner: What takes the arguments, for errors.

    Raises:
        InputError: Too many, too few, or one that is not of its type.
    """
    if len(words) != len(kinds):
        raise InputError(f"{what}: {owner} takes {_count(len(kinds))}, {len(words)} given")
    values = [
        _read_word(kind, word, f"argument {position} ({type_name(kind)})")
        for position, (kind, word) in enumerate(zip(kinds, words, strict=True), 1)
    ]
    try:
        return encode(type_names(kinds), values)
    except (EncodingError, OverflowError) as error:
        raise InputError(f"{what}: {error}") from error


def decode_values(kinds: Sequence[ABIType], data: bytes) -> list[object]:
    """Values as JSON: numbers are decimal text, bytes `0x` text, addresses with their checksum.

    Raises:
        InputError: The bytes are not values of these types.
    """
    names = type_names(kinds)
    try:
        values = decode(names, data)
    except (DecodingError, OverflowError, UnicodeDecodeError) as error:
        raise InputError(f"not data of ({','.join(names)}): {error}") from error
    return [_show(kind, value) for kind, value in zip(kinds, values, strict=True)]


def _show(kind: ABIType, value: Any) -> object:  # noqa: ANN401 - as the type demands
    if kind.is_array:
        return [_show(kind.item_type, item) for item in value]
    if isinstance(kind, TupleType):
        return [_show(part, item) for part, item in zip(kind.components, value, strict=True)]
    if not isinstance(kind, BasicType):
        raise TypeError(f"{kind!r} is neither an array, a tuple nor an elementary type")
    if kind.base == "address":
        return format_address(Address(bytes.fromhex(value.removeprefix(PREFIX))))
    if isinstance(value, bool | str):
        return value
    return format_bytes(value) if isinstance(value, bytes) else str(value)


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
        raise TypeError(f"{kind!r} is neither an array, a tuple nor an elementary type")
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
        raise InputError(f"{what}: the number does not fit into {type_name(kind)}")
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
    return format_bytes(parse_checked_address(value, what=what))


_READERS: Final[Mapping[str, Callable[[BasicType, object, str], Any]]] = MappingProxyType(
    {
        "uint": _read_integer,
        "int": _read_integer,
        "bool": _read_bool,
        "bytes": _read_bytes,
        "string": _read_string,
        "address": _read_address,
    }
)
"""By the name of an elementary type; `evm_wasm.abi.types.BASES` are its keys."""
