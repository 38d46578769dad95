"""A decoded module: what the sections say, with the places of what will be rewritten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

CUSTOM: Final = 0
TYPE: Final = 1
IMPORT: Final = 2
FUNCTION: Final = 3
TABLE: Final = 4
MEMORY: Final = 5
GLOBAL: Final = 6
EXPORT: Final = 7
START: Final = 8
ELEMENT: Final = 9
CODE: Final = 10
DATA: Final = 11
DATA_COUNT: Final = 12
TAG: Final = 13

SECTION_NAMES: Final = (
    "custom", "type", "import", "function", "table", "memory", "global", "export", "start",
    "element", "code", "data", "data count", "tag",
)  # fmt: skip

FUNCTION_KIND: Final = 0
TABLE_KIND: Final = 1
MEMORY_KIND: Final = 2
GLOBAL_KIND: Final = 3
KIND_NAMES: Final = ("function", "table", "memory", "global", "tag")


@dataclass(frozen=True, slots=True)
class FunctionType:
    """Types of parameters and results, as type codes."""

    params: tuple[int, ...]
    results: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Extent:
    """Size limits of a memory (pages) or table (entries)."""

    minimum: int
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the type of its elements and its size."""

    element: int
    extent: Extent


@dataclass(frozen=True, slots=True)
class Global:
    """A global variable; `initial` is its constant expression without the end, none if imported."""

    type: int
    mutable: bool
    initial: bytes = b""


@dataclass(frozen=True, slots=True)
class Import:
    """One import; `detail` is the type index of a function."""

    module: str
    name: str
    kind: int
    detail: int
    offset: int


@dataclass(frozen=True, slots=True)
class Export:
    """One export."""

    name: str
    kind: int
    index: int
    offset: int


class FunctionUse(NamedTuple):
    """A place where a function index stands in the module."""

    start: int
    end: int
    function: int


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its kind and where its payload lies in the module."""

    kind: int
    start: int
    end: int
    name: str = ""  # of a custom section; the payload then starts after it


@dataclass(slots=True)
class Module:
    """Everything decoded from one module; lists are filled section by section.

    Index spaces (`functions`, `tables`, `memories`, `globals`) start with the imports.
    """

    wasm: bytes
    sections: list[Section] = field(default_factory=list)
    types: list[FunctionType] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)  # type indices
    imported_functions: int = 0
    tables: list[Table] = field(default_factory=list)
    memories: list[Extent] = field(default_factory=list)
    imported_memories: int = 0
    globals: list[Global] = field(default_factory=list)
    imported_globals: int = 0
    exports: list[Export] = field(default_factory=list)
    start: int | None = None
    element_types: list[int] = field(default_factory=list)
    data_count: int | None = None
    data_segments: int = 0
    drops_data: bool = False  # whether an instruction drops a data segment
    bodies: list[tuple[int, int]] = field(default_factory=list)  # start and end offsets
    referenced_functions: set[int] = field(default_factory=set)
    function_uses: list[FunctionUse] = field(default_factory=list)  # in globals and segments

    def function_type(self, index: int) -> FunctionType:
        """The type of a function by its index."""
        return self.types[self.functions[index]]

    def find_export(self, name: str) -> Export | None:
        """The export of that name."""
        return next((export for export in self.exports if export.name == name), None)
