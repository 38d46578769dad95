"""The machine: what outlives a transaction. One transaction at a time runs on it."""

from __future__ import annotations

import os
from functools import cache
from typing import Final

from evm_wasm.eei.exchange import around
from evm_wasm.eei.frame import Running
from evm_wasm.eei.link import link
from evm_wasm.eei.meter import GasMeter, StepMeter, Tally
from evm_wasm.eei.runtime import runtime
from evm_wasm.eei.table import TABLE
from evm_wasm.eei.tracing import traced
from evm_wasm.engine import HostFunction, Level, NativeCache
from evm_wasm.errors import InputError
from evm_wasm.model.trace import Tracer
from evm_wasm.rules.forks import Rules
from evm_wasm.vm.contract import ContractCache
from evm_wasm.vm.profiler import Profiler
from injector import Runtime, Schedule, load_runtime, load_schedule

STEP_LIMIT: Final = 1_000_000_000
"""Steps of a transaction under schedule `none`: seconds of work, far above what the vectors use."""

HOST: Final = "host"
"""Every EEI method is a Python function: the reference, and the form that traces use."""

MODULE: Final = "module"
"""EEI methods that need no world run inside the module."""

DEFAULT_EEI: Final = MODULE
"""The faster form; tests run all that is compared in both."""

EEI_VARIABLE: Final = "EWASM_EEI"
"""Environment variable that says which form machines have that are not told otherwise.

Results are the same in both; only speed differs, and what the host can watch.
"""

KEPT_LEVELS: Final = 64
"""Levels whose stores stay for the next transaction. Those of all levels would take a third of the
65,530 mappings that Linux allows a process, for each machine in it."""

STEP_SCHEDULE: Final = "fuel"
"""How steps are counted under schedule `none`: one for nearly each instruction, none for pages."""


class Nest(Running):
    """One nesting level: its store, and the frame that runs in it now.

    Attributes:
        level: The store.
    """

    __slots__ = ("level",)

    def __init__(self, depth: int, vm: Vm) -> None:
        self.level = Level(
            depth,
            lambda name: vm.host_function(name, self),
            has_runtime=vm.eei == MODULE,
            reuses_instances=vm.reuses_instances,
        )


class Vm:
    """Rules, instruction prices, compiled contracts and stores.

    Attributes:
        rules: Prices and limits of the fork.
        schedule: Prices of instructions.
        tracer: Gets an event for each frame and EEI call, if given.
        profiler: Gets the gas of each frame and function, if given.
        eei: Where EEI methods run, `HOST` or `MODULE`; a traced or profiled machine has them in
            the host.
        reuses_instances: Whether frames may run in instances of frames that have ended; otherwise
            each has its own, the slow and obvious form that tests compare with.
        scale: Particles in one gas.
        contracts: The compiled contracts.
    """

    def __init__(  # noqa: PLR0913 - each is a setting of its own, by keyword
        self,
        rules: Rules,
        schedule: Schedule | str,
        *,
        tracer: Tracer | None = None,
        profiler: Profiler | None = None,
        step_limit: int = STEP_LIMIT,
        contracts: ContractCache | None = None,
        eei: str | None = None,
        native: NativeCache | None = None,
        reuses_instances: bool = True,
    ) -> None:
        """Makes a machine that has not run anything yet.

        Args:
            rules: Prices and limits of the fork.
            schedule: Prices of instructions, or the name or file of a schedule.
            tracer: Gets an event for each frame and EEI call.
            profiler: Gets the gas of each frame and function.
            step_limit: Steps of a transaction where instructions have no prices.
            contracts: Compiled contracts to share with another machine of the same rules.
            eei: `HOST` or `MODULE`; `EWASM_EEI` says it where this does not.
            native: Where compiled contracts outlive the process; without one they do not.
            reuses_instances: Whether frames may run in instances of frames that have ended.
        """
        self.rules = rules
        self.reuses_instances = reuses_instances
        self.schedule = load_schedule(schedule) if isinstance(schedule, str) else schedule
        self.tracer = tracer
        self.profiler = profiler
        self._counts_steps = not self.schedule.charges
        self._step_limit = step_limit
        self._native = native
        self.scale = 1 if self._counts_steps else self.schedule.scale
        is_watched = tracer is not None or profiler is not None
        self.eei = HOST if is_watched else _form(eei)
        self.contracts = contracts or self._contracts(self.eei)
        self._reference = self.contracts if self.eei == HOST else self._contracts(HOST)
        self._nests: list[Nest] = []
        self._deepest = 0

    def traced(self, tracer: Tracer) -> Vm:
        """A machine that does the same and reports it, with the same compiled contracts."""
        return Vm(
            self.rules,
            self.schedule,
            tracer=tracer,
            step_limit=self._step_limit,
            contracts=self._reference,
            reuses_instances=self.reuses_instances,
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

    def _contracts(self, eei: str) -> ContractCache:
        schedule = load_schedule(STEP_SCHEDULE) if self._counts_steps else self.schedule
        linked = _runtime(self.rules, self.scale, self._counts_steps) if eei == MODULE else None
        return ContractCache(schedule, self.rules.limits, runtime=linked, native=self._native)

    def nest(self, depth: int) -> Nest:
        """The store of a nesting level, made at its first use."""
        while len(self._nests) <= depth:
            self._nests.append(Nest(len(self._nests), self))
        self._deepest = max(self._deepest, depth)
        return self._nests[depth]

    def leave_deep_levels(self) -> None:
        """Lets go of what frames on deep levels have left, once no frame runs any more."""
        for nest in self._nests[KEPT_LEVELS : self._deepest + 1]:
            nest.level.renew()
        self._deepest = 0

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
        if self.eei == MODULE:
            call = around(name, nest, call)
        if self.tracer is not None:
            call = traced(method, nest, call, self.tracer)
        return HostFunction(method.wasm_params, method.result, call)


@cache
def _runtime(rules: Rules, scale: int, counts_steps: bool) -> Runtime:
    return load_runtime(runtime(rules, scale, counts_steps=counts_steps))


def _form(eei: str | None) -> str:
    """Where EEI methods run, given what was asked for.

    Raises:
        InputError: There is no such form.
    """
    form = eei or os.environ.get(EEI_VARIABLE) or DEFAULT_EEI
    if form not in (HOST, MODULE):
        raise InputError(f"{form!r} is no form of the EEI; choose {HOST} or {MODULE}")
    return form
