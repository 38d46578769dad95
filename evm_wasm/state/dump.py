"""A whole state as lines of JSON, written and read one account at a time.

    {"format": "ewasm-state", "version": 1, "consensus": "...", "block": 5, "root": "0x..."}
    {"address": "0x...", "nonce": "0x1", "balance": "0x0", "code": "0x...", "slots": 2}
    {"slot": "0x...", "value": "0x..."}
    {"slot": "0x...", "value": "0x..."}
    {"accounts": 1}

Accounts come in order of their addresses, the slots of one in order of their keys right after it.
The last line tells a whole dump from one that was cut short.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
    parse_word,
)
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.primitives.types import ZERO_WORD, Hash32, Word
from evm_wasm.state.loading import FullAccount, full_accounts
from evm_wasm.state.reader import World

FORMAT: Final = "ewasm-state"
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class DumpHeader:
    """The first line of a dump.

    Attributes:
        consensus: The version under which the state was made.
        number: The block after which this is the state.
        root: The state root.
    """

    consensus: str
    number: int
    root: Hash32


def dump_lines(world: World, *, consensus: str, number: int) -> Iterator[str]:
    """The lines of a dump, each with its end."""
    yield _line(
        {
            "format": FORMAT,
            "version": VERSION,
            "consensus": consensus,
            "block": number,
            "root": format_bytes(world.root),
        }
    )
    count = 0
    for account in full_accounts(world):
        slots = list(account.slots)
        yield _line(
            {
                "address": format_bytes(account.address),
                "nonce": format_quantity(account.nonce),
                "balance": format_quantity(account.balance),
                "code": format_bytes(account.code),
                "slots": len(slots),
            }
        )
        for key, value in slots:
            yield _line({"slot": format_bytes(key), "value": format_bytes(value)})
        count += 1
    yield _line({"accounts": count})


def looks_like_dump(first_line: str) -> bool:
    """Whether a file with this first line is a dump rather than an allocation."""
    return FORMAT in first_line


class DumpReader:
    """The accounts of a dump; the header is read at once, the rest as it is asked for.

    Attributes:
        header: The first line.
    """

    def __init__(self, lines: Iterable[str], *, what: str) -> None:
        """Reads the header.

        Args:
            lines: Of the dump.
            what: Name of the source, for errors.

        Raises:
            InputError: No dump, or one of another version.
        """
        self._lines = iter(lines)
        self._what = what
        self._number = 0
        members = self._members("format", "version", "consensus", "block", "root")
        if members["format"] != FORMAT:
            raise InputError(f"{what}: not a dump of a state")
        if members["version"] != VERSION:
            raise InputError(f"{what}: a dump of another version than {VERSION}")
        self.header = DumpHeader(
            consensus=str(members["consensus"]),
            number=self._count(members["block"]),
            root=parse_hash(members["root"], what=self._place()),
        )

    def accounts(self) -> Iterator[FullAccount]:
        """The accounts; the slots of one must be read before the next is asked for.

        Raises:
            InputError: A line is not what it should be, out of order, or missing.
        """
        count = 0
        before = b""
        while True:
            members = self._members()
            if members.keys() == {"accounts"}:
                break
            account = self._account(members)
            if account.address <= before:
                raise InputError(f"{self._place()}: the addresses are not in ascending order")
            before = account.address
            count += 1
            yield account
        if self._count(members["accounts"]) != count:
            raise InputError(f"{self._place()}: the dump has {count} accounts, not as many as here")
        if next(self._lines, None) is not None:
            raise InputError(f"{self._what}: there is something behind the last line")

    def _account(self, members: Mapping[str, object]) -> FullAccount:
        place = self._place()
        if members.keys() != {"address", "nonce", "balance", "code", "slots"}:
            raise InputError(f"{place}: not the members of an account")
        return FullAccount(
            address=parse_address(members["address"], what=place),
            nonce=parse_quantity(members["nonce"], what=place, bits=64),
            balance=parse_quantity(members["balance"], what=place),
            code=parse_bytes(members["code"], what=place),
            slots=self._slots(self._count(members["slots"])),
        )

    def _slots(self, count: int) -> Iterator[tuple[Word, Word]]:
        before = b""
        for _ in range(count):
            members = self._members("slot", "value")
            key = parse_word(members["slot"], what=self._place())
            value = parse_word(members["value"], what=self._place())
            if key <= before:
                raise InputError(f"{self._place()}: the slots are not in ascending order")
            if value == ZERO_WORD:
                raise InputError(f"{self._place()}: a slot of zero")
            before = key
            yield key, value

    def _members(self, *names: str) -> Mapping[str, object]:
        """The next line, with just these members if any are named."""
        self._number += 1
        line = next(self._lines, None)
        if line is None:
            raise InputError(f"{self._what}: the dump is cut short after line {self._number - 1}")
        members = as_object(parse_json(line, what=self._place()), what=self._place())
        if names and members.keys() != set(names):
            raise InputError(f"{self._place()}: the members should be {', '.join(names)}")
        return members

    def _count(self, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
            raise InputError(f"{self._place()}: not a count")
        return value

    def _place(self) -> str:
        return f"{self._what}: line {self._number}"


def _line(members: Mapping[str, object]) -> str:
    return json.dumps(members) + "\n"
