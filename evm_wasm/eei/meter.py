"""The gas of one frame, in particles, and where it lives while wasm code runs.

Under a metered schedule the gas lives in the instance's counter: the injected charges lower it,
and each host call takes it over on entry and hands it back at its end. Under schedule `none`
nothing in the module costs gas, so the gas lives here alone, and the counter of the instance
counts the steps of the whole transaction instead (they end a runaway program).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evm_wasm.eei.frame_memory import OFFSETS, SIZES
from evm_wasm.eei.signals import Halt
from evm_wasm.engine import FrameMemory, Instance
from evm_wasm.model.message import HaltReason

_GAS: Final = OFFSETS["gas"]
_GAS_SIZE: Final = SIZES["gas"]

STACK_EXHAUSTED: Final = -2
"""What the injected code leaves in the counter when the call stack is used up."""


@dataclass(slots=True)
class Tally:
    """What a transaction has spent so far, by cause; it never decides anything.

    Attributes:
        eei: Gas charged by EEI methods less the stipends given out of it, in whole gas.
        deposit: Gas charged for deployed code and compiling, in whole gas.
        burned: Particles that failed frames had left when they failed.
        steps_left: Under schedule `none`: steps the transaction may still take.
    """

    eei: int = 0
    deposit: int = 0
    burned: int = 0
    steps_left: int = 0


class GasMeter:
    """Gas of a frame under a metered schedule.

    Attributes:
        left: Particles; exact between `enter` and `leave`, and before and after the run.
        scale: Particles in one gas.
        tally: Shared by all frames of the transaction.
    """

    __slots__ = ("_instance", "left", "scale", "tally")

    def __init__(self, gas: int, scale: int, tally: Tally) -> None:
        self.left = gas * scale
        self.scale = scale
        self.tally = tally
        self._instance: Instance | None = None

    @property
    def gas_left(self) -> int:
        """Whole gas left, rounded down."""
        return self.left // self.scale

    def charge(self, gas: int) -> None:
        """Takes the price of an EEI method; raises `Halt` if it does not fit."""
        self.take(gas)
        self.tally.eei += gas

    def take(self, gas: int) -> None:
        """Takes whole gas that is not a price: what a child gets."""
        particles = gas * self.scale
        if particles > self.left:
            raise Halt(HaltReason.OUT_OF_GAS, f"{gas} gas needed, {self.gas_left} left")
        self.left -= particles

    def give_back(self, particles: int) -> None:
        """Returns what a child has left over."""
        self.left += particles

    def start(self, instance: Instance) -> None:
        """Before `main`: the instance takes over."""
        self._instance = instance
        instance.counter = self.left

    def start_inside(self, instance: Instance, room: FrameMemory) -> int:  # noqa: ARG002 - see StepMeter
        """As `start` for a module with a runtime: gives what the counter is to start with."""
        self._instance = instance
        return self.left

    def stop_inside(self, counter: int, gas: int) -> None:  # noqa: ARG002 - see StepMeter
        """After `main` ended by itself; with what the runtime has left in the frame memory."""
        self._instance = None
        self.left = counter

    def enter(self) -> None:
        """At the start of a host call."""
        if self._instance is not None:
            self.left = self._instance.counter

    def leave(self) -> None:
        """At the end of a host call."""
        if self._instance is not None:
            self._instance.counter = self.left

    def stop(self) -> int:
        """After `main` returned or trapped; gives the last counter: negative if a charge failed.

        Not to be called where a host function ended the frame: `left` is right already, and the
        counter has not seen what that function charged.
        """
        if self._instance is None:
            return self.left
        final = self._instance.counter
        self.left = max(final, 0)
        self._instance = None
        return final


class StepMeter(GasMeter):
    """Gas of a frame under schedule `none`; the counter counts the transaction's steps.

    A runtime in the module keeps the gas in the frame memory meanwhile.
    """

    __slots__ = ("_room",)

    def __init__(self, gas: int, scale: int, tally: Tally) -> None:
        super().__init__(gas, scale, tally)
        self._room: FrameMemory | None = None

    def start(self, instance: Instance) -> None:
        """Before `main`: hands over the steps the transaction may still take."""
        self._instance = instance
        instance.counter = self.tally.steps_left

    def start_inside(self, instance: Instance, room: FrameMemory) -> int:
        """As `start` for a module with a runtime: gives what the counter is to start with."""
        self._instance, self._room = instance, room
        return self.tally.steps_left

    def stop_inside(self, counter: int, gas: int) -> None:
        """After `main` ended by itself; with what the runtime has left in the frame memory."""
        self._instance = self._room = None
        self.left, self.tally.steps_left = gas, counter

    def enter(self) -> None:
        """At the start of a host call: the child frames draw on the same steps."""
        if self._instance is not None:
            self.tally.steps_left = self._instance.counter
            self._read_gas()

    def leave(self) -> None:
        """At the end of a host call."""
        if self._instance is not None:
            self._instance.counter = self.tally.steps_left
        if self._room is not None:
            self._room.write(_GAS, self.left.to_bytes(_GAS_SIZE, "little"))

    def stop(self) -> int:
        """After `main`: saves the steps; gives the last counter as `GasMeter.stop` does."""
        if self._instance is None:
            return self.tally.steps_left
        final = self._instance.counter
        self.tally.steps_left = max(final, 0)
        self._read_gas()
        self._instance = self._room = None
        return final

    def _read_gas(self) -> None:
        if self._room is not None:
            self.left = int.from_bytes(self._room.read(_GAS, _GAS_SIZE), "little")
