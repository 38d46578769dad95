"""Running a module in the engine, with what an observer can see of it."""

from __future__ import annotations

import math
import struct
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import wasmtime

from injector.charges import OUT_OF_GAS
from injector.layout import GAS_EXPORT

MUCH = 1 << 50
"""Gas for programs that end by themselves; covers what any length of 32 bits costs."""

RETURNED = "returned"
HOST_STOP = "ended by the host"
_ENDERS = frozenset({"finish", "revert", "selfDestruct"})
_LARGEST_LOOK = 1 << 21  # bytes of memory that an observer looks at


@cache
def engine(*, fuel: bool = False, stack: int = 1 << 20, level: str = "none") -> wasmtime.Engine:
    """An engine with what policy `core` accepts, with or without fuel."""
    config = wasmtime.Config()
    config.wasm_relaxed_simd = False
    config.wasm_simd = False
    config.wasm_threads = False
    config.wasm_tail_call = False
    config.wasm_memory64 = False
    config.wasm_multi_memory = False
    config.gc_support = True  # without it the engine has no externref
    config.wasm_exceptions = False
    config.wasm_gc = False
    config.wasm_function_references = False
    config.consume_fuel = fuel
    config.parallel_compilation = False
    config.cranelift_opt_level = level
    config.cranelift_nan_canonicalization = True
    config.max_wasm_stack = stack
    return wasmtime.Engine(config)


def refusal(wasm: bytes) -> str | None:
    """Why the engine calls a module invalid; None if it is valid."""
    try:
        wasmtime.Module.validate(engine(), wasm)
    except wasmtime.WasmtimeError as error:
        return str(error)
    return None


class HostStop(Exception):
    """A host method ended the frame; the argument is its name."""


class OutOfGas(Exception):
    """A host method found too little gas."""


class Meter(Protocol):
    """Where the gas of a run is counted."""

    def start(self, gas: int) -> None:
        """Set the gas."""

    def left(self) -> int:
        """The gas left; negative after the module stopped itself."""

    def charge(self, amount: int) -> None:
        """Take gas for a host method, or raise `OutOfGas`."""


@dataclass(frozen=True, slots=True)
class HostCall:
    """One call of a host function as the host sees it."""

    name: str
    arguments: tuple[object, ...]
    used: int
    memory: int  # checksum


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one call of an export did.

    Attributes:
        export: The called function.
        ending: `RETURNED`, `HOST_STOP`, or the kind of trap.
        results: What it returned.
        calls: Host calls in their order.
        used: Gas used, where the meter is exact: after a return; else None.
        left: The counter afterwards; -1 after out of gas, -2 after stack exhaustion.
        state: Checksums and values of exported memories, globals and tables afterwards.
    """

    export: str
    ending: str
    results: tuple[object, ...]
    calls: tuple[HostCall, ...]
    used: int | None
    left: int
    state: tuple[tuple[str, object], ...]


@dataclass
class FuelMeter:
    """The fuel of the engine."""

    run: Run

    def start(self, gas: int) -> None:
        """Set the gas."""
        self.run.store.set_fuel(gas)

    def left(self) -> int:
        """The gas left."""
        return int(self.run.store.get_fuel())

    def charge(self, amount: int) -> None:
        """Take gas for a host method."""
        left = self.left()
        if amount > left:
            raise OutOfGas
        self.start(left - amount)


@dataclass
class GlobalMeter:
    """The exported global of counter `global`."""

    run: Run

    def start(self, gas: int) -> None:
        """Set the gas."""
        self.run.export(GAS_EXPORT).set_value(self.run.store, gas)

    def left(self) -> int:
        """The gas left."""
        return int(self.run.export(GAS_EXPORT).value(self.run.store))

    def charge(self, amount: int) -> None:
        """Take gas for a host method."""
        left = self.left()
        if amount > left:
            self.start(OUT_OF_GAS)
            raise OutOfGas
        self.start(left - amount)


@dataclass
class ImportMeter:
    """A number in Python that `ethereum.useGas` counts down: counter `import`."""

    run: Run
    gas: int = MUCH

    def start(self, gas: int) -> None:
        """Set the gas."""
        self.gas = gas

    def left(self) -> int:
        """The gas left."""
        return self.gas

    def charge(self, amount: int) -> None:
        """Take gas for a host method or, from `ethereum.useGas`, for instructions."""
        if amount > self.gas:
            self.gas = OUT_OF_GAS
            raise OutOfGas
        self.gas -= amount


@dataclass
class NoMeter:
    """No gas at all."""

    run: Run

    def start(self, gas: int) -> None:
        """Nothing to set."""

    def left(self) -> int:
        """Never less."""
        return MUCH

    def charge(self, amount: int) -> None:
        """Nothing to take."""


METERS: dict[str, Callable[[Run], Meter]] = {
    "fuel": FuelMeter, "global": GlobalMeter, "import": ImportMeter, "none": NoMeter,
}  # fmt: skip


@dataclass
class Run:
    """A module in a store, with host functions that write down what they see.

    A host method answers with numbers that depend on its name and on how often the host was
    called, writes some of them into memory, and costs gas by the length of its name.

    Attributes:
        wasm: The module.
        kind: The meter, a key of `METERS`.
        gas: Gas that each call of an export starts with.
        stack: Bytes of native stack.
        level: Level of optimisation of the engine.
    """

    wasm: bytes
    kind: str
    gas: int = MUCH
    stack: int = 1 << 20
    level: str = "none"
    store: Any = field(init=False)
    meter: Meter = field(init=False)

    def __post_init__(self) -> None:
        """Compile the module."""
        self._engine = engine(fuel=self.kind == "fuel", stack=self.stack, level=self.level)
        self._module = wasmtime.Module(self._engine, self.wasm)
        kinds = {each.name: each.type for each in self._module.exports}
        self._memory = next(
            (name for name, kind in kinds.items() if isinstance(kind, wasmtime.MemoryType)), None
        )
        self.functions = [
            name for name, kind in kinds.items() if isinstance(kind, wasmtime.FuncType)
        ]
        self._calls: list[HostCall] = []
        self.meter = METERS[self.kind](self)

    def export(self, name: str) -> Any:  # noqa: ANN401 - functions, memories, globals
        """An export of the instance."""
        return self._exports[name]

    def instantiate(self) -> str:
        """Make a fresh instance; says how that ended."""
        self.store = wasmtime.Store(self._engine)
        self._exports: Any = {}
        self._calls = []
        self._host_calls = 0
        if self.kind in ("fuel", "import"):
            self.meter.start(MUCH)
        try:
            instance = wasmtime.Instance(self.store, self._module, list(self._imports()))
        except Exception as error:  # noqa: BLE001 - every ending of the module is a result
            return ending_of(error)
        self._exports = instance.exports(self.store)
        return RETURNED

    def outcomes(self) -> Iterator[Outcome]:
        """Call the exports one by one; a fresh instance follows each that does not return."""
        ending = self.instantiate()
        for name in self.functions:
            if ending == RETURNED:
                outcome = self.call(name)
                yield outcome
                ending = outcome.ending if outcome.ending == RETURNED else self.instantiate()
            else:
                yield Outcome(name, f"not instantiated: {ending}", (), (), None, 0, ())
                return

    def call(self, name: str, *arguments: object) -> Outcome:
        """Call one export with these arguments, or with arguments made for its type."""
        function = self.export(name)
        if not arguments:
            kinds = function.type(self.store).params
            arguments = tuple(answer(str(kind), i + len(name)) for i, kind in enumerate(kinds))
        self._calls = []
        self.meter.start(self.gas)
        results: tuple[object, ...] = ()
        try:
            value = function(self.store, *arguments)
            results = tuple(plain(each) for each in (value if isinstance(value, list) else [value]))
            ending = RETURNED
        except Exception as error:  # noqa: BLE001 - every ending of the module is a result
            ending = ending_of(error)
        left = self.meter.left()
        used = self.gas - left if ending == RETURNED else None
        return Outcome(name, ending, results, tuple(self._calls), used, left, self._state())

    def look(self) -> int:
        """A checksum of the first exported memory."""
        if self._memory is None or not self._exports:
            return 0
        memory = self.export(self._memory)
        size = min(memory.data_len(self.store), _LARGEST_LOOK)
        return zlib.crc32(memory.read(self.store, 0, size), memory.size(self.store))

    def _state(self) -> tuple[tuple[str, object], ...]:
        state: list[tuple[str, object]] = [("memory", self.look())]
        for each in self._module.exports:
            if each.name == GAS_EXPORT:
                continue
            if isinstance(each.type, wasmtime.GlobalType):
                state.append((each.name, plain(self.export(each.name).value(self.store))))
            elif isinstance(each.type, wasmtime.TableType):
                state.append((each.name, self.export(each.name).size(self.store)))
        return tuple(state)

    # Imports

    def _imports(self) -> Iterator[Any]:
        for entry in self._module.imports:
            kind: Any = entry.type
            if isinstance(kind, wasmtime.FuncType):
                yield wasmtime.Func(self.store, kind, self._host(str(entry.name), kind))
            elif isinstance(kind, wasmtime.MemoryType):
                yield wasmtime.Memory(self.store, kind)
            elif isinstance(kind, wasmtime.TableType):
                yield wasmtime.Table(self.store, kind, None)
            else:
                yield wasmtime.Global(self.store, kind, answer(str(kind.content), 1))

    def _host(self, name: str, kind: wasmtime.FuncType) -> Callable[..., object]:
        # The engine keeps host functions until the store is gone, so they must not keep the store.
        run: Run = weakref.proxy(self)
        if name == "useGas":
            return lambda amount: run.meter.charge(amount % (1 << 64))
        results = [str(each) for each in kind.results]
        return lambda *arguments: run.answer_host(name, results, arguments)

    def answer_host(self, name: str, results: list[str], arguments: tuple[object, ...]) -> object:
        """Write down a call of the host and answer it."""
        self._host_calls += 1
        if self._exports:
            seen = tuple(plain(each) for each in arguments)
            used = self.gas - self.meter.left()
            self._calls.append(HostCall(name, seen, used, self.look()))
            self.meter.charge(len(name))
            self._scribble(name)
        if name in _ENDERS:
            raise HostStop(name)
        values = [answer(each, self._host_calls + i) for i, each in enumerate(results)]
        return values[0] if len(values) == 1 else values or None

    def _scribble(self, name: str) -> None:
        """Write a few bytes into memory, as a method with a result pointer would."""
        if self._memory is not None:
            memory = self.export(self._memory)
            place = 64 * (len(name) % 7)
            if memory.data_len(self.store) > place + 8:
                memory.write(self.store, struct.pack("<Q", self._host_calls), place)


def ending_of(error: Exception) -> str:
    """The kind of a failure."""
    if isinstance(error, wasmtime.Trap):
        return str(error.trap_code)
    if isinstance(error, OutOfGas):
        return "TrapCode.UNREACHABLE"  # as where the module stops itself
    if isinstance(error, HostStop):
        return f"{HOST_STOP}: {error}"
    if isinstance(error, wasmtime.WasmtimeError):
        return str(error).splitlines()[0]
    raise error


def answer(kind: str, number: int) -> int | float | None:
    """A value of a type that depends on a number."""
    bits = zlib.crc32(str(number).encode())
    if kind == "i32":
        return bits % 3_000 if number % 3 else bits - (1 << 31)
    if kind == "i64":
        return bits % 5_000 if number % 3 else bits * bits % (1 << 63)
    if kind in ("f32", "f64"):
        return bits % 1_000 / 8 - 20
    return None


def plain(value: object) -> object:
    """A result that can be compared: any NaN equals any other, any reference any other."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else value.hex()
    return value if value is None or isinstance(value, int) else "reference"
