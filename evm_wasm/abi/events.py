"""Events in the Solidity ABI: from a signature to the topic that names it, and logs decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from eth_abi.grammar import ABIType, BasicType

from evm_wasm.abi.functions import NAME
from evm_wasm.abi.types import parse_types, split_lists, type_name
from evm_wasm.abi.values import decode_values
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Word

MOST_INDEXED: Final = 3
"""A log has four topics (yellow paper, section 4.3.1); the first names the event."""

_INDEXED: Final = "indexed"
_EXAMPLE: Final = "such as 'Transfer(address indexed,address indexed,uint256)'"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that an event carries.

    Attributes:
        kind: Its type.
        is_indexed: Whether it is a topic.
        name: Empty where the signature gives none.
    """

    kind: ABIType
    is_indexed: bool
    name: str

    @property
    def is_hashed(self) -> bool:
        """Whether its topic is only a hash, because the value need not fit into 32 bytes."""
        kind = self.kind
        is_word = isinstance(kind, BasicType) and not kind.is_array and not kind.is_dynamic
        return self.is_indexed and not is_word


@dataclass(frozen=True, slots=True)
class Event:
    """An event as `Name(type indexed name, ...)`."""

    name: str
    parameters: tuple[Parameter, ...]

    @property
    def canonical(self) -> str:
        """The text whose hash is the first topic."""
        types = ",".join(type_name(parameter.kind) for parameter in self.parameters)
        return f"{self.name}({types})"

    @property
    def topic(self) -> Word:
        """The first topic of its logs."""
        return Word(keccak256(self.canonical.encode("ascii")))


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that a log carries.

    Attributes:
        parameter: What it is.
        value: As JSON, see `evm_wasm.abi.values.decode_values`; of a hashed one its hash.
    """

    parameter: Parameter
    value: object


def parse_event(text: str, *, what: str) -> Event:
    """Reads the signature of an event.

    Args:
        text: `Name(types)`; behind each type may stand `indexed` and a name.
        what: Name of its source, for errors.

    Raises:
        InputError: Not of this form, a type that does not exist, too many indexed ones.
    """
    stripped = text.strip().removeprefix("event ").strip()
    name = NAME.match(stripped)
    rest = stripped[name.end() :].strip() if name is not None else ""
    if name is None or len(split_lists(rest, what=what)) != 1:
        raise InputError(f"{what}: an event is its name and its types, {_EXAMPLE}")
    parameters = tuple(_parse_parameter(part, what) for part in _split_parameters(rest[1:-1]))
    if sum(parameter.is_indexed for parameter in parameters) > MOST_INDEXED:
        raise InputError(f"{what}: an event has at most {MOST_INDEXED} indexed values")
    return Event(name[0], parameters)


def decode_log(event: Event, topics: Sequence[Word], data: bytes) -> list[Argument] | None:
    """The values of a log in the order of the event's parameters, None if it is of another event.

    Raises:
        InputError: Topics or data are not what the event says; `indexed` may be wrong.
    """
    if not topics or topics[0] != event.topic:
        return None
    indexed = [parameter for parameter in event.parameters if parameter.is_indexed]
    if len(topics) != 1 + len(indexed):
        raise InputError(
            f"the log has {len(topics) - 1} indexed values where {event.canonical} as given has "
            f"{len(indexed)}"
        )
    in_topics = iter([_topic_value(*pair) for pair in zip(indexed, topics[1:], strict=True)])
    in_data = iter(decode_values([p.kind for p in event.parameters if not p.is_indexed], data))
    return [
        Argument(parameter, next(in_topics if parameter.is_indexed else in_data))
        for parameter in event.parameters
    ]


def _topic_value(parameter: Parameter, topic: Word) -> object:
    return format_bytes(topic) if parameter.is_hashed else decode_values([parameter.kind], topic)[0]


def _split_parameters(text: str) -> Iterator[str]:
    """The parts between the outermost commas."""
    if not text.strip():
        return
    depth = start = 0
    for position, character in enumerate(text):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _parse_parameter(text: str, what: str) -> Parameter:
    words = text.split()
    has_name = len(words) > 1 and words[-1] != _INDEXED and NAME.fullmatch(words[-1])
    name = words.pop() if has_name else ""
    is_indexed = len(words) > 1 and words[-1] == _INDEXED
    if is_indexed:
        words.pop()
    kinds = parse_types(f"({''.join(words)})", what=what)
    if len(kinds) != 1:
        raise InputError(f"{what}: a type is missing in the list of the event, {_EXAMPLE}")
    return Parameter(kinds[0], is_indexed, name)
