"""Schedules: what each instruction costs, read from `prices.json` or a file of the same form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from injector.errors import ScheduleError
from injector.opcodes import MNEMONICS

FREE = frozenset({"else", "end"})
"""Always free: no instructions of their own; neither can appear without a paid opener."""

MOST_FREE_PAGES = 65_536
HIGHEST_PRICE = 1 << 30
"""Keeps every product with a 32-bit length, and every sum in a function, below 2^63."""

_COUNTED = ("function_entry", "local", "br_table_entry", "table_element", "memory_page")
_MAY_BE_ZERO = frozenset({"br_table_entry"})
_FIELDS = frozenset(
    {
        "name", "why", "scale", "instructions", "core_only", "every_instruction", "except_zero",
        "copy_word", "copy_byte", "free_initial_pages", *_COUNTED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Schedule:
    """Prices of instructions, in units of which `scale` make one gas.

    Attributes:
        name: How it is called.
        scale: Units per gas.
        instructions: Price of each instruction by mnemonic.
        function_entry: Price of entering a function.
        local: Price of each declared local of an entered function.
        br_table_entry: Price of each target of a `br_table`, the default included.
        copy_word: Price of each started 32 bytes of a bulk memory operation, or 0.
        copy_byte: Price of each byte of a bulk memory operation, or 0.
        table_element: Price of each element of a bulk table operation.
        memory_page: Price of each page of 65,536 bytes that memory grows by.
        free_initial_pages: Pages of the initial memory that cost nothing.
        hash: SHA-256 of all prices, in hexadecimal.
    """

    name: str
    scale: int
    instructions: Mapping[str, int] = field(hash=False)
    function_entry: int = 0
    local: int = 0
    br_table_entry: int = 0
    copy_word: int = 0
    copy_byte: int = 0
    table_element: int = 0
    memory_page: int = 0
    free_initial_pages: int = MOST_FREE_PAGES
    hash: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Freeze the prices and take their digest."""
        object.__setattr__(self, "instructions", MappingProxyType(dict(self.instructions)))
        lines = [f"{name} {price}" for name, price in sorted(self.instructions.items())]
        lines += [f"{name} {getattr(self, name)}" for name in ("scale", "copy_word", "copy_byte")]
        lines += [f"{name} {getattr(self, name)}" for name in _COUNTED]
        lines.append(f"free_initial_pages {self.free_initial_pages}")
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        object.__setattr__(self, "hash", digest)

    @property
    def charges(self) -> bool:
        """Whether anything costs anything; False for `none`."""
        return any(self.instructions.values())

    def prices(self) -> list[tuple[str, int]]:
        """All prices with the names of their fields."""
        counted = [*_COUNTED, "copy_word", "copy_byte"]
        return [*self.instructions.items(), *((name, getattr(self, name)) for name in counted)]

    def price(self, mnemonic: str) -> int:
        """The price of one execution of an instruction.

        Raises:
            ScheduleError: The schedule has no price for it.
        """
        try:
            return self.instructions[mnemonic]
        except KeyError:
            raise ScheduleError(f"schedule {self.name}: no price for {mnemonic}") from None


class _Reader:
    """Reads one JSON object as a schedule; every error names the file and the field."""

    def __init__(self, source: str, data: object) -> None:
        self.source = source
        if not isinstance(data, dict):
            raise ScheduleError(f"{source}: a schedule must be a JSON object")
        self.data: dict[str, object] = data
        for name in data:
            if name not in _FIELDS:
                raise ScheduleError(f"{source}: unknown field {name!r}")

    def error(self, name: str, problem: str) -> ScheduleError:
        """An error about one field."""
        return ScheduleError(f"{self.source}: field {name!r}: {problem}")

    def integer(self, name: str, value: object, lowest: int = 0) -> int:
        """A price, given as a number or as an object with `particles` (or `pages`) and `why`."""
        if isinstance(value, dict):
            value = value.get("particles", value.get("pages"))
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(name, "must be an integer")
        if not lowest <= value <= HIGHEST_PRICE:
            raise self.error(name, f"{value} is not between {lowest} and {HIGHEST_PRICE}")
        return value

    def required(self, name: str) -> object:
        """The value of a field that must be there."""
        if name not in self.data:
            raise self.error(name, "is missing")
        return self.data[name]

    def table(self, name: str) -> dict[str, object]:
        """A field that holds an object, empty where it is missing."""
        value = self.data.get(name, {})
        if not isinstance(value, dict):
            raise self.error(name, "must be an object")
        return value

    def instructions(self) -> dict[str, int]:
        """The price of each instruction, from either form."""
        if "every_instruction" in self.data:
            price = self.integer("every_instruction", self.data["every_instruction"], 1)
            zero = self.data.get("except_zero", [])
            if not isinstance(zero, list):
                raise self.error("except_zero", "must be a list of instructions")
            for name in zero:
                if name not in MNEMONICS:
                    raise self.error("except_zero", f"unknown instruction {name!r}")
            return {name: 0 if name in zero else price for name in MNEMONICS}
        prices: dict[str, int] = {}
        for part in ("instructions", "core_only"):
            for name, value in self.table(part).items():
                if name not in MNEMONICS:
                    raise self.error(f"{part}.{name}", "unknown instruction")
                prices[name] = self.integer(f"{part}.{name}", value)
        for name, feature in MNEMONICS.items():
            if feature is None and name not in prices:
                raise self.error(f"instructions.{name}", "is missing")
        return prices

    def free_initial_pages(self) -> int:
        """The number of free initial pages; `all` is a number no memory exceeds."""
        value = self.required("free_initial_pages")
        if value == "all":
            return MOST_FREE_PAGES
        return self.integer("free_initial_pages", value)

    def schedule(self, name: str, *, zeros: bool) -> Schedule:
        """The whole schedule.

        Args:
            name: What to call it unless the object has a name.
            zeros: Whether instructions may be free.
        """
        given = self.data.get("name", name)
        if not isinstance(given, str):
            raise self.error("name", "must be text")
        prices = self.instructions()
        for free in sorted(FREE):
            if prices[free]:
                raise self.error(f"instructions.{free}", "must be 0, it is no instruction")
        if not zeros:
            self._refuse_zeros(prices)
        if ("copy_word" in self.data) == ("copy_byte" in self.data):
            raise self.error("copy_word", "exactly one of copy_word and copy_byte is needed")
        copy = "copy_word" if "copy_word" in self.data else "copy_byte"
        counted = {
            key: self.integer(key, self.required(key), 0 if zeros or key in _MAY_BE_ZERO else 1)
            for key in _COUNTED
        }
        return Schedule(
            name=given,
            scale=self.integer("scale", self.required("scale"), 1),
            instructions=prices,
            free_initial_pages=self.free_initial_pages(),
            **{copy: self.integer(copy, self.data[copy], 1)},
            **counted,
        )

    def _refuse_zeros(self, prices: dict[str, int]) -> None:
        for name, price in prices.items():
            if price == 0 and name not in FREE:
                raise self.error(f"instructions.{name}", "an instruction may not be free")


@cache
def _built_in() -> Mapping[str, Schedule]:
    # Not by importlib.resources: importing it takes a quarter of a first run.
    text = Path(__file__).with_name("prices.json").read_text("utf-8")
    schedules = {
        "none": Schedule("none", 1, dict.fromkeys(MNEMONICS, 0)),
    }
    for name, data in json.loads(text).items():
        if not name.startswith("_") and name != "none":
            reader = _Reader(f"prices.json, {name}", data)
            schedules[name] = reader.schedule(name, zeros=name == "fuel")
    return MappingProxyType(schedules)


def load_schedule(name_or_path: str | Path) -> Schedule:
    """The schedule of a name (`particles`, `unit`, `none`, `fuel`) or of a JSON file.

    A file holds one JSON object in the form of the entries of `prices.json`; no instruction in it
    may be free.

    Raises:
        ScheduleError: Neither a known name nor a readable file, or a field is wrong.
    """
    built_in = _built_in()
    if isinstance(name_or_path, str) and name_or_path in built_in:
        return built_in[name_or_path]
    path = Path(name_or_path)
    try:
        data = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        names = ", ".join(built_in)
        raise ScheduleError(
            f"schedule {str(name_or_path)!r}: neither one of {names} nor a file"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ScheduleError(f"{path}: cannot be read as JSON: {error}") from error
    return _Reader(str(path), data).schedule(path.stem, zeros=False)


def find_schedule(schedule: str | Schedule) -> Schedule:
    """The schedule itself, or the one of that name or path."""
    return schedule if isinstance(schedule, Schedule) else load_schedule(schedule)
