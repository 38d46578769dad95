"""The vocabulary of the method table: kinds of values, parameters, methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value, in JSON and here.

    Attributes:
        name: In the documentation.
        doc: What the JSON value looks like.
        read: JSON value and name of its place, for errors, to our value. Raises `InputError`.
        write: Our value to the JSON value.
    """

    name: str
    doc: str
    read: Callable[[object, str], Any]
    write: Callable[[Any], object]


class Presence(Enum):
    """Whether a parameter has to be given."""

    REQUIRED = "required"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a method.

    Attributes:
        name: In the documentation and in errors.
        kind: What it holds.
        presence: Whether it must be there; only optional ones follow an optional one.
        default: What the function gets where it is absent or null.
    """

    name: str
    kind: Kind
    presence: Presence = Presence.REQUIRED
    default: Any = None


def optional(name: str, kind: Kind, default: object = None) -> Param:
    """A parameter that may be left out."""
    return Param(name, kind, Presence.OPTIONAL, default)


class Turn(Enum):
    """When and where a method runs."""

    QUEUED = "queued"
    """On the execution thread, one after the other."""
    IMMEDIATE = "immediate"
    """At once, whatever runs: it reads nothing but what never changes or changes in one step."""
    SESSION = "session"
    """As QUEUED, with the connection as a further argument; over WebSocket only."""


@dataclass(frozen=True, slots=True)
class Method:
    """A row of the table.

    Attributes:
        name: As clients call it.
        params: In the order of the request.
        result: What it answers.
        function: Gets the node and the values of the parameters; with `Turn.SESSION` the session
            between them.
        doc: One sentence about what it does.
        aliases: Further names.
        turn: When and where it runs.
        together: Does several requests at once: gets the node and the values of each, gives a
            result or an error for each.
    """

    name: str
    params: tuple[Param, ...]
    result: Kind
    function: Callable[..., Any]
    doc: str
    aliases: tuple[str, ...] = ()
    turn: Turn = Turn.QUEUED
    together: Callable[[Any, Any], Sequence[Any]] | None = None

    @property
    def required(self) -> int:
        """How many parameters must be there."""
        return sum(param.presence is Presence.REQUIRED for param in self.params)


ANVIL: Final = "anvil_"
HARDHAT: Final = "hardhat_"


def both(name: str) -> tuple[str, str]:
    """A name of the development nodes in its two spellings."""
    return ANVIL + name, HARDHAT + name
