"""`debug_*`: traces of transactions, blocks and calls."""

from __future__ import annotations

from typing import Any, Final

from evm_wasm.devnet.requests import LATEST, BlockId, CallRequest
from evm_wasm.devnet.tracing import Trace, TraceOptions
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.types import Hash32
from evm_wasm.rpc.answers import Json
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.requests import CALL
from evm_wasm.rpc.spec import Method, Param, optional
from evm_wasm.rpc.traces import CALL_TRACE_OPTIONS, TRACE, TRACE_OPTIONS, trace_to_json
from evm_wasm.rpc.values import BLOCK, HASH, OBJECT, list_of


def _trace_transaction(node: Node, transaction_hash: Hash32, options: TraceOptions) -> Trace:
    return node.devnet.traces.transaction(transaction_hash, options)


def _trace_block(node: Node, block: BlockId, options: TraceOptions) -> list[Json]:
    return [
        {"txHash": format_bytes(transaction_hash), "result": trace_to_json(trace)}
        for transaction_hash, trace in node.devnet.traces.block(block, options)
    ]


def _trace_call(
    node: Node, request: CallRequest, block: BlockId, options: dict[str, Any] | None
) -> Trace:
    return node.devnet.traces.call(request, block, **(options or {}))


_OPTIONS: Final = optional("options", TRACE_OPTIONS, TraceOptions())

METHODS: Final = (
    Method(
        "debug_traceTransaction",
        (Param("hash", HASH), _OPTIONS),
        TRACE,
        _trace_transaction,
        "What happened inside of a transaction.",
    ),
    Method(
        "debug_traceBlockByNumber",
        (Param("number", BLOCK), _OPTIONS),
        list_of(OBJECT),
        _trace_block,
        "A trace of each transaction of a block, with its hash.",
    ),
    Method(
        "debug_traceBlockByHash",
        (Param("hash", HASH), _OPTIONS),
        list_of(OBJECT),
        _trace_block,
        "A trace of each transaction of a block, with its hash.",
    ),
    Method(
        "debug_traceCall",
        (
            Param("transaction", CALL),
            optional("block", BLOCK, LATEST),
            optional("options", CALL_TRACE_OPTIONS),
        ),
        TRACE,
        _trace_call,
        "What would happen inside of a call.",
    ),
)
