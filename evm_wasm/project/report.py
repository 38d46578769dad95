"""What a module costs before it runs: the size of each function and the gas of its instructions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evm_wasm.project.cleaning import decode
from injector import module as m
from injector.errors import Findings
from injector.limits import DEFAULT_LIMITS
from injector.policy import find_policy
from injector.schedule import load_schedule
from injector.validate import Validator

SCHEDULE = "particles"


@dataclass(frozen=True, slots=True)
class FunctionReport:
    """One function of a contract.

    Attributes:
        index: In the module.
        name: As the compiler gave it, or None.
        size: Bytes of its body.
        particles: Price of all its instructions, each executed once, of which 10,000 make one
            gas. Calls count as instructions; what is called is not included.
        loops: Loops in it: a function with none never costs more than `particles`.
        methods: EEI methods that it calls, each once.
    """

    index: int
    name: str | None
    size: int
    particles: int
    loops: int
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """A contract and its functions.

    Attributes:
        size: Bytes of the module.
        pages: Initial pages of its memory.
        data: Bytes of its data section.
        functions: Those that it defines, in the order of their indices.
        scale: Particles of one gas.
    """

    size: int
    pages: int
    data: int
    functions: tuple[FunctionReport, ...]
    scale: int


def report_module(wasm: bytes, names: Mapping[int, str]) -> ModuleReport:
    """Looks at a module that the injector accepts.

    Args:
        wasm: The module.
        names: Of its functions, by index.
    """
    module = decode(wasm)
    schedule = load_schedule(SCHEDULE)
    validator = Validator(module, find_policy("ewasm"), DEFAULT_LIMITS, schedule, Findings())
    methods = [entry.name for entry in module.imports if entry.kind == m.FUNCTION_KIND]
    functions = tuple(
        FunctionReport(
            index=plan.index,
            name=names.get(plan.index),
            size=plan.end - plan.start,
            particles=sum(plan.blocks.cost),
            loops=len(plan.blocks.openers),
            methods=tuple(methods[call] for call in plan.calls if call < len(methods)),
        )
        for plan in validator.validate()
    )
    data = sum(s.end - s.start for s in module.sections if s.kind == m.DATA)
    return ModuleReport(len(wasm), module.memories[0].minimum, data, functions, schedule.scale)
