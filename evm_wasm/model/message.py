"""What goes into one frame and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from evm_wasm.primitives.types import Address, Word


class CallKind(Enum):
    """How a frame was started. The values are the names of the EEI methods."""

    CALL = "call"
    CALL_CODE = "callCode"
    CALL_DELEGATE = "callDelegate"
    CALL_STATIC = "callStatic"
    CREATE = "create"


class Status(IntEnum):
    """How a frame ended. The values are the results of the EEI's call methods."""

    SUCCESS = 0
    FAILURE = 1
    REVERT = 2


class HaltReason(Enum):
    """Why a frame failed. All reasons cost all gas; the reason is for people only."""

    OUT_OF_GAS = "out of gas"
    STACK_EXHAUSTED = "call stack exhausted"
    TRAP = "wasm trap"
    BOUNDS = "access outside of memory or data"
    STATIC_WRITE = "write in a static call"
    OVERFLOW = "number does not fit"
    NEGATIVE_GAS = "negative gas"
    TOPIC_COUNT = "more than four topics"
    INVALID_CONTRACT = "invalid contract"
    MEMORY_LIMIT = "too many live memory pages"
    COLLISION = "address already taken"
    CODE_SIZE = "code too large"


@dataclass(frozen=True, slots=True)
class Log:
    """One log entry.

    Attributes:
        address: The account whose storage the logging frame uses.
        topics: At most four words.
        data: Any length.
    """

    address: Address
    topics: tuple[Word, ...]
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request to run one frame (`call`s, creations and the transaction itself).

    Attributes:
        kind: How the frame is started.
        caller: What `getCaller` answers.
        recipient: What `getAddress` answers: the account whose storage and balance are used.
        code_address: Where the code comes from; of no meaning for creations.
        value: In wei, what `getCallValue` answers.
        moves_value: Whether the value is transferred from caller to recipient.
        input: Call data; for creations the init code.
        gas: Whole gas handed to the frame, stipend included.
        depth: 0 for the frame of the transaction.
        is_static: Whether writes fail.
    """

    kind: CallKind
    caller: Address
    recipient: Address
    code_address: Address
    value: int
    moves_value: bool
    input: bytes
    gas: int
    depth: int
    is_static: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a frame ended.

    Attributes:
        status: Success, revert or failure.
        particles_left: Unused gas in particles (see `evm_wasm.rules`); 0 on failure.
        output: Bytes given to `finish` or `revert`; empty on failure and for a successful creation.
        created: The new account, for a successful creation.
        halt: Why the frame failed; None unless the status is FAILURE.
        detail: One line for people about the failure, empty otherwise.
        backtrace: After a wasm trap: the wasm functions on the stack, innermost first.
    """

    status: Status
    particles_left: int
    output: bytes = b""
    created: Address | None = None
    halt: HaltReason | None = None
    detail: str = ""
    backtrace: tuple[str, ...] = ()
