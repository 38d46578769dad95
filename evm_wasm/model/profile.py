"""Where the gas of a run went, by frame and function; for people, nothing depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.model.message import CallKind, Status
from evm_wasm.primitives.types import Address, Hash32


@dataclass(frozen=True, slots=True)
class FunctionGas:
    """What a function of a contract used in one frame, over all its calls there.

    Attributes:
        index: Function index in the contract as it was deployed.
        name: From the name section, else `function N`.
        particles: Its own instructions, entries, bulk operations and pages; not what it called.
    """

    index: int
    name: str
    particles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameGas:
    """One frame; all amounts in particles.

    A run is a list of them in the order in which they began, so that a frame stands behind the one
    that started it and in front of those that it started. (A tree of objects may be 1,024 deep,
    which much of Python cannot walk.)

    What functions used is exact unless the frame failed by a trap or for want of gas. Then they
    have the prices of all basic blocks that were started, while charges had run ahead of that or
    stayed behind; so these and `burned` need not add up to the gas of the frame.

    Attributes:
        depth: 0 for the outermost frame.
        kind: How it was started.
        address: Where its code comes from; the new account for a creation.
        code_hash: Of the code that ran (the init code for a creation); None if none did.
        status: How it ended.
        functions: Those that used gas, in the order of their indices.
        eei: Charged by EEI methods that this frame called.
        deposit: Charged for deployed code and compiling.
        burned: What was left when it failed.
        total: All of these, with those of all frames inside of it.
    """

    depth: int
    kind: CallKind
    address: Address
    code_hash: Hash32 | None
    status: Status
    functions: tuple[FunctionGas, ...]
    eei: int
    deposit: int
    burned: int
    total: int

    @property
    def instructions(self) -> int:
        """Of all functions."""
        return sum(function.particles for function in self.functions)

    @property
    def own(self) -> int:
        """Without the frames inside of it."""
        return self.instructions + self.eei + self.deposit + self.burned
