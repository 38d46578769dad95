"""The error family of the virtual machine: who raises, who catches.

A failing contract is a result (`evm_wasm.model.message.Outcome`), never one of these. What is
raised here means that the *input* was wrong (a transaction, a file, a hex string) or that the
*machine* cannot go on (a step limit, a broken store, a bug). Nothing between the place that
raises and the command line catches them.
"""

from __future__ import annotations

from enum import Enum


class EvmWasmError(Exception):
    """Root of every error this package raises on purpose."""


class InputError(EvmWasmError):
    """Something a user handed in is malformed; the message names what and where.

    The command line turns it into one line and exit code 2.
    """


class ProofError(InputError):
    """A Merkle proof does not show what it should."""


class TransactionFault(Enum):
    """Why a transaction may not be included. The values are for people."""

    TYPE = "transaction type not supported"
    CHAIN_ID = "wrong chain id"
    SIGNATURE = "invalid signature"
    NONCE_TOO_LOW = "nonce too low"
    NONCE_TOO_HIGH = "nonce too high"
    NONCE_MAXIMUM = "nonce cannot grow"
    GAS_LIMIT_MAXIMUM = "gas limit too large"
    BLOCK_GAS_LIMIT = "exceeds block gas limit"
    INTRINSIC_GAS = "intrinsic gas too low"
    PRICE_MAXIMUM = "gas limit times price too large"
    PRIORITY_FEE = "max priority fee per gas higher than max fee per gas"
    BASE_FEE = "max fee per gas less than block base fee"
    FUNDS = "insufficient funds for gas * price + value"
    SENDER_HAS_CODE = "sender not an eoa"


class InvalidTransaction(EvmWasmError):
    """A transaction that may not be included in a block; the state is unchanged.

    Attributes:
        fault: What is wrong, for programs.
    """

    def __init__(self, fault: TransactionFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


class CompilerMissing(EvmWasmError):
    """A compiler that a project names is not there; the message says how to install it."""


class BuildFailed(EvmWasmError):
    """The sources of a project do not make a contract.

    Attributes:
        details: What the compiler printed, or the findings of the injector; lines, perhaps none.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(message)
        self.details = details


class NodeError(EvmWasmError):
    """A node cannot be reached, or does not answer as a node does; the message says what to do."""


class NodeRefusal(EvmWasmError):
    """A node answered a request with an error of its own.

    Attributes:
        code: As JSON-RPC and the node define them; 3 is a call that reverted.
        message: In the node's words.
        data: What belongs to it, such as the output of the call; None if nothing or not `0x` text.
    """

    def __init__(self, method: str, code: int, message: str, data: bytes | None) -> None:
        super().__init__(f"the node refused {method}: {message} (code {code})")
        self.code = code
        self.message = message
        self.data = data


class MachineError(EvmWasmError):
    """The machine itself cannot go on: never a result of a contract."""


class StepLimitExceeded(MachineError):
    """An unmetered run used up its steps; it is aborted without any change of state.

    Schedule `none` charges nothing for instructions, so only this ends a runaway loop.
    """


class StateError(MachineError):
    """The stored state is damaged or incomplete."""


class StoreError(MachineError):
    """A store cannot be opened, read or written; what it held is as it was."""
