"""How the engine says that wasm code failed."""

from __future__ import annotations

from dataclasses import dataclass


class WasmTrap(Exception):
    """Wasm code trapped: a failure of the contract, caught by the virtual machine only.

    Attributes:
        cause: One line, for example `integer divide by zero`.
        backtrace: Innermost first, at most as many frames as the engine keeps.
    """

    def __init__(self, cause: str, backtrace: tuple[TrapFrame, ...] = ()) -> None:
        super().__init__(cause)
        self.cause = cause
        self.backtrace = backtrace


class OutOfBounds(Exception):
    """The host was asked to touch linear memory outside of its current size."""


@dataclass(frozen=True, slots=True)
class TrapFrame:
    """One wasm function on the stack at a trap.

    Attributes:
        function: Index in the metered module, where the injector may have moved the function.
        name: From the name section, None where it has none.
    """

    function: int
    name: str | None

    def __str__(self) -> str:
        return f"`{self.name}`" if self.name else f"function {self.function} of the metered module"
