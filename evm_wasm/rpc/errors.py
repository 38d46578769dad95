"""Errors as clients see them: the codes and messages that Anvil gives, from one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evm_wasm.devnet.errors import (
    ExecutionFailed,
    ExecutionReverted,
    NoSigner,
    PoolRefused,
    StateNotKept,
    TooManyResults,
    UnknownBlock,
    UnknownBlockHash,
    UnknownFilter,
)
from evm_wasm.errors import EvmWasmError, InputError, InvalidTransaction, TransactionFault
from evm_wasm.primitives.hexadecimal import format_bytes
from injector import InjectorError

# JSON-RPC 2.0, section 5.1.
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMETERS: Final = -32602
INTERNAL_ERROR: Final = -32603
# EIP-1474, "Error codes".
SERVER_ERROR: Final = -32000
NOT_FOUND: Final = -32001
TRANSACTION_REJECTED: Final = -32003
LIMIT_EXCEEDED: Final = -32005
# Of reverts, as all clients know it; their data are what the contract gave.
REVERTED: Final = 3


class RpcError(EvmWasmError):
    """What a client gets instead of a result.

    Attributes:
        code: See the constants of this module.
        message: For people.
        data: A JSON value for machines, None for none.
    """

    def __init__(self, code: int, message: str, data: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data

    def to_json(self) -> dict[str, object]:
        """The member `error` of an answer."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return error


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """How errors of a class are told.

    Attributes:
        kind: The class; errors of subclasses that stand before it have their own rule.
        code: For the client.
        meaning: For the documentation.
        message: What is said; None is the error's own text.
        data: What goes with it.
    """

    kind: type[Exception]
    code: int
    meaning: str
    message: str | None = None
    data: Callable[[Exception], object] | None = None


def _revert_data(error: Exception) -> object:
    return format_bytes(error.output) if isinstance(error, ExecutionReverted) else None


def _failure_data(error: Exception) -> object:
    """What helps to find a trap: the wasm functions on the stack, and the logs that are lost."""
    if not isinstance(error, ExecutionFailed):
        return None
    return {
        "reason": error.halt.value,
        "detail": error.detail,
        "backtrace": list(error.backtrace),
        "logs": [
            {
                "address": format_bytes(log.address),
                "topics": [format_bytes(topic) for topic in log.topics],
                "data": format_bytes(log.data),
            }
            for log in error.logs
        ],
    }


RULES: Final = (
    ErrorRule(ExecutionReverted, REVERTED, "the contract reverted", data=_revert_data),
    ErrorRule(ExecutionFailed, INTERNAL_ERROR, "the contract failed", data=_failure_data),
    ErrorRule(PoolRefused, TRANSACTION_REJECTED, "the pool refuses the transaction"),
    ErrorRule(UnknownBlockHash, NOT_FOUND, "no block has this hash"),
    ErrorRule(UnknownBlock, INVALID_PARAMETERS, "there is no such block"),
    ErrorRule(StateNotKept, SERVER_ERROR, "the state after this block is no longer kept"),
    ErrorRule(UnknownFilter, SERVER_ERROR, "no such filter", message="filter not found"),
    ErrorRule(
        NoSigner, INVALID_PARAMETERS, "no key of this account", message="No Signer available"
    ),
    ErrorRule(TooManyResults, LIMIT_EXCEEDED, "the answer would be too large"),
    ErrorRule(InvalidTransaction, TRANSACTION_REJECTED, "no block can have the transaction"),
    ErrorRule(InjectorError, INVALID_PARAMETERS, "the module is no valid contract"),
    ErrorRule(InputError, INVALID_PARAMETERS, "a parameter is malformed"),
    ErrorRule(EvmWasmError, INTERNAL_ERROR, "the machine cannot go on"),
)
"""The first rule whose class an error has is its rule."""

FAULTS: Final = {
    TransactionFault.CHAIN_ID: (TRANSACTION_REJECTED, "invalid chain id for signer"),
    TransactionFault.SIGNATURE: (INVALID_PARAMETERS, "Failed to recover the signer"),
    TransactionFault.FUNDS: (
        TRANSACTION_REJECTED,
        "Insufficient funds for gas * price + value",
    ),
    TransactionFault.INTRINSIC_GAS: (SERVER_ERROR, "intrinsic gas too low"),
    TransactionFault.BLOCK_GAS_LIMIT: (
        SERVER_ERROR,
        "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit",
    ),
}
"""Transactions that no block can have where Anvil 1.7.1 has another code or other words than ours;
our figures follow behind Anvil's words."""


def to_rpc_error(error: EvmWasmError | InjectorError) -> RpcError:
    """What a client is told about an error of our own."""
    if isinstance(error, RpcError):
        return error
    if isinstance(error, InvalidTransaction) and error.fault in FAULTS:
        code, words = FAULTS[error.fault]
        _, _, detail = str(error).rpartition(": ")
        return RpcError(code, f"{words}: {detail}")
    rule = next(rule for rule in RULES if isinstance(error, rule.kind))
    data = rule.data(error) if rule.data is not None else None
    return RpcError(rule.code, rule.message or str(error), data)
