"""All that the methods of one frame may see or do."""

from __future__ import annotations

from collections.abc import Callable

from evm_wasm.eei.meter import GasMeter
from evm_wasm.engine import FrameMemory, LinearMemory
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import Message, Outcome
from evm_wasm.rules.forks import Rules
from evm_wasm.state.state import State


class Frame:
    """One execution of one contract's `main`.

    Attributes:
        message: What the frame was started with.
        code: The original bytes of the running code (the init code in a creation).
        state: Accounts and storage, with all changes of the transaction so far.
        block: The block it runs in.
        transaction: The transaction it runs in.
        rules: Prices and limits.
        meter: The frame's gas.
        call: Runs another message and gives its outcome; the way back up into the machine.
        return_data: The return buffer: output of the last call or creation.
    """

    __slots__ = (
        "block",
        "call",
        "code",
        "message",
        "meter",
        "return_data",
        "rules",
        "state",
        "transaction",
    )

    def __init__(  # noqa: PLR0913 - all by keyword, in one place
        self,
        *,
        message: Message,
        code: bytes,
        state: State,
        block: BlockContext,
        transaction: TransactionContext,
        rules: Rules,
        meter: GasMeter,
        call: Callable[[Message], Outcome],
    ) -> None:
        self.message = message
        self.code = code
        self.state = state
        self.block = block
        self.transaction = transaction
        self.rules = rules
        self.meter = meter
        self.call = call
        self.return_data = b""


class Running:
    """What host functions ask at each call: the frame that runs now, and its memory.

    Host functions are bound once for each nesting level, frames come and go.

    Attributes:
        frame: Set while a frame runs.
        memory: Of that frame.
        room: The frame memory, where the module has a runtime.
    """

    __slots__ = ("frame", "memory", "room")

    frame: Frame
    memory: LinearMemory
    room: FrameMemory
