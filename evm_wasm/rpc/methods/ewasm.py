"""`ewasm_*`: what wasm needs and no other node has."""

from __future__ import annotations

from typing import Any, Final

import injector
from evm_wasm.devnet.requests import LATEST, BlockId, CallRequest
from evm_wasm.devnet.tracing import Trace, TraceOptions, Tracer
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ADDRESS_LENGTH, Address, Hash32
from evm_wasm.rpc.answers import Json
from evm_wasm.rpc.module_info import describe_module
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.profiles import TARGET
from evm_wasm.rpc.spec import Kind, Method, Param, optional
from evm_wasm.rpc.traces import CALL_TRACE_OPTIONS, TRACE
from evm_wasm.rpc.values import BLOCK, DATA, OBJECT, TEXT, read_data


def _consensus_version(node: Node) -> str:
    return node.devnet.info().consensus


def _module_info(node: Node, module: bytes, block: BlockId) -> Json:
    code = _code(node, module, block)
    return {"codeHash": format_bytes(keccak256(code)), **describe_module(code)}


def _instrument(node: Node, module: bytes, block: BlockId) -> bytes:
    code = _code(node, module, block)
    return injector.instrument(code, schedule=node.devnet.config.schedule)


def _gas_by_function(
    node: Node, target: Hash32 | CallRequest, block: BlockId, options: dict[str, Any] | None
) -> Trace:
    wanted = TraceOptions(tracer=Tracer.GAS)
    if not isinstance(target, CallRequest):
        return node.devnet.traces.transaction(target, wanted)
    return node.devnet.traces.call(target, block, **{**(options or {}), "options": wanted})


def _code(node: Node, module: bytes, block: BlockId) -> bytes:
    """The module itself, or the code of the account that an address names."""
    if len(module) != ADDRESS_LENGTH:
        return module
    code = node.devnet.code(Address(module), block)
    if not code:
        raise InputError(f"module: the account {format_bytes(module)} has no code")
    return code


# A module has at least its 8 bytes of preamble and a memory; none of 20 bytes is a contract.
MODULE: Final = Kind("module", "wasm as `0x`, or the address of a contract", read_data, bytes)

_MODULE: Final = (Param("module", MODULE), optional("block", BLOCK, LATEST))

METHODS: Final = (
    Method(
        "ewasm_consensusVersion",
        (),
        TEXT,
        _consensus_version,
        "Rules of the injector, prices and fork: all that results depend on.",
    ),
    Method(
        "ewasm_moduleInfo",
        _MODULE,
        OBJECT,
        _module_info,
        "Sections, imports, exports, functions and memory of a module, and why it would be "
        "refused.",
    ),
    Method(
        "ewasm_instrument",
        _MODULE,
        DATA,
        _instrument,
        "The module with gas metering injected, as the machine runs it.",
    ),
    Method(
        "ewasm_gasByFunction",
        (
            Param("target", TARGET),
            optional("block", BLOCK, LATEST),
            optional("options", CALL_TRACE_OPTIONS),
        ),
        TRACE,
        _gas_by_function,
        "What each function of each contract used in a transaction or would use in a call; for a "
        "call, block and options as of `debug_traceCall`.",
    ),
)
