"""How a method of the interface ends its frame. Caught by the virtual machine only."""

from __future__ import annotations

from evm_wasm.model.message import HaltReason


class Halt(Exception):
    """The frame fails: all its gas is gone, all its changes are undone.

    Attributes:
        reason: Why, for people; all reasons have the same consequence.
        detail: One line with the figures, may be empty.
    """

    def __init__(self, reason: HaltReason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason = reason
        self.detail = detail


class Finish(Exception):
    """The frame ends with success (`finish`, `selfDestruct`)."""

    def __init__(self, output: bytes) -> None:
        super().__init__()
        self.output = output


class Revert(Exception):
    """The frame is undone, but keeps its gas and its output (`revert`)."""

    def __init__(self, output: bytes) -> None:
        super().__init__()
        self.output = output
