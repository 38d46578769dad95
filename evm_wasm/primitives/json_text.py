"""JSON text to values, strictly: no member twice, and errors that name the place.

Places are written as paths, `pre.0x....storage.0x01`, behind the name of the source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from evm_wasm.errors import InputError

MOST_SHOWN: Final = 80
"""Characters of a foreign name that an error shows."""

MOST_NESTED: Final = 100
"""Far more than any of our formats. The parser of the standard library is recursive, and where
the machine has raised Python's recursion limit, deep nesting would overflow the native stack."""

_STRING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[][{}]")
_STEPS: Final = {"[": 1, "{": 1, "]": -1, "}": -1}


def parse_json(text: str, *, what: str) -> object:
    """The value of a JSON text.

    Args:
        text: The whole text.
        what: Name of the source, for errors.

    Raises:
        InputError: Not JSON, nested too deeply, or an object with a member that occurs twice.
    """

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(f"{what}: the member {shown_name(twice)} occurs twice")
        return members

    if _nesting(text) > MOST_NESTED:
        raise InputError(f"{what}: JSON is nested too deeply, more than {MOST_NESTED} levels")
    try:
        return json.loads(text, object_pairs_hook=unique)
    except ValueError as error:
        raise InputError(f"{what}: not JSON: {error}") from error


def _nesting(text: str) -> int:
    """A bound of how deep arrays and objects lie inside of each other, exact if above the limit."""
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return 0
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += _STEPS[bracket]
        deepest = max(deepest, depth)
    return deepest


def as_object(value: object, *, what: str) -> Mapping[str, object]:
    """The value as a JSON object; `InputError` if it is none."""
    if not isinstance(value, Mapping):
        raise InputError(f"{what}: a {type(value).__name__} where a JSON object was expected")
    return value


def as_list(value: object, *, what: str) -> Sequence[object]:
    """The value as a JSON array; `InputError` if it is none."""
    if not isinstance(value, list):
        raise InputError(f"{what}: a {type(value).__name__} where a JSON array was expected")
    return value


def shown_name(name: object) -> str:
    """A name for an error: as it is where it is an ordinary one, else quoted and cut."""
    if isinstance(name, str) and name.isascii() and name.isalnum() and len(name) <= MOST_SHOWN:
        return name
    text = ascii(name)
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 3]}..."
