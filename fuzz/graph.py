"""Every cycle of the output holds a positive charge, and nothing visible comes before the first.

The output is read again by code that shares nothing with the placing of charges: each function
becomes a graph of its instructions. A charge is a subtraction of a positive constant from the
counter, which is a thing that the original module cannot name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fuzz.gas import random_schedule
from fuzz.programs import program
from fuzz.proof import Disagreement, Tally, chance
from fuzz.smith import contract_module, contract_policy, core_module
from injector import LARGE_LIMITS, Policy, instrument
from injector.decode import Decoder
from injector.errors import Findings
from injector.instrument import COUNTERS
from injector.layout import GAS_EXPORT
from injector.module import Module
from injector.opcodes import OPCODES
from injector.policy import find_policy
from injector.reader import Reader

_BY_CODE = {(row.prefix, row.code): row for row in OPCODES}
_PREFIX = 0xFC
_OPENERS = ("block", "loop", "if")
_VISIBLE = frozenset({
    "memory.grow", "memory.copy", "memory.fill", "memory.init", "call_indirect", "table.grow",
    "table.copy", "table.fill", "table.init", "data.drop", "elem.drop", "table.set",
})  # fmt: skip
_FIXED = {  # bytes of an immediate, or how many integers it has
    "f32.const": 4, "f64.const": 8, "ref.null": 1,
}  # fmt: skip
_INTEGERS = {
    "br": 1, "br_if": 1, "call": 1, "call_indirect": 2, "local.get": 1, "local.set": 1,
    "local.tee": 1, "global.get": 1, "global.set": 1, "table": 1, "memory.size": 1,
    "memory.grow": 1, "ref.func": 1, "memory.init": 2, "data": 1, "memory.copy": 2,
    "memory.fill": 1, "table.init": 2, "elem": 1, "table.copy": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with its immediates as numbers."""

    name: str
    operands: tuple[int, ...] = ()


@dataclass(slots=True)
class Graph:
    """The instructions of one function and where each can lead."""

    code: list[Instruction]
    leads: list[tuple[int, ...]] = field(default_factory=list)


def read_code(reader: Reader) -> list[Instruction]:
    """All instructions of a body, from behind its locals on."""
    code = []
    while reader.left:
        prefix = None
        opcode = reader.byte()
        if opcode == _PREFIX:
            prefix, opcode = opcode, reader.u32()
        row = _BY_CODE[prefix, opcode]
        code.append(Instruction(row.mnemonic, tuple(_immediate(reader, row.immediate))))
    return code


def _immediate(reader: Reader, kind: str) -> Iterator[int]:
    if kind in ("i32.const", "i64.const", "block"):
        yield reader.signed({"i32.const": 32, "i64.const": 64, "block": 33}[kind])
    elif kind == "br_table":
        yield from [reader.u32() for _ in range(reader.u32() + 1)]
    elif kind == "select_typed":
        reader.take(reader.u32())
    elif kind in _FIXED:
        reader.take(_FIXED[kind])
    else:
        count = 2 if kind.startswith("memory:") else _INTEGERS.get(kind, 0)
        yield from [reader.u32() for _ in range(count)]


def build_graph(code: list[Instruction]) -> Graph:
    """Connect the instructions; the last `end` is the exit of the function."""
    matching = _match(code)
    exit_ = len(code) - 1
    graph = Graph(code)
    open_: list[int] = []
    for at, each in enumerate(code):
        graph.leads.append(tuple(_leads(code, matching, open_, at, exit_)))
        if each.name in _OPENERS:
            open_.append(at)
        elif each.name == "end" and open_:
            open_.pop()
    return graph


def _match(code: list[Instruction]) -> dict[int, int]:
    """For each opener the place of its `else` or, without one, its `end`; for `else` its `end`."""
    matching: dict[int, int] = {}
    ends: dict[int, int] = {}
    open_: list[int] = []
    for at, each in enumerate(code):
        if each.name in _OPENERS:
            open_.append(at)
        elif each.name == "else":
            matching[open_[-1]] = at
        elif each.name == "end" and open_:
            opener = open_.pop()
            ends[opener] = at
            if opener in matching:
                matching[matching[opener]] = at
            else:
                matching[opener] = at
    return matching


def _leads(
    code: list[Instruction], matching: dict[int, int], open_: list[int], at: int, exit_: int
) -> Iterator[int]:
    """Where an instruction can lead to."""
    each = code[at]

    def label(depth: int) -> int:
        if depth == len(open_):
            return exit_
        opener = open_[-1 - depth]
        if code[opener].name == "loop":
            return opener
        end = matching[opener]
        return matching[end] if code[end].name == "else" else end

    if each.name in ("br", "br_table"):
        yield from (label(depth) for depth in each.operands)
    elif each.name == "return":
        yield exit_
    elif each.name == "else":
        yield matching[at]
    elif each.name != "unreachable" and at != exit_:
        yield at + 1
        if each.name == "br_if":
            yield label(each.operands[0])
        elif each.name == "if":
            other = matching[at]
            yield other + 1 if code[other].name == "else" else other


class Output:
    """An instrumented module beside the original.

    Attributes:
        module: The output, decoded.
        helpers: Index of the first function that the injector appended.
        gas: Index of the counter's global, or None.
        use_gas: Index of the import that charges, or None.
    """

    def __init__(self, original: bytes, output: bytes, counter: str) -> None:
        self.before = _decode(original)
        self.module = _decode(output)
        self.use_gas: int | None = None
        self.gas: int | None = None
        added = self.module.imported_functions - self.before.imported_functions
        if counter == "import":
            self.use_gas = self.module.imported_functions - 1
        else:
            export = self.module.find_export(GAS_EXPORT)
            self.gas = None if export is None else export.index
        self.helpers = len(self.before.functions) + added

    def graphs(self) -> Iterator[tuple[int, int, Graph]]:
        """Each function of the original: its number, its locals before, its graph now."""
        wasm = self.module.wasm
        for number, (before, after) in enumerate(
            zip(self.before.bodies, self.module.bodies, strict=False)
        ):
            kind = self.before.function_type(self.before.imported_functions + number)
            own = len(kind.params) + _skip_locals(Reader(self.before.wasm, *before))
            reader = Reader(wasm, *after)
            _skip_locals(reader)
            yield number, own, build_graph(read_code(reader))

    def is_charge(self, code: list[Instruction], at: int, own_locals: int) -> bool:
        """Whether an instruction completes a charge of a positive constant."""
        each = code[at]
        if each.name == "call" and each.operands[0] == self.use_gas:
            return code[at - 1].name == "i64.const" and code[at - 1].operands[0] > 0
        is_counter = (each.name == "global.set" and each.operands[0] == self.gas) or (
            each.name in ("local.set", "local.tee") and each.operands[0] >= own_locals
        )
        if not is_counter or at < 3 or code[at - 1].name != "i64.sub":
            return False
        return code[at - 2].name == "i64.const" and code[at - 2].operands[0] > 0

    def is_visible(self, each: Instruction) -> bool:
        """Whether the world, or another function, can notice an instruction."""
        if each.name == "call":
            return each.operands[0] < self.helpers and each.operands[0] != self.use_gas
        return each.name in _VISIBLE or ".store" in each.name


def _decode(wasm: bytes) -> Module:
    return Decoder(wasm, find_policy("core"), LARGE_LIMITS, Findings()).decode()


def _skip_locals(reader: Reader) -> int:
    total = 0
    for _ in range(reader.u32()):
        total += reader.u32()
        reader.byte()
    return total


def check_output(original: bytes, output: bytes, counter: str, where: str) -> Tally:
    """Check every function of an output.

    Raises:
        Disagreement: A cycle without a charge, or something visible before the first one.
    """
    both = Output(original, output, counter)
    tally = Tally()
    for number, own, graph in both.graphs():
        charges = {at for at in range(len(graph.code)) if both.is_charge(graph.code, at, own)}
        unpaid = reachable(graph, charges)
        for at in unpaid:
            if both.is_visible(graph.code[at]):
                raise Disagreement(f"unpaid ({where}, function {number}): {graph.code[at]}")
        live = reachable(graph, frozenset())
        if has_cycle(graph, [at for at in live if at not in charges]):
            raise Disagreement(f"a cycle without a charge ({where}, function {number})")
        tally["functions"] += 1
        tally["charges"] += len(charges & set(live))
    return tally


def reachable(graph: Graph, walls: Iterable[int]) -> list[int]:
    """What can be reached from the entry without passing a wall; walls are not included."""
    blocked = set(walls)
    seen: set[int] = set()
    pending = [0]
    while pending:
        at = pending.pop()
        if at not in seen and at not in blocked:
            seen.add(at)
            pending += graph.leads[at]
    return sorted(seen)


def has_cycle(graph: Graph, nodes: list[int]) -> bool:
    """Whether these instructions alone form a cycle: whether taking away sources gets stuck."""
    inside = set(nodes)
    arrivals = dict.fromkeys(nodes, 0)
    for at in nodes:
        for target in graph.leads[at]:
            if target in inside:
                arrivals[target] += 1
    pending = [at for at in nodes if not arrivals[at]]
    taken = 0
    while pending:
        at = pending.pop()
        taken += 1
        for target in graph.leads[at]:
            if target in inside:
                arrivals[target] -= 1
                if not arrivals[target]:
                    pending.append(target)
    return taken < len(nodes)


def output_is_paid(seed: int) -> Tally:
    """Random modules of three kinds, in every form of charging that takes them."""
    random = chance("graph", seed)
    schedule = "fuel" if seed % 5 == 0 else random_schedule(random)
    policy: Policy | str = "ewasm"
    counters = COUNTERS
    if seed % 3 == 0:
        wasm, policy, counters = core_module("graph", seed), "core", ("global",)
    elif seed % 3 == 1:
        wasm, policy = contract_module("graph", seed), contract_policy(seed)
    else:
        wasm = program("graph", seed)
    tally = Tally(modules=1)
    for counter in counters:
        output = instrument(
            wasm, policy=policy, schedule=schedule, counter=counter, limits=LARGE_LIMITS
        )
        tally += check_output(wasm, output, counter, f"seed {seed}, counter {counter}")
    return tally
