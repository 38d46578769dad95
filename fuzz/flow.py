"""The graph of one function: its instructions, and where each can lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from injector.opcodes import OPCODES
from injector.reader import Reader

_BY_CODE = {(row.prefix, row.code): row for row in OPCODES}
_PREFIX = 0xFC
_OPENERS = ("block", "loop", "if")
_CONTROL = frozenset({
    *_OPENERS, "else", "end", "br", "br_if", "br_table", "return", "unreachable", "call",
    "call_indirect",
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


def is_product(code: list[Instruction], loop: int) -> bool:
    """Whether just before a loop a positive multiple of a number is taken and checked."""
    before = [each.name for each in code[max(0, loop - 8) : loop]]
    if "i64.mul" not in before or "i64.sub" not in before:
        return False
    return is_positive(code[loop - len(before) + before.index("i64.mul") - 1])


def counted_back_edge(graph: Graph, loop: int) -> int | None:
    """The branch back of a loop that only counts a local up to a bound; None for any other loop.

    The last turn is the one after which the sum equals the bound, 0 where none is compared.
    """
    code = graph.code
    back = loop + 1
    while code[back].name not in _CONTROL:
        back += 1
    if code[back] != Instruction("br_if", (0,)):
        return None
    if any(loop in graph.leads[at] for at in range(back + 1, len(code))):
        return None
    names = [each.name for each in code[loop + 1 : back]]
    tee = back - 1
    bounds: list[Instruction] = []
    if names[-1:] == ["i32.ne"]:
        tee = back - 3 if names[-3:-2] == ["local.tee"] else back - 2
        bounds = [code[back - 2] if tee == back - 3 else code[tee - 4]]
    summing = code[tee - 3 : tee + 1]
    if [each.name for each in summing] != ["local.get", "i32.const", "i32.add", "local.tee"]:
        return None
    counter = summing[3].operands
    fixed = {counter, *(each.operands for each in bounds if each.name == "local.get")}
    body = code[loop + 1 : back]
    sets = [each.operands for each in body if each.name in ("local.set", "local.tee")]
    is_fixed = all(each.name in ("local.get", "i32.const") for each in bounds)
    if summing[0].operands != counter or not summing[1].operands[0] or not is_fixed:
        return None
    only_counted = [each for each in sets if each in fixed] == [counter]
    is_apart = len(fixed) == 1 + any(each.name == "local.get" for each in bounds)
    return back if only_counted and is_apart else None


def is_positive(each: Instruction) -> bool:
    """Whether an instruction puts a positive 64-bit constant on the stack."""
    return each.name == "i64.const" and each.operands[0] > 0
