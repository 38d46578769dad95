"""Every cycle of the output is paid and ends out of gas, and no host call is made in debt.

The output is read again by code that shares nothing with the placing of charges: each function
becomes a graph of its instructions. A charge takes a positive constant from the counter, which the
original module cannot name; a check ends the frame where the counter is negative. Every cycle,
through loops or calls, must hold both; between the last charge and a host call stands a check.
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


@dataclass(slots=True)
class Function:
    """One function of the original as it stands in the output.

    Attributes:
        number: Its place among the bodies.
        graph: Its instructions.
        charges: Instructions that take a positive constant from the counter.
        checks: Branches that end the frame where the counter is negative.
        calls: Calls that enter wasm code or the host, not the injector's own functions.
        hosts: Those among them that may be calls of the host.
    """

    number: int
    graph: Graph
    charges: set[int] = field(default_factory=set)
    checks: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    hosts: set[int] = field(default_factory=set)


class Output:
    """An instrumented module beside the original.

    Attributes:
        before: The original, decoded.
        after: The output, decoded.
        helpers: Index of the first function that the injector appended.
        gas: Index of the counter's global, or None.
        use_gas: Index of the import that charges, or None.
    """

    def __init__(self, original: bytes, output: bytes, counter: str) -> None:
        self.before, self.after = _decode(original), _decode(output)
        self.gas: int | None = None
        self.use_gas: int | None = None
        if counter == "import":
            self.use_gas = self.after.imported_functions - 1
        else:
            export = self.after.find_export(GAS_EXPORT)
            self.gas = None if export is None else export.index
        added = self.after.imported_functions - self.before.imported_functions
        self.helpers = len(self.before.functions) + added

    def functions(self) -> Iterator[Function]:
        """The functions of the original; those behind them are the injector's own."""
        pairs = zip(self.before.bodies, self.after.bodies, strict=False)
        for number, (before, after) in enumerate(pairs):
            reader = Reader(self.after.wasm, *after)
            copy = self._copy(number, Reader(self.before.wasm, *before), reader)
            function = Function(number, build_graph(read_code(reader)))
            self._classify(function, copy)
            yield function

    def _copy(self, number: int, before: Reader, after: Reader) -> int | None:
        """Index of the local that may hold a copy of the counter: the last one, if it is added.

        A parameter may be added too; it holds words of the stack.
        """
        new = self.after.function_type(self.after.imported_functions + number).params
        own, total = len(new) + _skip_locals(before), len(new) + _skip_locals(after)
        return total - 1 if total > own else None

    def _classify(self, function: Function, copy: int | None) -> None:
        code = function.graph.code
        for at, each in enumerate(code):
            if each.name == "call_indirect":
                function.calls.add(at)
                function.hosts.add(at)
            elif each.name == "call":
                self._classify_call(function, at, each.operands[0])
            elif each.name in ("br_if", "if") and self._is_check(code, at, copy):
                function.checks.add(at)
            elif self._is_counter(each, copy, ("global.set", "local.set", "local.tee")):
                less = at >= 2 and code[at - 1].name == "i64.sub"
                if less and _is_positive(code[at - 2]):
                    function.charges.add(at)

    def _classify_call(self, function: Function, at: int, callee: int) -> None:
        if callee == self.use_gas:
            if at and _is_positive(function.graph.code[at - 1]):
                function.charges.add(at)
                function.checks.add(at)
        elif callee < self.helpers:
            function.calls.add(at)
            if callee < self.after.imported_functions:
                function.hosts.add(at)

    def _is_check(self, code: list[Instruction], at: int, copy: int | None) -> bool:
        """Whether a branch is taken where the counter, perhaps joined with another, is negative."""
        if at < 4 or code[at - 1].name != "i64.lt_s":
            return False
        if code[at - 2] != Instruction("i64.const", (0,)):
            return False
        number = code[at - 4] if code[at - 3].name == "i64.or" else code[at - 3]
        return self._is_counter(number, copy, ("global.get", "local.get", "local.tee"))

    def _is_counter(self, each: Instruction, copy: int | None, names: tuple[str, ...]) -> bool:
        if each.name not in names:
            return False
        return each.operands[0] == (self.gas if each.name.startswith("global") else copy)


def _is_positive(each: Instruction) -> bool:
    return each.name == "i64.const" and each.operands[0] > 0


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
        Disagreement: A cycle without a charge or a check, or a call of the host in debt.
    """
    both = Output(original, output, counter)
    functions = list(both.functions())
    _check_recursion(functions, both, where)
    tally = Tally()
    for function in functions:
        place = f"{where}, function {function.number}"
        live = set(reachable(function.graph, [0], ()))
        for what, nodes in (("charge", function.charges), ("check", function.checks)):
            if has_cycle(function.graph, sorted(live - nodes)):
                raise Disagreement(f"a cycle without a {what} ({place})")
        if counter != "import":
            _check_debt(function, live, place)
        tally["functions"] += 1
        tally["charges"] += len(function.charges & live)
        tally["checks"] += len(function.checks & live)
    return tally


def _check_debt(function: Function, live: set[int], where: str) -> None:
    """The host is called only where the counter was compared since it last went down."""
    graph = function.graph
    lowered = live & (function.charges | (function.calls - function.hosts))
    starts = [0, *(target for at in lowered for target in graph.leads[at])]
    in_debt = reachable(graph, starts, function.checks)
    for at in sorted(function.hosts.intersection(in_debt)):
        raise Disagreement(f"the host is called in debt ({where}): {graph.code[at]}")


def _check_recursion(functions: list[Function], both: Output, where: str) -> None:
    """No function comes back to itself by calls that nothing was charged, or checked, before.

    An indirect call may lead to every function that the original refers to.
    """
    imported = both.after.imported_functions
    referred = {
        index - both.before.imported_functions for index in both.before.referenced_functions
    }
    for what in ("charge", "check"):
        leads: dict[int, set[int]] = {}
        for each in functions:
            walls = each.charges if what == "charge" else each.checks
            free = each.calls.intersection(reachable(each.graph, [0], walls))
            code = each.graph.code
            leads[each.number] = {
                code[at].operands[0] - imported for at in free if code[at].name == "call"
            }
            if any(code[at].name == "call_indirect" for at in free):
                leads[each.number] |= referred
        numbers = list(leads)
        graph = Graph([], [tuple(leads[number]) for number in numbers])
        if has_cycle(graph, numbers):
            raise Disagreement(f"recursion without a {what} ({where})")


def reachable(graph: Graph, starts: list[int], walls: Iterable[int]) -> list[int]:
    """What can be reached from these instructions without passing a wall; walls not included."""
    blocked = set(walls)
    seen: set[int] = set()
    pending = list(starts)
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
    counters: tuple[str, ...] = COUNTERS
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
