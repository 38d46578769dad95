"""Every cycle of the output is paid and ends out of gas, and no host call is made in debt.

The output is read again by code that shares nothing with the placing of charges: each function
becomes a graph of its instructions. A charge takes a positive constant from the counter, which the
original module cannot name; a check ends the frame where the counter is negative. Every cycle,
through loops or calls, must hold both, but for loops that count to a bound and are paid and checked
just before; between the last charge and a host call stands a check.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fuzz.flow import (
    Graph,
    Instruction,
    build_graph,
    counted_back_edge,
    has_cycle,
    is_positive,
    is_product,
    reachable,
    read_code,
)
from fuzz.gas import random_schedule
from fuzz.programs import program
from fuzz.proof import Disagreement, Tally, chance
from fuzz.smith import contract_module, contract_policy, core_module
from injector import LARGE_LIMITS, Counter, Policy, instrument
from injector.decode import Decoder
from injector.errors import Findings
from injector.layout import GAS_EXPORT
from injector.module import Module
from injector.opcodes import I64
from injector.policy import find_policy
from injector.reader import Reader


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
        counted: Back edges of loops that end by counting and are paid before they start.
    """

    number: int
    graph: Graph
    charges: set[int] = field(default_factory=set)
    checks: set[int] = field(default_factory=set)
    calls: set[int] = field(default_factory=set)
    hosts: set[int] = field(default_factory=set)
    counted: set[int] = field(default_factory=set)


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
        """Index of the local that may hold a copy of the counter: an added one of type i64.

        A parameter may be added too; it holds words of the stack.
        """
        params = self.after.function_type(self.after.imported_functions + number).params
        own = len(_read_locals(before))
        added = _read_locals(after)[own:]
        return len(params) + own + added.index(I64) if I64 in added else None

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
            elif each.name == "loop" and at - 1 in function.checks and is_product(code, at):
                back = counted_back_edge(function.graph, at)
                if back is not None:
                    function.counted.add(back)
            elif self._is_counter(each, copy, ("global.set", "local.set", "local.tee")):
                less = at >= 2 and code[at - 1].name == "i64.sub"
                if less and is_positive(code[at - 2]):
                    function.charges.add(at)

    def _classify_call(self, function: Function, at: int, callee: int) -> None:
        if callee == self.use_gas:
            if at and is_positive(function.graph.code[at - 1]):
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


def _decode(wasm: bytes) -> Module:
    return Decoder(wasm, find_policy("core"), LARGE_LIMITS, Findings()).decode()


def _read_locals(reader: Reader) -> list[int]:
    """Types of the declared locals."""
    types: list[int] = []
    for _ in range(reader.u32()):
        count = reader.u32()
        types += [reader.byte()] * count
    return types


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
            if has_cycle(function.graph, sorted(live - nodes - function.counted)):
                raise Disagreement(f"a cycle without a {what} ({place})")
        if counter != "import":
            _check_debt(function, live, place)
        tally["functions"] += 1
        tally["charges"] += len(function.charges & live)
        tally["checks"] += len(function.checks & live)
        tally["counted loops"] += len(function.counted & live)
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


def output_is_paid(seed: int) -> Tally:
    """Random modules of three kinds, in every form of charging that takes them."""
    random = chance("graph", seed)
    schedule = "fuel" if seed % 5 == 0 else random_schedule(random)
    policy: Policy | str = "ewasm"
    counters: tuple[Counter, ...] = tuple(Counter)
    if seed % 3 == 0:
        wasm, policy, counters = core_module("graph", seed), "core", (Counter.GLOBAL,)
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
