"""What the injector appends to a module, and under which indices.

Everything is appended behind what the module has, so no index of the module changes; except that
an added import shifts the functions that the module defines.
"""

from __future__ import annotations

from typing import Final

from injector import leb128
from injector.charges import (
    CALL,
    HIGHEST_GAS,
    LOCAL_GET,
    OUT_OF_GAS,
    STACK_EXHAUSTED,
    ChargeWriter,
    GlobalCounter,
    Helper,
    ImportCounter,
    const64,
    either_helper,
    length_helper,
    local,
    page_grow_helper,
    stop_helper,
    table_grow_helper,
)
from injector.counter import Counter
from injector.edits import Edit
from injector.errors import InjectorError
from injector.linking import Linked, LinkedFunction, link_runtime
from injector.module import FUNCTION_KIND, FunctionType, FunctionUse, Module
from injector.opcodes import I64
from injector.plan import FunctionPlan, Site
from injector.runtime import Runtime
from injector.schedule import Schedule
from injector.stack_height import STACK_WORDS, StackHeight

GAS_EXPORT: Final = "gas_left"
USE_GAS: Final = ("ethereum", "useGas")
_MEMORY_PAGES: Final = 65_536
_COPIES: Final = frozenset({"memory.copy", "memory.fill", "memory.init"})
_TABLE_COPIES: Final = frozenset({"table.copy", "table.fill", "table.init"})
_WITHOUT_HELPER: Final = frozenset({"call", "call_indirect", "return"})
_WORD_SHIFT: Final = 5  # 32 bytes


class Layout:
    """Types, globals and functions added to one module.

    Attributes:
        helpers: Added functions; their indices start at `first_helper`.
        imports: Added entries of the import section.
        counter: Writes the charges.
        out_of_gas: Index of the helper that ends a frame without gas.
        stack_exhausted: Index of the helper that ends a frame without words of stack.
        out_of_either: Index of the helper that does one of both, by the words left.
        gas_global: Index of the gas global; None for the counter `import`.
        height: Writes the accounting of the stack height.
        exports: Names of added globals, beside the counter of gas, with their indices.
        function_exports: Names of added functions that are exported, with their indices.
        linked: The runtime as it is linked in, if there is one.
    """

    def __init__(
        self, module: Module, schedule: Schedule, plans: list[FunctionPlan], counter: Counter
    ) -> None:
        self.module = module
        self.schedule = schedule
        self.types = list(module.types)
        self._type_indices: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        for index, kind in enumerate(self.types):
            self._type_indices.setdefault((kind.params, kind.results), index)
        self.imports: list[bytes] = []
        self.helpers: list[Helper | LinkedFunction] = []
        self.linked: Linked | None = None
        self.exports: dict[str, int] = {}
        self.function_exports: dict[str, int] = {}
        self._more_globals: list[int] = []
        self._indices: dict[str, int] = {}
        imports = counter is Counter.IMPORT and schedule.charges
        if imports:
            self.imports.append(self._use_gas())
        first_free = len(module.functions) + len(self.imports)
        first_global = len(module.globals)
        self.gas_global: int | None = None if counter is Counter.IMPORT else first_global
        passed = first_global if self.gas_global is None else first_global + 1
        self.height = StackHeight(module, plans, passed, first_free)
        self._first_added = passed + 1
        self.first_helper = first_free + len(self.height.moved)
        self.stack_exhausted = self._add(
            "stack_exhausted", stop_helper("gas.stack_exhausted", self.gas_global, STACK_EXHAUSTED)
        )
        self.out_of_gas = self.out_of_either = 0
        self.counter: ChargeWriter
        if self.gas_global is None:
            self.counter = ImportCounter(module.imported_functions, schedule.scale)
        else:
            self.out_of_gas = self._out_of_gas(self.gas_global)
            self.out_of_either = self._add("out_of_either", either_helper(self.gas_global))
            self.counter = GlobalCounter(self.gas_global, self.out_of_gas)
        if schedule.charges:
            self._add_charging_helpers(plans)
        self._entries = {index: self._add_entry(index) for index in self._entered_from_outside()}

    def _use_gas(self) -> bytes:
        """The entry of the import section for `ethereum.useGas`."""
        module, name = (leb128.sized(text.encode()) for text in USE_GAS)
        kind = leb128.unsigned(self.type_index(FunctionType((I64,), ())))
        return module + name + bytes([FUNCTION_KIND]) + kind

    def _out_of_gas(self, gas: int) -> int:
        if not self.schedule.charges:
            return 0
        return self._add("out_of_gas", stop_helper("gas.out_of_gas", gas, OUT_OF_GAS))

    def function_index(self, index: int) -> int:
        """The index in the output of a function of the module."""
        if index < self.module.imported_functions:
            return index if self.linked is None else self.linked.replaced.get(index, index)
        return index + len(self.imports)

    @property
    def renumbers(self) -> bool:
        """Whether functions of the module have other indices in the output."""
        return bool(self.imports) or self.linked is not None

    def call_index(self, index: int) -> int:
        """The index in the output by which a function of the module is called directly."""
        return self.height.moved.get(index, self.function_index(index))

    def entry_index(self, index: int) -> int:
        """The index in the output by which a function of the module is entered from outside."""
        return self._entries.get(index, self.function_index(index))

    def function_types(self) -> list[int]:
        """The entries of the function section: the module's, the moved and the added functions."""
        module, height = self.module, self.height
        types = []
        for index in range(module.imported_functions, len(module.functions)):
            kind = module.functions[index]
            if index in height.words and index not in height.moved:
                kind = self.type_index(height.type(index, module.types[kind]))
            types.append(kind)
        moved = [height.type(index, module.function_type(index)) for index in height.moved]
        types += [self.type_index(kind) for kind in moved]
        return [*types, *(self.type_index(helper.type) for helper in self.helpers)]

    def globals(self) -> list[bytes]:
        """The added globals: gas, words of stack on the way to a thunk, and all others."""
        first = [] if self.gas_global is None else [HIGHEST_GAS]
        values = [*first, STACK_WORDS, *self._more_globals]
        return [bytes([I64, 1]) + const64(value) + b"\x0b" for value in values]

    def add_global(self, value: int, export: str | None = None) -> int:
        """Adds a mutable i64 global, exported if it has a name; returns its index."""
        self._more_globals.append(value)
        index = self._first_added + len(self._more_globals) - 1
        if export is not None:
            self.exports[export] = index
        return index

    def add_helper(self, helper: Helper) -> int:
        """Adds a function; returns its index."""
        return self._add(helper.name, helper)

    def type_index(self, kind: FunctionType) -> int:
        """The index of a function type, added if the module lacks it."""
        key = kind.params, kind.results
        index = self._type_indices.get(key)
        if index is None:
            index = self._type_indices[key] = len(self.types)
            self.types.append(kind)
        return index

    def block_type(self, results: tuple[int, ...]) -> bytes:
        """The block type of a block with these results."""
        if not results:
            return b"\x40"
        if len(results) == 1:
            return bytes(results)
        return leb128.signed(self.type_index(FunctionType((), results)))

    def site_helper(self, site: Site) -> int | None:
        """The index of the helper for an instruction, if it has one."""
        if site.mnemonic == "table.grow":
            return self._indices.get(f"table.grow {site.operand}")
        return self._indices.get(site.mnemonic)

    def renumber(self, uses: list[FunctionUse]) -> list[Edit]:
        """Edits that write the indices that functions have in the output."""
        return [
            (use.start, 3, use.end - use.start, leb128.unsigned(self.function_index(use.function)))
            for use in uses
        ]

    def names(self, names: dict[int, str]) -> dict[int, str]:
        """Names of all functions of the output, given those of the module."""
        named = {}
        for index, name in names.items():
            moved = index in self.height.moved
            named[self.function_index(index)] = f"gas.table.{name}" if moved else name
            named[self.call_index(index)] = name
        helpers = {self.first_helper + i: helper.name for i, helper in enumerate(self.helpers)}
        return named | helpers

    def wrap_main(self, main: int, cost: int) -> None:
        """Export a wrapper of `main` that charges a cost once, when the frame starts."""
        code = self.counter.charge(cost) + local(CALL, self.entry_index(main))
        helper = Helper("gas.main", FunctionType((), ()), (), code)
        self._entries[main] = self._add("main", helper)

    def link(self, runtime: Runtime, main: int) -> None:
        """Put a runtime in the place of imports and around `main`.

        Raises:
            InjectorError: The counter is not a global, or the runtime needs what is not there.
        """
        if self.gas_global is None:
            raise InjectorError("a runtime needs the counter in a global")
        first = self.first_helper + len(self.helpers)
        entry = self.entry_index(main)
        self.linked = link_runtime(
            runtime, self.module, main=entry, gas_global=self.gas_global, first=first
        )
        for kind in self.linked.tags:
            self.type_index(kind)
        for function in self.linked.functions:
            self.type_index(function.type)
            self.helpers.append(function)
        self._entries[main] = self.linked.main

    def _entered_from_outside(self) -> list[int]:
        """The exported functions and the start function, if they need words of stack."""
        entered = {e.index for e in self.module.exports if e.kind == FUNCTION_KIND}
        if self.module.start is not None:
            entered.add(self.module.start)
        return sorted(entered & self.height.words.keys())

    def _add_entry(self, index: int) -> int:
        """Add a helper that calls a function with all words of stack."""
        kind = self.module.function_type(index)
        arguments = [local(LOCAL_GET, each) for each in range(len(kind.params))]
        code = b"".join(arguments) + const64(STACK_WORDS) + local(CALL, self.call_index(index))
        name = f"gas.enter_{index}"
        return self._add(name, Helper(name, kind, (), code))

    def _add(self, key: str, helper: Helper) -> int:
        self.type_index(helper.type)
        self.helpers.append(helper)
        self._indices[key] = self.first_helper + len(self.helpers) - 1
        return self._indices[key]

    def _add_charging_helpers(self, plans: list[FunctionPlan]) -> None:
        used = {
            (site.mnemonic, site.operand)
            for plan in plans
            for site in plan.sites
            if site.mnemonic not in _WITHOUT_HELPER
        }
        mnemonics = {mnemonic for mnemonic, _ in used}
        schedule, counter = self.schedule, self.counter
        if "memory.grow" in mnemonics:
            memory = self.module.memories[0]
            maximum = _MEMORY_PAGES if memory.maximum is None else memory.maximum
            self._add("memory.grow", page_grow_helper(counter, schedule, maximum))
        if mnemonics & _COPIES:
            helper = length_helper(counter, "gas.copy", *_price_of_copy(schedule))
            self._indices.update(dict.fromkeys(_COPIES, self._add("memory.copy", helper)))
        if mnemonics & _TABLE_COPIES:
            price = schedule.table_element
            index = self._add("table.copy", length_helper(counter, "gas.table", price, 0))
            self._indices.update(dict.fromkeys(_TABLE_COPIES, index))
        for table in sorted(table for mnemonic, table in used if mnemonic == "table.grow"):
            helper = table_grow_helper(counter, schedule, table, self.module.tables[table])
            self._add(f"table.grow {table}", helper)


def price_of_length(schedule: Schedule, mnemonic: str) -> tuple[int, int] | None:
    """What an instruction costs by the length on top of its operands.

    Returns:
        The price p and a shift s: p for each started 2^s units. None for other instructions.
    """
    if mnemonic in _COPIES:
        return _price_of_copy(schedule)
    if mnemonic == "memory.grow":
        return schedule.memory_page, 0
    if mnemonic == "table.grow" or mnemonic in _TABLE_COPIES:
        return schedule.table_element, 0
    return None


def _price_of_copy(schedule: Schedule) -> tuple[int, int]:
    """The same for bulk memory operations, which a schedule prices by words or by bytes."""
    if schedule.copy_word:
        return schedule.copy_word, _WORD_SHIFT
    return schedule.copy_byte, 0
