"""A contract ready to be run again and again, with the engine options of the virtual machine."""

from __future__ import annotations

import time
from functools import cache
from typing import Final, cast

import wasmtime

from evm_wasm.engine import config

FUEL: Final = 1 << 60
"""More than all runs together burn."""


@cache
def _fuel_engine() -> wasmtime.Engine:
    return wasmtime.Engine(config.engine_options(consume_fuel=True))


class Runnable:
    """An instance in a store of its own.

    `finish` is a host function that records the result and returns, so that `main` returns too.
    """

    def __init__(self, wasm: bytes, *, fuel: bool = False) -> None:
        """Compile and instantiate.

        Args:
            wasm: A contract that imports nothing but `finish`, instrumented or not.
            fuel: Whether the engine counts fuel.

        Raises:
            wasmtime.WasmtimeError: The module is not valid or imports something else.
        """
        engine = _fuel_engine() if fuel else config.engine()
        self._store = wasmtime.Store(engine)
        self._fuel = fuel
        if fuel:
            self._store.set_fuel(FUEL)
        self.result = b""
        linker = wasmtime.Linker(engine)
        kind = wasmtime.FuncType([wasmtime.ValType.i32(), wasmtime.ValType.i32()], [])
        linker.define_func("ethereum", "finish", kind, self._finish, access_caller=True)
        self._instance = linker.instantiate(self._store, wasmtime.Module(engine, wasm))
        exports = self._instance.exports(self._store)
        self._main = cast("wasmtime.Func", exports["main"])
        self._gas = cast("wasmtime.Global | None", exports.get("gas_left"))

    def _finish(self, caller: wasmtime.Caller, start: int, length: int) -> None:
        memory = cast("wasmtime.Memory", caller["memory"])
        self.result = bytes(memory.read(caller, start, start + length))

    def run(self) -> float:
        """Run `main` once.

        Returns:
            The seconds that the processor spent on it: on a loaded machine time passes while
            others run.
        """
        before = time.thread_time()
        self._main(self._store)
        return time.thread_time() - before

    def used(self) -> int:
        """Run `main` once.

        Returns:
            The gas that it used, in units of the schedule, or the fuel; 0 if neither is counted.
        """
        before = self._left()
        self.run()
        return before - self._left()

    def _left(self) -> int:
        if self._fuel:
            return int(self._store.get_fuel())
        return int(self._gas.value(self._store)) if self._gas is not None else 0
