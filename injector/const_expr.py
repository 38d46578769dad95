"""Constant expressions: initial values of globals, offsets and entries of segments."""

from __future__ import annotations

from typing import Final

from injector.codes import END, GLOBAL_GET, REF_FUNC, REF_NULL
from injector.errors import Invalid
from injector.module import FunctionUse, Module
from injector.opcodes import (
    F32,
    F64,
    FUNCREF,
    I32,
    I64,
    OPCODES,
    TYPE_NAMES,
    UNSUPPORTED,
)
from injector.policy import FLOATS
from injector.reader import Reader
from injector.types import Gate, unsupported

_NAMES: Final = {row.code: row.mnemonic for row in OPCODES if row.prefix is None}
_ARITHMETIC: Final = {0x6A: I32, 0x6B: I32, 0x6C: I32, 0x7C: I64, 0x7D: I64, 0x7E: I64}
_CONSTANTS: Final = {0x41: (I32, 32), 0x42: (I64, 64)}
_FLOAT_CONSTANTS: Final = {0x43: (F32, 4), 0x44: (F64, 8)}


def read_const_expr(reader: Reader, module: Module, expected: int, gate: Gate) -> None:
    """Read and validate a constant expression of the type `expected`.

    Accepted are constants, references, imported immutable globals, and integer `add`, `sub`,
    `mul` (extended constant expressions).

    Raises:
        Invalid: Another instruction, or a wrong type.
    """
    start = reader.position
    stack: list[int] = []
    while True:
        at = reader.position
        code = reader.byte()
        if code == END:
            break
        if code in _ARITHMETIC:
            if stack[-2:] != [_ARITHMETIC[code]] * 2:
                raise Invalid(_NAMES[code], "invalid: operand types", offset=at)
            stack.pop()
        else:
            stack.append(_operand(reader, module, gate, code, at))
    if stack != [expected]:
        raise Invalid(
            "constant expression", f"invalid: must give one {TYPE_NAMES[expected]}", offset=start
        )


def _operand(reader: Reader, module: Module, gate: Gate, code: int, at: int) -> int:
    """Read the rest of an instruction that gives a value; returns its type."""
    if code in _CONSTANTS:
        kind, bits = _CONSTANTS[code]
        reader.signed(bits)
        return kind
    if code in _FLOAT_CONSTANTS:
        kind, size = _FLOAT_CONSTANTS[code]
        reader.take(size)
        if FLOATS not in gate.policy.features:
            gate.refuse(FLOATS, _NAMES[code], at)
        return kind
    if code == GLOBAL_GET:
        return _global_type(reader, module, at)
    if code == REF_FUNC:
        return read_function_reference(reader, module)
    if code == REF_NULL:
        return gate.element_type(reader)
    if code in UNSUPPORTED:
        raise unsupported(UNSUPPORTED[code], f"opcode {code:#04x}", at)
    name = _NAMES.get(code, f"opcode {code:#04x}")
    raise Invalid(name, "invalid: not allowed in a constant expression", offset=at)


def _global_type(reader: Reader, module: Module, at: int) -> int:
    index = reader.u32()
    if index >= module.imported_globals:
        raise Invalid(
            f"global.get {index}", "invalid: only imported globals may be read here", offset=at
        )
    variable = module.globals[index]
    if variable.mutable:
        raise Invalid(f"global.get {index}", "invalid: the global is mutable", offset=at)
    return variable.type


def read_function_reference(reader: Reader, module: Module) -> int:
    """Read a function index that becomes a reference; returns the type funcref."""
    at = reader.position
    index = reader.u32()
    if index >= len(module.functions):
        raise Invalid(f"function {index}", "invalid: no such function", offset=at)
    module.referenced_functions.add(index)
    module.function_uses.append(FunctionUse(at, reader.position, index))
    return FUNCREF
