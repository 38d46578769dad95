"""Traces as JSON: options that a client gives, and the answer of each tracer.

`callTracer` and `prestateTracer` answer in geth's shape. `eeiTracer`, the default, answers with the
frames and EEI calls of a wasm contract, since there are no opcodes to list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evm_wasm.devnet.results import AccountView, CallFrame, EeiTrace, GasProfile, PrestateTrace
from evm_wasm.devnet.tracing import Trace, TraceOptions, Tracer
from evm_wasm.errors import InputError
from evm_wasm.model.message import CallKind, Status
from evm_wasm.model.trace import Event, FrameEnd, FrameStart
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Address
from evm_wasm.rpc.answers import Json, address_or_null, plain_log_to_json
from evm_wasm.rpc.profiles import STATUS_NAMES, profile_to_json
from evm_wasm.rpc.requests import read_block_overrides, read_state_overrides
from evm_wasm.rpc.spec import Kind
from evm_wasm.rpc.values import read_boolean, read_object, read_optional, read_text

KIND_NAMES: Final = {
    CallKind.CALL: "CALL",
    CallKind.CALL_CODE: "CALLCODE",
    CallKind.CALL_DELEGATE: "DELEGATECALL",
    CallKind.CALL_STATIC: "STATICCALL",
    CallKind.CREATE: "CREATE",
}
"""As `callTracer` spells them: the opcodes of the EVM."""


def read_trace_options(value: object, what: str) -> TraceOptions:
    """The tracer and its settings; members that only concern opcodes are overlooked."""
    members = read_object(value, what)
    name = read_optional(members, "tracer", read_text, what)
    config = read_optional(members, "tracerConfig", read_object, what) or {}
    return TraceOptions(
        tracer=Tracer.EEI if name is None else _tracer(name, what),
        only_top_call=_switch(config, "onlyTopCall", what),
        with_log=_switch(config, "withLog", what),
        diff_mode=_switch(config, "diffMode", what),
    )


def _tracer(name: str, what: str) -> Tracer:
    try:
        return Tracer(name)
    except ValueError:
        known = ", ".join(tracer.value for tracer in Tracer)
        raise InputError(f"{what}.tracer: there are {known}") from None


def _switch(config: dict[str, object], name: str, what: str) -> bool:
    return read_optional(config, name, read_boolean, f"{what}.tracerConfig") or False


def read_call_trace_options(value: object, what: str) -> dict[str, object]:
    """Options of a traced call: those of a trace, and overrides under geth's names."""
    members = read_object(value, what)
    return {
        "options": read_trace_options(value, what),
        "state": read_optional(members, "stateOverrides", read_state_overrides, what),
        "overrides": read_optional(members, "blockOverrides", read_block_overrides, what),
    }


def trace_to_json(trace: Trace) -> Json:
    """The answer of a tracer."""
    if isinstance(trace, CallFrame):
        return _frame(trace)
    if isinstance(trace, PrestateTrace):
        return _prestate(trace)
    if isinstance(trace, GasProfile):
        return profile_to_json(trace)
    return _eei(trace)


def _frame(frame: CallFrame) -> Json:
    members: Json = {
        "type": KIND_NAMES[frame.kind],
        "from": format_bytes(frame.sender),
        "to": format_bytes(frame.to),
        "value": format_quantity(frame.value),
        "gas": format_quantity(frame.gas),
        "gasUsed": format_quantity(frame.gas_used),
        "input": format_bytes(frame.input),
    }
    optional = {
        "output": format_bytes(frame.output) if frame.output else "",
        "error": frame.error,
        "errorDetail": frame.detail,
        "revertReason": frame.reason,
        "calls": [_frame(call) for call in frame.calls],
        "logs": [plain_log_to_json(log) for log in frame.logs],
    }
    return members | {name: value for name, value in optional.items() if value}


def _prestate(trace: PrestateTrace) -> Json:
    pre = _accounts(trace.pre)
    return pre if trace.post is None else {"pre": pre, "post": _accounts(trace.post)}


def _accounts(accounts: Mapping[Address, AccountView]) -> Json:
    return {format_bytes(address): _account(view) for address, view in accounts.items()}


def _account(view: AccountView) -> Json:
    members: Json = {}
    if view.balance is not None:
        members["balance"] = format_quantity(view.balance)
    if view.nonce is not None:
        # The one number that geth's tracer gives as a JSON number.
        members["nonce"] = view.nonce
    if view.code is not None:
        members["code"] = format_bytes(view.code)
    if view.storage is not None:
        members["storage"] = {
            format_bytes(key): format_bytes(value) for key, value in view.storage.items()
        }
    return members


def _eei(trace: EeiTrace) -> Json:
    return {
        "gas": trace.gas_used,
        "failed": trace.status is not Status.SUCCESS,
        "status": STATUS_NAMES[trace.status],
        "returnValue": format_bytes(trace.output),
        "isCut": trace.is_cut,
        "events": [_event(event, trace.scale) for event in trace.events],
    }


def _event(event: Event, scale: int) -> Json:
    if isinstance(event, FrameStart):
        message = event.message
        return {
            "event": "frameStart",
            "depth": message.depth,
            "kind": message.kind.value,
            "from": format_bytes(message.caller),
            "to": format_bytes(message.recipient),
            "codeAddress": format_bytes(message.code_address),
            "value": format_quantity(message.value),
            "gas": format_quantity(message.gas),
            "input": format_bytes(message.input),
            "static": message.is_static,
        }
    if isinstance(event, FrameEnd):
        outcome = event.outcome
        return {
            "event": "frameEnd",
            "depth": event.depth,
            "status": STATUS_NAMES[outcome.status],
            "gasLeft": _gas(outcome.particles_left, scale),
            "output": format_bytes(outcome.output),
            "created": address_or_null(outcome.created),
            "halt": None if outcome.halt is None else outcome.halt.value,
            "detail": outcome.detail,
            "backtrace": list(outcome.backtrace),
        }
    return {
        "event": "call",
        "depth": event.depth,
        "method": event.name,
        "arguments": dict(event.arguments),
        "result": event.result,
        "gasBefore": _gas(event.gas_before, scale),
        "gasAfter": _gas(event.gas_after, scale),
        "ended": event.ended or None,
    }


def _gas(particles: int, scale: int) -> str:
    """Whole gas as a quantity, as `getGasLeft` would give it."""
    return format_quantity(max(particles, 0) // scale)


def _unwritten(value: object) -> object:
    return value


TRACE_OPTIONS: Final = Kind(
    "trace options",
    "object with any of tracer (`eeiTracer`, `callTracer`, `prestateTracer`, `gasTracer`) and tracerConfig "
    "(`onlyTopCall`, `withLog`, `diffMode`)",
    read_trace_options,
    _unwritten,
)
CALL_TRACE_OPTIONS: Final = Kind(
    "call trace options",
    "trace options with any of stateOverrides and blockOverrides beside them",
    read_call_trace_options,
    _unwritten,
)
TRACE: Final = Kind("trace", "object; see [Traces](#traces)", read_object, trace_to_json)
