"""Kinds of plain values: numbers, bytes, blocks by number, hash or tag.

A number is accepted as a JSON integer too, because wallets and test suites send both forms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from evm_wasm.devnet.requests import BlockId, BlockTag
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import (
    PREFIX,
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
    parse_word,
)
from evm_wasm.primitives.json_text import as_list, as_object
from evm_wasm.primitives.types import WORD_LENGTH, Address
from evm_wasm.rpc.spec import Kind

T = TypeVar("T")

HASH_TEXT: Final = len(PREFIX) + 2 * WORD_LENGTH
"""Characters of a hash; a block number with so many digits does not exist."""

NUMBER_BITS: Final = 64
"""Of block numbers, timestamps, nonces and amounts of gas."""

_TAGS: Final = {tag.value: tag for tag in BlockTag}


def read_number(value: object, what: str, bits: int = 256) -> int:
    """A quantity, or a JSON integer of at least 0."""
    if type(value) is int:
        if not 0 <= value < 1 << bits:
            raise InputError(f"{what}: the number must lie between 0 and 2^{bits} - 1")
        return value
    return parse_quantity(value, what=what, bits=bits)


read_small_number = partial(read_number, bits=NUMBER_BITS)


def read_boolean(value: object, what: str) -> bool:
    """`true` or `false`."""
    if not isinstance(value, bool):
        raise InputError(f"{what}: a {type(value).__name__} where true or false was expected")
    return value


def read_text(value: object, what: str) -> str:
    """A JSON string."""
    if not isinstance(value, str):
        raise InputError(f"{what}: a {type(value).__name__} where text was expected")
    return value


def read_data(value: object, what: str) -> bytes:
    """Bytes of any length."""
    return parse_bytes(value, what=what)


def read_address(value: object, what: str) -> Address:
    """20 bytes."""
    return parse_address(value, what=what)


def read_block(value: object, what: str) -> BlockId:
    """A tag, a number, a hash, or an object with one of the last two (EIP-1898)."""
    if isinstance(value, str):
        tag = _TAGS.get(value)
        if tag is not None:
            return tag
        if len(value) == HASH_TEXT:
            return parse_hash(value, what=what)
    elif isinstance(value, dict):
        return _read_block_object(value, what)
    return read_small_number(value, what)


def _read_block_object(value: dict[str, object], what: str) -> BlockId:
    unknown = value.keys() - {"blockNumber", "blockHash", "requireCanonical"}
    if unknown or ("blockNumber" in value) == ("blockHash" in value):
        raise InputError(f"{what}: a block object has either blockNumber or blockHash (EIP-1898)")
    # Every block that is known here is canonical, so the third member changes nothing.
    read_boolean(value.get("requireCanonical", False), f"{what}.requireCanonical")
    if "blockHash" in value:
        return parse_hash(value["blockHash"], what=f"{what}.blockHash")
    return read_small_number(value["blockNumber"], f"{what}.blockNumber")


def read_optional(
    members: dict[str, object], name: str, read: Callable[[object, str], T], what: str
) -> T | None:
    """A member of an object, None where it is absent or null."""
    value = members.get(name)
    return None if value is None else read(value, f"{what}.{name}")


def read_object(value: object, what: str) -> dict[str, object]:
    """A JSON object."""
    return dict(as_object(value, what=what))


def read_list(value: object, what: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """A JSON array of values of one kind."""
    return tuple(
        read(item, f"{what}[{index}]") for index, item in enumerate(as_list(value, what=what))
    )


def _same(value: object) -> object:
    return value


def _anything(value: object, _what: str) -> object:
    return value


def _write_nothing(_value: object) -> None:
    return None


def list_of(kind: Kind) -> Kind:
    """Arrays of a kind."""
    return Kind(
        f"array of {kind.name}",
        f"JSON array; each item: {kind.doc}",
        lambda value, what: read_list(value, what, kind.read),
        lambda values: [kind.write(value) for value in values],
    )


def or_null(kind: Kind) -> Kind:
    """A kind whose value may be missing in an answer."""
    return Kind(
        f"{kind.name} or null",
        f"{kind.doc}, or null",
        kind.read,
        lambda value: None if value is None else kind.write(value),
    )


QUANTITY: Final = Kind("quantity", "number as `0x` hexadecimal", read_number, format_quantity)
NUMBER: Final = Kind("quantity", "number below 2^64 as `0x`", read_small_number, format_quantity)
PLAIN_NUMBER: Final = Kind("number", "JSON number or `0x`", read_small_number, _same)
DATA: Final = Kind("data", "bytes as `0x` hexadecimal", read_data, format_bytes)
ADDRESS: Final = Kind("address", "20 bytes as `0x`", read_address, format_bytes)
HASH: Final = Kind(
    "hash", "32 bytes as `0x`", lambda value, what: parse_hash(value, what=what), format_bytes
)
WORD: Final = Kind(
    "word",
    "32 bytes as `0x`; fewer digits are a number",
    lambda value, what: parse_word(value, what=what),
    format_bytes,
)
BOOLEAN: Final = Kind("boolean", "`true` or `false`", read_boolean, _same)
TEXT: Final = Kind("text", "JSON string", read_text, _same)
BLOCK: Final = Kind(
    "block",
    "`latest`, `pending`, `earliest`, `safe`, `finalized`, a number, a hash, or "
    "`{blockNumber}` or `{blockHash}`",
    read_block,
    _same,
)
OBJECT: Final = Kind("object", "JSON object", read_object, _same)
ANYTHING: Final = Kind("value", "JSON value", _anything, _same)
NOTHING: Final = Kind("null", "null", _anything, _write_nothing)
