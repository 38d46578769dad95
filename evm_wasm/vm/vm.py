"""The machine: what outlives a transaction. One transaction at a time runs on it."""

from __future__ import annotations

from typing import Final

from evm_wasm.eei.frame import Running
from evm_wasm.eei.link import link
from evm_wasm.eei.meter import GasMeter, StepMeter, Tally
from evm_wasm.eei.table import TABLE
from evm_wasm.eei.tracing import traced
from evm_wasm.engine import HostFunction, Level
from evm_wasm.errors import InputError
from evm_wasm.model.trace import Tracer
from evm_wasm.rules.forks import Rules
from evm_wasm.vm.contract import ContractCache
from evm_wasm.vm.profiler import Profiler
from injector import Schedule, load_schedule

STEP_LIMIT: Final = 1_000_000_000
"""Steps of a transaction under schedule `none`: seconds of work, far above what the vectors use."""

STEP_SCHEDULE: Final = "fuel"
"""How steps are counted under schedule `none`: one for nearly each instruction, none for pages."""


class Nest(Running):
    """One nesting level: its store, and the frame that runs in it now.

    Attributes:
        level: The store.
    """

    __slots__ = ("level",)

    def __init__(self, depth: int, vm: Vm) -> None:
        self.level = Level(depth, lambda name: vm.host_function(name, self))


class Vm:
    """Rules, instruction prices, compiled contracts and stores.

    Attributes:
        rules: Prices and limits of the fork.
        schedule: Prices of instructions.
        tracer: Gets an event for each frame and EEI call, if given.
        profiler: Gets the gas of each frame and function, if given.
        scale: Particles in one gas.
        contracts: The compiled contracts.
    """

    def __init__(
        self,
        rules: Rules,
        schedule: Schedule | str,
        *,
        tracer: Tracer | None = None,
        profiler: Profiler | None = None,
        step_limit: int = STEP_LIMIT,
        contracts: ContractCache | None = None,
    ) -> None:
        self.rules = rules
        self.schedule = load_schedule(schedule) if isinstance(schedule, str) else schedule
        self.tracer = tracer
        self.profiler = profiler
        self._counts_steps = not self.schedule.charges
        self._step_limit = step_limit
        self.scale = 1 if self._counts_steps else self.schedule.scale
        self.contracts = contracts or ContractCache(
            load_schedule(STEP_SCHEDULE) if self._counts_steps else self.schedule, rules.limits
        )
        self._nests: list[Nest] = []

    def traced(self, tracer: Tracer) -> Vm:
        """A machine that does the same and reports it, with the same compiled contracts."""
        return Vm(
            self.rules,
            self.schedule,
            tracer=tracer,
            step_limit=self._step_limit,
            contracts=self.contracts,
        )

    def profiled(self, profiler: Profiler, *, tracer: Tracer | None = None) -> Vm:
        """A machine that does the same and tells a profiler, with compiled contracts of its own.

        Raises:
            InputError: Instructions have no prices here.
        """
        if self._counts_steps:
            raise InputError(
                f"a profile needs prices of instructions; schedule {self.schedule.name} has none"
            )
        return Vm(
            self.rules,
            self.schedule,
            tracer=tracer,
            profiler=profiler,
            contracts=ContractCache(self.schedule, self.rules.limits, is_profiling=True),
        )

    def nest(self, depth: int) -> Nest:
        """The store of a nesting level, made at its first use."""
        while len(self._nests) <= depth:
            self._nests.append(Nest(len(self._nests), self))
        return self._nests[depth]

    def new_tally(self) -> Tally:
        """The account of what a transaction spends, at its start."""
        return Tally(steps_left=self._step_limit)

    def meter(self, gas: int, tally: Tally) -> GasMeter:
        """The meter of a new frame with whole gas."""
        return (StepMeter if self._counts_steps else GasMeter)(gas, self.scale, tally)

    def host_function(self, name: str, nest: Nest) -> HostFunction:
        """The host function of an EEI method for one nesting level."""
        method = TABLE[name]
        call = link(method, nest, self.rules.gas)
        if self.tracer is not None:
            call = traced(method, nest, call, self.tracer)
        return HostFunction(method.wasm_params, method.result, call)
