"""What is in a wasm module, for people: what `ewasm_moduleInfo` answers."""

from __future__ import annotations

from typing import Final

import injector
from evm_wasm.rpc.answers import Json
from injector.decode import Decoder
from injector.errors import Findings, Invalid
from injector.limits import DEFAULT_LIMITS
from injector.module import KIND_NAMES, SECTION_NAMES, FunctionType, Module
from injector.names import read_names
from injector.opcodes import TYPE_NAMES
from injector.policy import find_policy

POLICY: Final = "ewasm"


def describe_module(wasm: bytes) -> Json:
    """The parts of a module; of a malformed one as far as it can be read."""
    decoder = Decoder(wasm, find_policy(POLICY), DEFAULT_LIMITS, Findings())
    is_whole = True
    try:
        decoder.decode()
    except Invalid:
        is_whole = False
    module = decoder.module
    return {
        "size": len(wasm),
        "accepted": not injector.check(wasm, policy=POLICY),
        "findings": [str(finding) for finding in injector.check(wasm, policy=POLICY)],
        "sections": _sections(module),
        "imports": _imports(module),
        "exports": _exports(module),
        "memories": [
            {"initialPages": extent.minimum, "maximumPages": extent.maximum}
            for extent in module.memories
        ],
        "functions": _functions(module) if is_whole else [],
    }


def _sections(module: Module) -> list[Json]:
    return [
        {
            "kind": SECTION_NAMES[section.kind],
            "name": section.name,
            "offset": section.start,
            "size": section.end - section.start,
        }
        for section in module.sections
    ]


def _imports(module: Module) -> list[Json]:
    return [
        {"module": entry.module, "name": entry.name, "kind": KIND_NAMES[entry.kind]}
        for entry in module.imports
    ]


def _exports(module: Module) -> list[Json]:
    return [
        {"name": entry.name, "kind": KIND_NAMES[entry.kind], "index": entry.index}
        for entry in module.exports
    ]


def _functions(module: Module) -> list[Json]:
    """The functions with bodies; indices begin behind the imported ones."""
    names = read_names(module)
    known = {} if names is None else names.functions
    first = module.imported_functions
    return [
        {
            "index": index,
            "name": known.get(index, ""),
            "type": _type(module.function_type(index)),
            "size": end - start,
        }
        for index, (start, end) in enumerate(module.bodies, first)
    ]


def _type(kind: FunctionType) -> str:
    params = " ".join(TYPE_NAMES[code] for code in kind.params)
    results = " ".join(TYPE_NAMES[code] for code in kind.results)
    return f"({params}) -> ({results})"
