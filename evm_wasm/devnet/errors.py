"""What a devnet refuses, one class for each thing a client tells apart."""

from __future__ import annotations

from enum import Enum

from evm_wasm.errors import EvmWasmError, InputError
from evm_wasm.model.message import HaltReason, Log


class Refusal(Enum):
    """Why the pool refuses a transaction that a block could take; the values are the field's words."""

    UNDERPRICED = "transaction underpriced"
    REPLACEMENT_UNDERPRICED = "replacement transaction underpriced"
    ALREADY_KNOWN = "transaction already imported"
    POOL_FULL = "the transaction pool is full"
    NONCE_GAP = "nonce too far ahead"
    TOO_LARGE = "the transaction is too large"


class PoolRefused(EvmWasmError):
    """A transaction that the pool does not take; `InvalidTransaction` is one that no block takes.

    Attributes:
        refusal: Why; the message begins with its value and has the figures behind it.
    """

    def __init__(self, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{refusal.value}: {detail}" if detail else refusal.value)
        self.refusal = refusal


class ExecutionReverted(EvmWasmError):
    """A call or an estimate that the contract reverted.

    Attributes:
        output: What the contract gave as the reason; ABI-encoded by convention.
        reason: Text of an `Error(string)` in it, else empty.
    """

    def __init__(self, output: bytes, reason: str = "") -> None:
        super().__init__(f"execution reverted: {reason}" if reason else "execution reverted")
        self.output = output
        self.reason = reason


class ExecutionFailed(EvmWasmError):
    """A call or an estimate that failed: a trap, out of gas, an invalid contract.

    Attributes:
        halt: Why.
        detail: One line about it.
        backtrace: Wasm functions on the stack at a trap, innermost first.
        logs: What had been logged before it failed.
    """

    def __init__(
        self,
        halt: HaltReason,
        detail: str = "",
        backtrace: tuple[str, ...] = (),
        logs: tuple[Log, ...] = (),
    ) -> None:
        super().__init__(f"{halt.value}: {detail}" if detail else halt.value)
        self.halt = halt
        self.detail = detail
        self.backtrace = backtrace
        self.logs = logs


class UnknownBlock(InputError):
    """There is no such block."""


class UnknownBlockHash(UnknownBlock):
    """No block has this hash, which clients are told under another code than a wrong number."""


class StateNotKept(InputError):
    """The block is there, the state after it no longer is."""


class UnknownFilter(InputError):
    """No filter has this id: it never had, or it is gone."""


class NoSigner(InputError):
    """The devnet has no key of this account, and it is not impersonated."""


class TooManyResults(InputError):
    """An answer would be larger than the devnet gives in one piece."""
