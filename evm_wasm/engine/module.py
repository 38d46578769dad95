"""From wasm bytes to native code."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

import wasmtime

from evm_wasm.engine.config import engine
from evm_wasm.errors import InputError, MachineError
from injector import ProfiledFunction

MEMORY_EXPORT: Final = "memory"

_EMPTY_MODULE: Final = b"\0asm\1\0\0\0"

RESTART_EXPORT: Final = "restart"
"""The entry that the injector adds where it can: `main` as in a new instance but for the memory."""

MOST_REUSED_PAGES: Final = 4
"""Pages of an initial memory that is set back instead of made anew.

Setting back costs 1 us for one page, 2.5 us for four and 19 us for sixteen, as much as a new
instance; and what is kept for reuse stays in memory.
"""

_MOST_GAPS: Final = 4_096
"""Bytes between segments that an image may have; a compiled module takes ten times as much."""

_LINE_AND_COLUMN: Final = re.compile("([0-9]+):([0-9]+)$")
"""The engine ends the place of an error in a text with them."""


class Image(NamedTuple):
    """A memory that is zero but for some bytes in the middle."""

    start: int
    content: bytes


class CompiledModule:
    """Native code of one metered contract; may be instantiated any number of times.

    Attributes:
        imports: Names of the imported functions, in the order of the import section.
        initial_pages: What its memory starts with, in pages of 65,536 bytes.
        size: Bytes of metered wasm it was made from.
        functions: Those whose gas it counts; empty for the normal form.
        has_runtime: Whether a runtime is linked in, which has a memory of its own.
        has_restart: Whether it has an entry by which an instance may run again.
        is_reusable: Whether it is worth it to keep an instance, and possible.
        image: The initial memory; None until it was taken from an instance.
    """

    __slots__ = (
        "functions",
        "has_restart",
        "has_runtime",
        "image",
        "imports",
        "initial_pages",
        "is_reusable",
        "module",
        "size",
    )

    def __init__(
        self,
        module: wasmtime.Module,
        size: int,
        functions: tuple[ProfiledFunction, ...],
        *,
        has_runtime: bool,
    ) -> None:
        self.module = module
        self.imports = tuple(entry.name or "" for entry in module.imports)
        self.initial_pages = _initial_pages(module)
        self.size = size
        self.functions = functions
        self.has_runtime = has_runtime
        self.has_restart = any(export.name == RESTART_EXPORT for export in module.exports)
        self.is_reusable = self.has_restart and self.initial_pages <= MOST_REUSED_PAGES
        self.image: Image | None = None

    def take_image(self, memory: bytes) -> None:
        """Keeps the initial memory, given by the first instance, or finds that it is too large.

        One without zeros around it that is much longer than the module comes from segments far
        apart: small modules must not have large images.
        """
        content = memory.lstrip(b"\0")
        start = len(memory) - len(content)
        content = content.rstrip(b"\0")
        if len(content) > self.size + _MOST_GAPS:
            self.is_reusable = False
        else:
            self.image = Image(start, content)

    def serialize(self) -> bytes:
        """The native code, for `load_native` under the same engine.

        Raises:
            MachineError: The engine cannot give it.
        """
        try:
            return bytes(self.module.serialize())
        except wasmtime.WasmtimeError as error:
            raise MachineError(f"a module cannot be serialized: {error}") from error


def compile_module(
    wasm: bytes, functions: tuple[ProfiledFunction, ...] = (), *, has_runtime: bool = False
) -> CompiledModule:
    """Compiles a module that the injector has accepted and written.

    Args:
        wasm: The metered module.
        functions: What `injector.profile` says that it counts.
        has_runtime: Whether it has a runtime linked in.

    Raises:
        MachineError: The engine refuses it: the injector accepted what it should not have.
    """
    try:
        module = wasmtime.Module(engine(has_runtime=has_runtime), wasm)
    except wasmtime.WasmtimeError as error:
        raise MachineError(f"the engine refuses an instrumented module: {error}") from error
    return CompiledModule(module, len(wasm), functions, has_runtime=has_runtime)


def load_native(native: bytes, size: int, *, has_runtime: bool) -> CompiledModule | None:
    """A module from its native code, None if the engine says that it is not its own.

    Args:
        native: What `CompiledModule.serialize` gave. The engine trusts it: whoever calls has made
            sure where it comes from.
        size: Bytes of metered wasm it was made from.
        has_runtime: Whether it has a runtime linked in.
    """
    try:
        module = wasmtime.Module.deserialize(engine(has_runtime=has_runtime), native)
    except wasmtime.WasmtimeError:
        return None
    return CompiledModule(module, size, (), has_runtime=has_runtime)


def engine_fingerprint(*, has_runtime: bool) -> bytes:
    """What native code depends on besides its wasm.

    It is the native form of a module without anything in it: the engine writes into each its own
    version, the machine's architecture, the features of the processor it used, and all options.
    """
    return bytes(wasmtime.Module(engine(has_runtime=has_runtime), _EMPTY_MODULE).serialize())


def wat_to_wasm(text: str, *, what: str) -> bytes:
    """Assembles WebAssembly text.

    Raises:
        InputError: The text is malformed; the message starts with `what`.
    """
    try:
        return bytes(wasmtime.wat2wasm(text))
    except wasmtime.WasmtimeError as error:
        raise InputError(f"{what}: {_first_lines(str(error))}") from error


def _first_lines(message: str) -> str:
    """The engine draws a picture of the source line; one line is enough: cause and place."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    place = next((line.removeprefix("-->").strip() for line in lines if line.startswith("-->")), "")
    numbers = _LINE_AND_COLUMN.search(place)
    return f"line {numbers[1]}, column {numbers[2]}: {lines[0]}" if numbers else lines[0]


def _initial_pages(module: wasmtime.Module) -> int:
    for export in module.exports:
        if export.name == MEMORY_EXPORT and isinstance(export.type, wasmtime.MemoryType):
            return int(export.type.limits.min)
    raise MachineError("an instrumented module does not export its memory")


@cache
def throwing_module() -> wasmtime.Module:
    """A module whose `main` throws an exception and catches it, for the engine of runtimes."""
    text = """(module (tag $thrown) (func (export "main")
        (block $caught (try_table (catch $thrown $caught) (throw $thrown)))))"""
    return wasmtime.Module(engine(has_runtime=True), wat_to_wasm(text, what="an exception"))
