"""What a node answers, read field by field; an error names the answer and the field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from evm_wasm.errors import InputError, NodeError
from evm_wasm.model.message import Log
from evm_wasm.primitives.hexadecimal import (
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
)
from evm_wasm.primitives.json_text import as_list, as_object
from evm_wasm.primitives.types import Address, Hash32, Word

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """A JSON object that a node answered.

    Attributes:
        what: What it is, for errors.
        members: As the node gave them.
    """

    what: str
    members: Mapping[str, object]

    def quantity(self, name: str) -> int:
        """A number; `NodeError` if it is missing or none."""
        return self._read(name, lambda value, what: parse_quantity(value, what=what))

    def hash(self, name: str) -> Hash32:
        """32 bytes; `NodeError` if they are missing or none."""
        return self._read(name, lambda value, what: parse_hash(value, what=what))

    def address(self, name: str) -> Address:
        """20 bytes; `NodeError` if they are missing or none."""
        return self._read(name, lambda value, what: parse_address(value, what=what))

    def objects(self, name: str) -> Sequence[Answer]:
        """A list of objects; `NodeError` if it is missing or none."""
        values = self._read(name, lambda value, what: as_list(value, what=what))
        return [read_object(item, what=f"{self.what}.{name}[{n}]") for n, item in enumerate(values)]

    def hashes(self, name: str) -> Sequence[Hash32]:
        """A list of 32 bytes each; `NodeError` if it is missing or none."""
        values = self._read(name, lambda value, what: as_list(value, what=what))
        return [read_hash(item, what=f"{self.what}.{name}[{n}]") for n, item in enumerate(values)]

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self.members.get(name) is not None

    def _read(self, name: str, parse: Callable[[object, str], T]) -> T:
        with _foreign():
            if name not in self.members:
                raise InputError(f"{self.what}: no member {name}")
            return parse(self.members[name], f"{self.what}.{name}")


def read_object(value: object, *, what: str) -> Answer:
    """An object; `NodeError` if it is none."""
    with _foreign():
        return Answer(what, as_object(value, what=what))


def read_quantity(value: object, *, what: str) -> int:
    """A number; `NodeError` if it is none."""
    with _foreign():
        return parse_quantity(value, what=what)


def read_data(value: object, *, what: str) -> bytes:
    """Bytes; `NodeError` if they are none."""
    with _foreign():
        return parse_bytes(value, what=what)


def read_hash(value: object, *, what: str) -> Hash32:
    """32 bytes; `NodeError` if they are none."""
    with _foreign():
        return parse_hash(value, what=what)


def read_addresses(value: object, *, what: str) -> list[Address]:
    """Addresses; `NodeError` if one is none."""
    with _foreign():
        return [parse_address(item, what=what) for item in as_list(value, what=what)]


def read_objects(value: object, *, what: str) -> list[Answer]:
    """A list of objects; `NodeError` if it is none."""
    with _foreign():
        items = as_list(value, what=what)
    return [read_object(item, what=f"{what}[{n}]") for n, item in enumerate(items)]


def read_log(answer: Answer) -> Log:
    """A log of a receipt or of a query; `NodeError` if it is none."""
    with _foreign():
        topics = as_list(answer.members.get("topics"), what=f"{answer.what}.topics")
        return Log(
            address=answer.address("address"),
            topics=tuple(Word(parse_hash(item, what=f"{answer.what}.topics")) for item in topics),
            data=parse_bytes(answer.members.get("data"), what=f"{answer.what}.data"),
        )


@contextmanager
def _foreign() -> Iterator[None]:
    """What is malformed in an answer is the node's fault, not the user's."""
    try:
        yield
    except InputError as error:
        raise NodeError(f"the node's answer is malformed: {error}") from error
