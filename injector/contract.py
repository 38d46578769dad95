"""The Ewasm contract interface: what a contract imports and exports (EEI revision 4)."""

from __future__ import annotations

from injector.advice import FEATURES, NO_MAIN, NO_MEMORY, export_advice, import_advice
from injector.eei_signatures import EEI_SIGNATURES
from injector.errors import Findings
from injector.limits import Limits
from injector.module import FUNCTION_KIND, KIND_NAMES, MEMORY_KIND, START, FunctionType, Module
from injector.opcodes import TYPE_CODES, TYPE_NAMES

EEI_MODULE = "ethereum"

_TYPES = {
    name: FunctionType(tuple(TYPE_CODES[t] for t in params), tuple(TYPE_CODES[t] for t in results))
    for name, (params, results) in EEI_SIGNATURES.items()
}


def check_contract(module: Module, limits: Limits, findings: Findings) -> None:
    """Record what breaks the contract interface."""
    _check_imports(module, findings)
    _check_exports(module, findings)
    _check_memory(module, limits, findings)
    if module.start is not None:
        section = next(s for s in module.sections if s.kind == START)
        reason, advice = FEATURES["start section"]
        findings.add(section.start, None, "start section", reason, advice)


def _check_imports(module: Module, findings: Findings) -> None:
    for entry in module.imports:
        found = f"import `{entry.module}.{entry.name}`"
        advice = import_advice(entry.module, entry.name)
        if entry.module != EEI_MODULE:
            reason = f"a contract imports from `{EEI_MODULE}` only"
            findings.add(entry.offset, None, found, reason, advice)
        elif entry.kind != FUNCTION_KIND:
            reason = f"a contract imports functions only, this is a {KIND_NAMES[entry.kind]}"
            advice = "link without --import-memory and --import-table"
            findings.add(entry.offset, None, found, reason, advice)
        elif entry.name not in _TYPES:
            reason = "no method of the Ethereum Environment Interface"
            findings.add(entry.offset, None, found, reason, advice)
        elif module.types[entry.detail] != _TYPES[entry.name]:
            actual, expected = module.types[entry.detail], _TYPES[entry.name]
            reason = f"has type {_text(actual)}, must have {_text(expected)}"
            findings.add(entry.offset, None, found, reason)


def _text(kind: FunctionType) -> str:
    params = ", ".join(TYPE_NAMES[t] for t in kind.params)
    results = ", ".join(TYPE_NAMES[t] for t in kind.results)
    return f"({params}) -> ({results})"


def _check_exports(module: Module, findings: Findings) -> None:
    for export in module.exports:
        if export.name not in ("main", "memory"):
            reason = "a contract exports exactly `main` and `memory`"
            advice = export_advice(export.name)
            findings.add(export.offset, None, f"export `{export.name}`", reason, advice)
    main = module.find_export("main")
    if main is None:
        findings.add(len(module.wasm), None, "export `main`", "is missing", NO_MAIN)
    elif main.kind != FUNCTION_KIND:
        findings.add(main.offset, None, "export `main`", "is not a function", NO_MAIN)
    elif module.function_type(main.index) != FunctionType((), ()):
        reason = "has parameters or results"
        findings.add(main.offset, None, "export `main`", reason, NO_MAIN)
    memory = module.find_export("memory")
    if memory is None:
        findings.add(len(module.wasm), None, "export `memory`", "is missing", NO_MEMORY)
    elif memory.kind != MEMORY_KIND:
        findings.add(memory.offset, None, "export `memory`", "is not a memory", NO_MEMORY)


def _check_memory(module: Module, limits: Limits, findings: Findings) -> None:
    for memory in module.memories:
        if memory.minimum > limits.memory_pages:
            found = f"memory of {memory.minimum} pages"
            advice = "set a smaller stack: -Wl,-z,stack-size=4096 (clang), --stack 4096 (zig)"
            findings.add(0, None, found, f"the limit is {limits.memory_pages}", advice)
