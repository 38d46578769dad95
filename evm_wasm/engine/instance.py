"""A running module: its memory, its gas counter, its `main`. Written for speed."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

import wasmtime
from wasmtime import _ffi as ffi

from evm_wasm.engine.trap import OutOfBounds, TrapFrame, WasmTrap
from evm_wasm.errors import MachineError

if TYPE_CHECKING:
    from evm_wasm.engine.level import Level

COUNTER_EXPORT: Final = b"gas_left"
"""The mutable i64 global that the injector adds."""

MAIN_EXPORT: Final = b"main"
MEMORY_EXPORT: Final = b"memory"
FRAME_EXPORT: Final = "frame"
"""The memory that a linked runtime adds."""

FRAME_SIZE: Final = 65_536
"""Bytes of that memory, which never grows."""


class LinearMemory:
    """The memory of an instance, with every access checked against its current size.

    Addresses and lengths are unsigned 32-bit numbers; sums are formed without wrap-around.
    """

    __slots__ = ("_base", "_context", "_memory", "_size")

    def __init__(self, context: object, memory: ctypes.Structure) -> None:
        self._context = context
        self._memory = memory
        self._base = 0
        self._size = -1

    def size(self) -> int:
        """Current size in bytes."""
        size = int(ffi.wasmtime_memory_data_size(self._context, self._memory))
        if size != self._size:
            # The engine may move a memory only when it grows.
            data = ffi.wasmtime_memory_data(self._context, self._memory)
            self._base = ctypes.cast(data, ctypes.c_void_p).value or 0
            self._size = size
        return size

    def check(self, address: int, length: int) -> None:
        """Raises `OutOfBounds` unless `length` bytes at `address` lie inside the memory."""
        if address + length > self.size():
            raise OutOfBounds

    def read(self, address: int, length: int) -> bytes:
        """Copies `length` bytes out; raises `OutOfBounds` before touching anything."""
        if address + length > self.size():
            raise OutOfBounds
        return ctypes.string_at(self._base + address, length)

    def write(self, address: int, data: bytes) -> None:
        """Copies `data` in; raises `OutOfBounds` before touching anything."""
        if address + len(data) > self.size():
            raise OutOfBounds
        ctypes.memmove(self._base + address, data, len(data))


class FrameMemory:
    """The memory of a linked runtime, through which the host and the runtime exchange what they know.

    Who uses it knows the layout, so an access outside of it is an error of ours.
    """

    __slots__ = ("_base",)

    def __init__(self, base: int) -> None:
        self._base = base

    def read(self, offset: int, length: int) -> bytes:
        """Copies `length` bytes out."""
        if offset + length > FRAME_SIZE:
            raise MachineError(f"{length} bytes at {offset} of the frame memory")
        return ctypes.string_at(self._base + offset, length)

    def write(self, offset: int, data: bytes) -> None:
        """Copies `data` in."""
        if offset + len(data) > FRAME_SIZE:
            raise MachineError(f"{len(data)} bytes at {offset} of the frame memory")
        ctypes.memmove(self._base + offset, data, len(data))


class Instance:
    """One instance in the store of a level.

    Attributes:
        memory: The contract's linear memory.
    """

    __slots__ = ("_counter", "_handle", "_level", "_main", "_value", "memory")

    def __init__(self, level: Level, handle: ctypes.Structure) -> None:
        self._level = level
        self._handle = handle
        self._main = _export(level, handle, MAIN_EXPORT).of.func
        self._counter = _export(level, handle, COUNTER_EXPORT).of.global_
        self._value = ffi.wasmtime_val_t()
        self._value.kind = ffi.WASMTIME_I64
        self.memory = LinearMemory(level.context, _export(level, handle, MEMORY_EXPORT).of.memory)

    def frame_memory(self) -> FrameMemory:
        """The memory of the linked runtime."""
        context = self._level.context
        memory = _export(self._level, self._handle, FRAME_EXPORT.encode()).of.memory
        data = ffi.wasmtime_memory_data(context, memory)
        return FrameMemory(ctypes.cast(data, ctypes.c_void_p).value or 0)

    @property
    def counter(self) -> int:
        """What is left of the injected counter; -1 after out of gas, -2 after stack exhaustion."""
        ffi.wasmtime_global_get(self._level.context, self._counter, ctypes.byref(self._value))
        return int(self._value.of.i64)

    @counter.setter
    def counter(self, amount: int) -> None:
        self._value.of.i64 = amount
        error = ffi.wasmtime_global_set(
            self._level.context, self._counter, ctypes.byref(self._value)
        )
        if error:
            raise MachineError("the gas counter cannot be set")

    def read_global(self, name: str) -> int:
        """The signed value of an exported i64 global; slower than `counter`."""
        variable = _export(self._level, self._handle, name.encode()).of.global_
        value = ffi.wasmtime_val_t()
        ffi.wasmtime_global_get(self._level.context, variable, ctypes.byref(value))
        return int(value.of.i64)

    def run(self) -> None:
        """Calls `main`.

        Raises:
            WasmTrap: The code trapped.
            BaseException: Whatever a host function raised, the same object.
        """
        level = self._level
        trap = ctypes.POINTER(ffi.wasm_trap_t)()
        error = ffi.wasmtime_func_call_unchecked(
            level.context, self._main, None, 0, ctypes.byref(trap)
        )
        check_result(level, error, trap)


def check_result(level: Level, error: Any, trap: Any) -> None:  # noqa: ANN401 - pointers
    """Turns what the C interface reports into an exception; does nothing on success.

    What a host function raised comes first: the engine reports it as an error of its own.
    """
    if not error and not trap:
        return
    pending = level.take_pending()
    # The binding's classes own what they wrap and free it; there is no public way to wrap.
    failure = wasmtime.WasmtimeError._from_ptr(error) if error else None  # noqa: SLF001
    owned = wasmtime.Trap._from_ptr(trap) if trap else None  # noqa: SLF001
    if pending is not None:
        raise pending
    if owned is not None:
        raise _wasm_trap(owned)
    raise MachineError(f"the engine failed: {failure}")


def _wasm_trap(trap: wasmtime.Trap) -> WasmTrap:
    cause = trap.message.splitlines()[-1].strip().removeprefix("wasm trap: ")
    frames = tuple(TrapFrame(frame.func_index, frame.func_name) for frame in trap.frames)
    return WasmTrap(cause, frames)


def _export(level: Level, handle: ctypes.Structure, name: bytes) -> ctypes.Structure:
    item = ffi.wasmtime_extern_t()
    found = ffi.wasmtime_instance_export_get(
        level.context, ctypes.byref(handle), name, len(name), ctypes.byref(item)
    )
    if not found:
        raise MachineError(f"an instrumented module does not export {name.decode()}")
    return item
