"""Types of the Solidity ABI as text, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eth_abi.exceptions import ABITypeError, ParseError
from eth_abi.grammar import ABIType, BasicType, TupleType, normalize, parse

from evm_wasm.errors import InputError

MOST_NESTED: Final = 16
"""Tuples inside of tuples; the grammar of types is read recursively."""

BASES: Final = ("uint", "int", "bool", "bytes", "string", "address")
"""The elementary types that compilers use; the grammar knows others."""


def parse_types(text: str, *, what: str) -> tuple[ABIType, ...]:
    """The types of a list in parentheses, such as `(address,uint256)`.

    Args:
        text: Without blanks.
        what: Name of the source, for errors.

    Raises:
        InputError: No such list, or a type that does not exist.
    """
    if text == "()":
        return ()
    try:
        kind = parse(normalize(text))  # type: ignore[no-untyped-call]
        kind.validate()
    except (ValueError, ParseError, ABITypeError) as error:
        raise InputError(f"{what}: {text} is no list of ABI types") from error
    components: tuple[ABIType, ...] = kind.components
    for component in components:
        _check_readable(component, what)
    return components


def split_lists(text: str, *, what: str) -> list[str]:
    """The outermost pairs of parentheses that make up the text, none if it has other parts.

    Raises:
        InputError: Nested deeper than `MOST_NESTED`.
    """
    parts: list[str] = []
    depth = start = 0
    for position, character in enumerate(text):
        if depth == 0 and character != "(":
            return []
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth > MOST_NESTED:
            raise InputError(f"{what}: types are nested deeper than {MOST_NESTED}")
        if depth == 0:
            parts.append(text[start : position + 1])
            start = position + 1
    return parts if depth == 0 else []


def type_name(kind: ABIType) -> str:
    """A type in its one canonical spelling."""
    name: str = kind.to_type_str()  # type: ignore[no-untyped-call]
    return name


def type_names(kinds: Sequence[ABIType]) -> list[str]:
    """See `type_name`."""
    return [type_name(kind) for kind in kinds]


def _check_readable(kind: ABIType, what: str) -> None:
    """Refuses the types that no compiler uses."""
    if isinstance(kind, TupleType):
        for component in kind.components:
            _check_readable(component, what)
    elif isinstance(kind, BasicType) and kind.base not in BASES:
        raise InputError(f"{what}: the type {type_name(kind)} is not supported")
