"""A linked method that also reports what it did: one event for each EEI call."""

from __future__ import annotations

from collections.abc import Callable

from evm_wasm.eei.frame import Running
from evm_wasm.eei.link import Arguments
from evm_wasm.eei.signals import Finish, Halt, Revert
from evm_wasm.eei.spec import Kind, Method, Param
from evm_wasm.engine import LinearMemory, OutOfBounds
from evm_wasm.model.trace import MethodCall, Tracer

_SHOWN_BYTES = 64
"""Longer byte strings are cut in traces, with their length beside them."""


def traced(
    method: Method, running: Running, call: Callable[..., int | None], tracer: Tracer
) -> Callable[..., int | None]:
    """Wraps a linked method; every call of it, however it ends, becomes one event."""

    def report(*arguments: int) -> int | None:
        frame, memory = running.frame, running.memory
        frame.meter.enter()
        before = frame.meter.left
        shown = _describe(method, memory, arguments)
        result: int | None = None
        ended = ""
        try:
            result = call(*arguments)
        except Halt as halt:
            ended = halt.reason.value
            raise
        except OutOfBounds:
            ended = "access outside of memory"
            raise
        except (Finish, Revert) as signal:
            ended = type(signal).__name__.lower()
            raise
        finally:
            tracer(
                MethodCall(
                    depth=frame.message.depth,
                    name=method.name,
                    arguments=shown,
                    result=result,
                    gas_before=before,
                    gas_after=frame.meter.left,
                    ended=ended,
                )
            )
        return result

    return report


def _describe(
    method: Method, memory: LinearMemory, arguments: Arguments
) -> tuple[tuple[str, str], ...]:
    return tuple(
        (param.name, _show(method, memory, arguments, index, param))
        for index, param in enumerate(method.params)
    )


_LITTLE_ENDIAN = frozenset({Kind.U128_IN})
_POINTED_TO = frozenset({Kind.ADDRESS_IN, Kind.WORD_IN, Kind.LATE_WORD_IN})
_BYTES = frozenset({Kind.BYTES_IN, Kind.DATA_IN, Kind.LATE_DATA_IN})


def _show(
    method: Method, memory: LinearMemory, arguments: Arguments, index: int, param: Param
) -> str:
    value, kind = arguments[index], param.kind
    if kind is Kind.SIGNED_I64:
        return str(value - (1 << 64) if value >> 63 else value)
    try:
        if kind in _LITTLE_ENDIAN:
            return str(int.from_bytes(memory.read(value, kind.size or 0), "little"))
        if kind in _POINTED_TO and _is_used(method, arguments, param):
            return "0x" + memory.read(value, kind.size or 0).hex()
        if kind in _BYTES:
            return _show_bytes(memory, value, arguments[method.index_of(param.length or "")])
    except OutOfBounds:
        return f"@{value:#x} (outside)"
    return str(value) if kind in (Kind.I32, Kind.I64) else f"@{value:#x}"


def _is_used(method: Method, arguments: Arguments, param: Param) -> bool:
    """Topic pointers past the count may be garbage; only what is read is shown."""
    if param.kind is not Kind.LATE_WORD_IN:
        return True
    count = arguments[method.index_of("numberOfTopics")]
    return method.index_of(param.name) - method.index_of("numberOfTopics") <= count


def _show_bytes(memory: LinearMemory, address: int, length: int) -> str:
    if not length:
        return "0x"
    if length <= _SHOWN_BYTES:
        return "0x" + memory.read(address, length).hex()
    memory.check(address, length)
    return f"0x{memory.read(address, _SHOWN_BYTES).hex()}... ({length} bytes)"
