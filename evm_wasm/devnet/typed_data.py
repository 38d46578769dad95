"""The hash of typed structured data (EIP-712), which wallets sign for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import parse_address, parse_bytes, parse_quantity
from evm_wasm.primitives.json_text import as_list, as_object, shown_name
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Hash32

_DOMAIN: Final = "EIP712Domain"
_ARRAY: Final = re.compile(r"(.*)\[([0-9]{0,9})\]", re.DOTALL)
_BYTES: Final = re.compile(r"bytes([1-9]|[12][0-9]|3[0-2])")
_INTEGER: Final = re.compile(r"(u?)int([1-9][0-9]{0,2})?")
_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")

MOST_NESTED: Final = 64
"""Structures and arrays inside of each other: types may name themselves."""

Fields = tuple[tuple[str, str], ...]
"""(name, type) of each member of a structure, in order."""


def typed_data_hash(typed_data: Mapping[str, object]) -> Hash32:
    """What is signed of typed data.

    Args:
        typed_data: The members types, primaryType, domain and message, as parsed from JSON.

    Raises:
        InputError: A member is missing or is not what its type says; it names the place.
    """
    types = _read_types(typed_data.get("types"))
    primary = typed_data.get("primaryType")
    if not isinstance(primary, str) or primary not in types:
        raise InputError("primaryType: not one of the types")
    hasher = _Hasher(types)
    domain = hasher.structure(_DOMAIN, typed_data.get("domain"), "domain", 0)
    if primary == _DOMAIN:
        return keccak256(b"\x19\x01" + domain)
    message = hasher.structure(primary, typed_data.get("message"), "message", 0)
    return keccak256(b"\x19\x01" + domain + message)


class _Hasher:
    """Hashes values by a set of structure types."""

    def __init__(self, types: Mapping[str, Fields]) -> None:
        self._types = types
        self._type_hashes: dict[str, Hash32] = {}

    def structure(self, name: str, value: object, path: str, depth: int) -> Hash32:
        """hashStruct: the type's hash and all members, 32 bytes each."""
        members = as_object(value, what=path)
        encoded = [self._type_hash(name)]
        for field, kind in self._types[name]:
            encoded.append(
                self._encode(kind, members.get(field), f"{path}.{shown_name(field)}", depth + 1)
            )
        return keccak256(b"".join(encoded))

    def _encode(self, kind: str, value: object, path: str, depth: int) -> Hash32:
        if depth > MOST_NESTED:
            raise InputError(f"{path}: nested more than {MOST_NESTED} deep")
        array = _ARRAY.fullmatch(kind)
        if array is not None:
            return self._encode_array(array[1], array[2], value, path, depth)
        if kind in self._types:
            # A reference to nothing is zero, as the reference implementation has it.
            return Hash32(bytes(32)) if value is None else self.structure(kind, value, path, depth)
        return _encode_atom(kind, value, path)

    def _encode_array(self, kind: str, length: str, value: object, path: str, depth: int) -> Hash32:
        items = as_list(value, what=path)
        if length and len(items) != int(length):
            raise InputError(f"{path}: {len(items)} items where {length} were expected")
        encoded = [
            self._encode(kind, item, f"{path}.{index}", depth + 1)
            for index, item in enumerate(items)
        ]
        return keccak256(b"".join(encoded))

    def _type_hash(self, name: str) -> Hash32:
        known = self._type_hashes.get(name)
        if known is None:
            others = sorted(set(self._referenced(name, {name})) - {name})
            text = "".join(self._signature(other) for other in (name, *others))
            known = self._type_hashes[name] = keccak256(text.encode())
        return known

    def _signature(self, name: str) -> str:
        members = ",".join(f"{kind} {field}" for field, kind in self._types[name])
        return f"{name}({members})"

    def _referenced(self, name: str, seen: set[str]) -> Iterator[str]:
        """Structures that a structure needs, each once."""
        waiting = [name]
        while waiting:
            for _, kind in self._types[waiting.pop()]:
                inner = kind.split("[")[0]
                if inner in self._types and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
                    yield inner


def _encode_atom(kind: str, value: object, path: str) -> Hash32:
    if kind == "string":
        if not isinstance(value, str):
            raise InputError(f"{path}: not a string")
        return keccak256(value.encode("utf-8", "surrogatepass"))
    if kind == "bytes":
        return keccak256(parse_bytes(value, what=path))
    if kind == "bool":
        if not isinstance(value, bool):
            raise InputError(f"{path}: neither true nor false")
        return _word(int(value))
    if kind == "address":
        return Hash32(bytes(12) + parse_address(value, what=path))
    fixed = _BYTES.fullmatch(kind)
    if fixed is not None:
        return Hash32(parse_bytes(value, what=path, length=int(fixed[1])).ljust(32, b"\0"))
    integer = _INTEGER.fullmatch(kind)
    if integer is not None:
        return _encode_integer(value, path, bits=int(integer[2] or 256), signed=not integer[1])
    raise InputError(f"{path}: unknown type {shown_name(kind)}")


def _encode_integer(value: object, path: str, *, bits: int, signed: bool) -> Hash32:
    if isinstance(value, bool):
        raise InputError(f"{path}: not a number")
    if isinstance(value, int):
        number = value
    elif isinstance(value, str) and value.startswith("-"):
        number = -parse_quantity(value[1:], what=path, decimal=True)
    else:
        number = parse_quantity(value, what=path, decimal=True)
    least, most = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if bits % 8 or bits > 256 or not least <= number <= most:
        raise InputError(f"{path}: the number does not fit its type")
    return _word(number)


def _word(number: int) -> Hash32:
    return Hash32((number % (1 << 256)).to_bytes(32, "big"))


def _read_types(value: object) -> dict[str, Fields]:
    types = {}
    for name, fields in as_object(value, what="types").items():
        path = f"types.{shown_name(name)}"
        if not _NAME.fullmatch(name):
            raise InputError(f"{path}: not a name of a type")
        types[name] = tuple(
            _read_field(field, f"{path}.{index}")
            for index, field in enumerate(as_list(fields, what=path))
        )
    if _DOMAIN not in types:
        raise InputError(f"types: {_DOMAIN} is missing")
    return types


def _read_field(value: object, path: str) -> tuple[str, str]:
    members = as_object(value, what=path)
    name, kind = members.get("name"), members.get("type")
    if not isinstance(name, str) or not isinstance(kind, str):
        raise InputError(f"{path}: a member needs a name and a type")
    return name, kind
