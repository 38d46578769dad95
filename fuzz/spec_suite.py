"""The test suite of the WebAssembly specification, run metered.

Each file runs twice side by side: the original under the engine's fuel and the instrumented form
under schedule `fuel`. Both must give the results and traps that the file asks for, and the same gas.
"""

from __future__ import annotations

import json
import math
import struct
import tempfile
from pathlib import Path
from typing import Any

import wasmtime

from fuzz.engine import engine
from fuzz.proof import Disagreement, Tally
from fuzz.smith import run_tool
from injector import LARGE_LIMITS, check, instrument
from injector.layout import GAS_EXPORT

_GROWTH = ("memory_grow", "table_grow")
"""Files that grow by constants in vain: the engine takes fuel for that, schedule `fuel` does not."""

_PRINTS = {
    "print": (), "print_i32": ("i32",), "print_i64": ("i64",), "print_f32": ("f32",),
    "print_f64": ("f64",), "print_i32_f32": ("i32", "f32"), "print_f64_f64": ("f64", "f64"),
}  # fmt: skip
_GLOBALS = {"i32": 666, "i64": 666, "f32": 666.6, "f64": 666.6}
_NAN = "nan"
_MUCH = 1 << 62  # covers lengths of 2^32 that trap

Value = tuple[str, object]


class World:
    """One store with the instances of one file.

    Attributes:
        metered: Whether modules are instrumented; else they run under fuel.
        names: Instances by the names that the file gives them, `None` for the latest.
        registered: Exports by the name of an import module.
        linked: Whether modules have met: calls between them are paid from two counters.
    """

    def __init__(self, *, metered: bool) -> None:
        self.metered = metered
        self._engine = engine(fuel=not metered)
        self.store = wasmtime.Store(self._engine)
        self._refuel()
        self.names: dict[str | None, Any] = {}
        self.registered: dict[str, dict[str, Any]] = {"spectest": self._spectest()}
        self.linked = False

    def _refuel(self) -> None:
        if not self.metered:
            self.store.set_fuel(_MUCH)

    def _spectest(self) -> dict[str, Any]:
        limits = wasmtime.Limits
        store, types = self.store, wasmtime.ValType
        exports: dict[str, Any] = {
            name: wasmtime.Func(
                store, wasmtime.FuncType([getattr(types, kind)() for kind in kinds], []), _ignore
            )
            for name, kinds in _PRINTS.items()
        }
        for kind, value in _GLOBALS.items():
            global_type = wasmtime.GlobalType(getattr(types, kind)(), False)
            exports[f"global_{kind}"] = wasmtime.Global(store, global_type, value)
        table = wasmtime.TableType(types.funcref(), limits(10, 20))
        exports["table"] = wasmtime.Table(store, table, None)
        exports["memory"] = wasmtime.Memory(store, wasmtime.MemoryType(limits(1, 2)))
        return exports

    def instantiate(self, wasm: bytes, name: str | None) -> None:
        """Make an instance the latest one.

        Raises:
            wasmtime.Trap: A segment or the start function traps.
            wasmtime.WasmtimeError: An import is missing or of another type.
        """
        if self.metered:
            wasm = instrument(wasm, policy="core", schedule="fuel", limits=LARGE_LIMITS)
        module = wasmtime.Module(self._engine, wasm)
        imports = []
        for entry in module.imports:
            exports = self.registered.get(entry.module, {})
            if entry.name not in exports:
                raise wasmtime.WasmtimeError(f"no {entry.module}.{entry.name}")
            imports.append(exports[entry.name])
        self._refuel()
        instance = wasmtime.Instance(self.store, module, imports)
        self.linked |= any(entry.module != "spectest" for entry in module.imports)
        self.names[None] = self.names[name] = instance

    def register(self, name: str | None, module: str) -> None:
        """Let an instance be imported under the name of a module."""
        exports = self.names[name].exports(self.store)
        self.registered[module] = {each: exports[each] for each in exports}

    def act(self, action: dict[str, Any]) -> tuple[list[object], int]:
        """Do what a command says; returns the results and the gas used.

        Raises:
            wasmtime.Trap: The function traps.
        """
        exports = self.names[action.get("module")].exports(self.store)
        item = exports[action["field"]]
        if action["type"] == "get":
            return [item.value(self.store)], 0
        arguments = [_argument(each) for each in action["args"]]
        if self.metered:
            exports[GAS_EXPORT].set_value(self.store, _MUCH)
        self._refuel()
        value = item(self.store, *arguments)
        left = exports[GAS_EXPORT].value(self.store) if self.metered else self.store.get_fuel()
        if value is None and not item.type(self.store).results:
            return [], _MUCH - left
        return value if isinstance(value, list) else [value], _MUCH - left


def _ignore(*_: object) -> None:
    """Print nothing."""


def _argument(value: dict[str, str]) -> object:
    """A value in the engine's Python form; references are texts."""
    kind, text = value["type"], value["value"]
    if kind in ("i32", "i64"):
        return _signed(int(text), 32 if kind == "i32" else 64)
    if kind in ("f32", "f64"):
        return _from_bits(int(text), kind)
    return None if text == "null" else f"extern {text}"


def _signed(value: int, bits: int) -> int:
    return (value + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def _from_bits(bits: int, kind: str) -> float:
    if kind == "f32":
        return float(struct.unpack("<f", struct.pack("<I", bits))[0])
    return float(struct.unpack("<d", struct.pack("<Q", bits))[0])


def _shown(value: object, kind: str) -> object:
    """A result in a form that can be compared; Python's floats do not keep the bits of a NaN."""
    if kind in ("f32", "f64"):
        number = float(str(value))
        return _NAN if math.isnan(number) else number.hex()
    if kind in ("i32", "i64"):
        return value
    return value if value is None or isinstance(value, str) else "function"


def _expected(value: dict[str, str]) -> object:
    kind, text = value["type"], value["value"]
    if kind in ("f32", "f64"):
        return _NAN if text.startswith(_NAN) else _shown(_from_bits(int(text), kind), kind)
    if kind == "funcref" and text != "null":
        return "function"
    return _argument(value)


def run_file(path: Path) -> Tally:
    """Run one file in both worlds.

    Raises:
        Disagreement: A result, a trap, a refusal or an amount of gas is wrong; names the line.
    """
    with tempfile.TemporaryDirectory(prefix="wast-") as name:
        text = run_tool("json-from-wast", str(path), "--wasm-dir", name)
        if text is None:
            raise Disagreement(f"{path.name}: cannot be converted")
        return _File(path.stem, Path(name)).run(json.loads(text)["commands"])


class _File:
    """Runs the commands of one file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.worlds = (World(metered=True), World(metered=False))
        self.tally = Tally(files=1)

    def run(self, commands: list[dict[str, Any]]) -> Tally:
        for command in commands:
            kind = command["type"]
            handler = getattr(self, f"do_{kind}", None)
            if handler is None:
                raise Disagreement(f"{self.name}: unknown command {kind}")
            try:
                handler(command)
            except Disagreement as error:
                line = command["line"]
                raise Disagreement(f"{self.name}.wast, line {line}, {kind}: {error}") from error
        return self.tally

    def _wasm(self, command: dict[str, Any]) -> bytes | None:
        """The module of a command; None for one in text form, which is the parser's business."""
        path = self.folder / Path(command["filename"]).name
        return path.read_bytes() if path.suffix == ".wasm" else None

    def _load(self, command: dict[str, Any], world: World) -> None:
        wasm = self._wasm(command)
        if wasm is None:
            wasm = bytes(wasmtime.wat2wasm((self.folder / command["filename"]).read_text()))
        world.instantiate(wasm, command.get("name"))

    def do_module(self, command: dict[str, Any]) -> None:
        for world in self.worlds:
            self._load(command, world)
        self.tally["modules"] += 1

    def do_register(self, command: dict[str, Any]) -> None:
        for world in self.worlds:
            world.register(command.get("name"), command["as"])

    def do_action(self, command: dict[str, Any]) -> None:
        for world in self.worlds:
            world.act(command["action"])

    def do_assert_return(self, command: dict[str, Any]) -> None:
        action = command["action"]
        expected = [_expected(value) for value in command["expected"]]
        kinds = [value["type"] for value in command["expected"]]
        used = []
        for world in self.worlds:
            try:
                values, gas = world.act(action)
            except wasmtime.Trap as trap:
                raise Disagreement(f"metered: {world.metered}, {trap}") from trap
            used.append(gas)
            shown = [_shown(value, kind) for value, kind in zip(values, kinds, strict=True)]
            if shown != expected and not _nan_argument(action):
                raise Disagreement(f"metered: {world.metered}, {shown} instead of {expected}")
        self.tally["results"] += 1
        if not self.worlds[0].linked and self.name not in _GROWTH:
            if used[0] != used[1]:
                raise Disagreement(f"gas {used[0]}, fuel {used[1]}")
            self.tally["results with equal gas"] += 1

    def _assert_trap(self, command: dict[str, Any]) -> None:
        codes = []
        for world in self.worlds:
            try:
                world.act(command["action"])
            except wasmtime.Trap as trap:
                codes.append(str(trap.trap_code))
            else:
                raise Disagreement(f"metered: {world.metered}, no trap")
        if command["type"] == "assert_trap" and codes[0] != codes[1]:
            raise Disagreement(f"{codes[0]} instead of {codes[1]}")
        self.tally["traps"] += 1

    do_assert_trap = _assert_trap
    do_assert_exhaustion = _assert_trap

    def do_assert_uninstantiable(self, command: dict[str, Any]) -> None:
        for world in self.worlds:
            try:
                self._load(command, world)
            except wasmtime.Trap:
                continue
            raise Disagreement(f"metered: {world.metered}, it was instantiated")
        self.tally["modules that trap"] += 1

    def do_assert_unlinkable(self, command: dict[str, Any]) -> None:
        for world in self.worlds:
            try:
                self._load(command, world)
            except wasmtime.WasmtimeError:
                continue
            raise Disagreement(f"metered: {world.metered}, it was linked")
        self.tally["unlinkable modules"] += 1

    def _assert_refused(self, command: dict[str, Any]) -> None:
        wasm = self._wasm(command)
        if wasm is None:
            self.tally["texts left to the parser"] += 1
            return
        if not check(wasm, policy="core", limits=LARGE_LIMITS):
            raise Disagreement(f"accepted, but {command['text']}: {wasm.hex()}")
        self.tally["refused modules"] += 1

    do_assert_invalid = _assert_refused
    do_assert_malformed = _assert_refused


def _nan_argument(action: dict[str, Any]) -> bool:
    """Whether a NaN with its own bits is passed: Python's floats may change them."""
    values = [_argument(each) for each in action.get("args", ())]
    return any(isinstance(value, float) and math.isnan(value) for value in values)
