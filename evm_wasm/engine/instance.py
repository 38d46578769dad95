"""A running module: its memory, its gas counter, its `main`. Written for speed."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Final

import wasmtime
from wasmtime import _ffi as ffi

from evm_wasm.engine import calls
from evm_wasm.engine.trap import OutOfBounds, TrapFrame, WasmTrap
from evm_wasm.errors import MachineError

if TYPE_CHECKING:
    from evm_wasm.engine.level import Level
    from evm_wasm.engine.module import CompiledModule, Image

COUNTER_EXPORT: Final = b"gas_left"
"""The mutable i64 global that the injector adds."""

MAIN_EXPORT: Final = b"main"
RESTART_EXPORT: Final = b"restart"
MEMORY_EXPORT: Final = b"memory"
FRAME_EXPORT: Final = b"frame"
"""The memory that a linked runtime adds."""


_ERROR: Final = ctypes.POINTER(ffi.wasmtime_error_t)
_TRAP: Final = ctypes.POINTER(ffi.wasm_trap_t)


class LinearMemory:
    """The memory of an instance, with every access checked against its current size.

    Addresses and lengths are unsigned 32-bit numbers; sums are formed without wrap-around. The
    memory never moves (see `config`) and never shrinks, so what lay inside once still does.
    """

    __slots__ = ("_base", "_context", "_memory", "_place", "_size")

    def __init__(self, context: int, memory: ctypes.Structure) -> None:
        self._context = context
        self._memory = memory
        self._place = ctypes.addressof(memory)
        self._base: int = calls.memory_data(context, self._place) or 0
        self._size: int = calls.memory_size(context, self._place)

    def size(self) -> int:
        """Current size in bytes."""
        size: int = calls.memory_size(self._context, self._place)
        self._size = size
        return size

    def check(self, address: int, length: int) -> None:
        """Raises `OutOfBounds` unless `length` bytes at `address` lie inside the memory."""
        end = address + length
        if end > self._size and end > self.size():
            raise OutOfBounds

    def read(self, address: int, length: int) -> bytes:
        """Copies `length` bytes out; raises `OutOfBounds` before touching anything."""
        self.check(address, length)
        return ctypes.string_at(self._base + address, length)

    def write(self, address: int, data: bytes) -> None:
        """Copies `data` in; raises `OutOfBounds` before touching anything."""
        length = len(data)
        self.check(address, length)
        ctypes.memmove(self._base + address, data, length)

    def as_frame_memory(self) -> FrameMemory:
        """The same memory, taken as one that never grows."""
        return FrameMemory(self._base, self._size)

    def restore(self, image: Image) -> None:
        """Sets all bytes to those of an image of a memory of this size."""
        start, content = image
        ctypes.memset(self._base, 0, self._size)
        ctypes.memmove(self._base + start, content, len(content))


class FrameMemory:
    """The memory of a linked runtime, through which the host and the runtime exchange what they know.

    Who uses it knows the layout, so an access outside of it is an error of ours. It never grows.
    """

    __slots__ = ("_base", "_size")

    def __init__(self, base: int, size: int) -> None:
        self._base = base
        self._size = size

    def read(self, offset: int, length: int) -> bytes:
        """Copies `length` bytes out."""
        if offset + length > self._size:
            raise MachineError(f"{length} bytes at {offset} of the frame memory")
        return ctypes.string_at(self._base + offset, length)

    def write(self, offset: int, data: bytes) -> None:
        """Copies `data` in."""
        if offset + len(data) > self._size:
            raise MachineError(f"{len(data)} bytes at {offset} of the frame memory")
        ctypes.memmove(self._base + offset, data, len(data))


class Instance:
    """One instance in the store of a level. It keeps the store alive.

    Attributes:
        module: What it is an instance of.
        store: Where it lives.
        memory: The contract's linear memory.
        frame_memory: The memory of the linked runtime, of no bytes if there is none.
    """

    __slots__ = (
        "_context",
        "_counter",
        "_counter_place",
        "_entry",
        "_entry_place",
        "_handle",
        "_level",
        "_number",
        "_trap",
        "_trap_place",
        "_value",
        "_value_place",
        "frame_memory",
        "memory",
        "module",
        "store",
    )

    def __init__(
        self,
        level: Level,
        store: wasmtime.Store,
        handle: ctypes.Structure,
        module: CompiledModule,
    ) -> None:
        self._level = level
        self.store = store
        self._handle = handle
        self.module = module
        context, place = level.context, ctypes.addressof(handle)
        self._context = context
        entry = RESTART_EXPORT if module.has_restart else MAIN_EXPORT
        self._entry = _export(context, place, entry).of.func
        self._entry_place = ctypes.addressof(self._entry)
        self._counter = _export(context, place, COUNTER_EXPORT).of.global_
        self._counter_place = ctypes.addressof(self._counter)
        self._value = ffi.wasmtime_val_t()
        self._value.kind = ffi.WASMTIME_I64
        self._value_place = ctypes.addressof(self._value)
        place_of_number = ffi.wasmtime_val_t.of.offset
        self._number = ctypes.c_int64.from_buffer(self._value, place_of_number)
        self._trap = ctypes.c_void_p()
        self._trap_place = ctypes.addressof(self._trap)
        self.memory = LinearMemory(context, _export(context, place, MEMORY_EXPORT).of.memory)
        self.frame_memory = FrameMemory(0, 0)
        if module.has_runtime:
            frame = LinearMemory(context, _export(context, place, FRAME_EXPORT).of.memory)
            self.frame_memory = frame.as_frame_memory()

    @property
    def counter(self) -> int:
        """What is left of the injected counter; -1 after out of gas, -2 after stack exhaustion."""
        calls.global_get(self._context, self._counter_place, self._value_place)
        return self._number.value

    @counter.setter
    def counter(self, amount: int) -> None:
        self._number.value = amount
        if calls.global_set(self._context, self._counter_place, self._value_place):
            raise MachineError("the gas counter cannot be set")

    def read_global(self, name: str) -> int:
        """The signed value of an exported i64 global; slower than `counter`."""
        variable = _export(self._context, ctypes.addressof(self._handle), name.encode()).of.global_
        place = ctypes.addressof(variable)
        calls.global_get(self._context, place, self._value_place)
        return self._number.value

    def run(self) -> None:
        """Does what `main` does in a new instance with this memory.

        Raises:
            WasmTrap: The code trapped.
            BaseException: Whatever a host function raised, the same object.
        """
        self._trap.value = None
        error = calls.call(self._context, self._entry_place, None, 0, self._trap_place)
        if error or self._trap.value:
            check_result(self._level, error, self._trap.value)


def check_result(level: Level, error: int | None, trap: int | None) -> None:
    """Turns what the C interface reports into an exception; does nothing on success.

    What a host function raised comes first: the engine reports it as an error of its own.

    Args:
        level: Whose host functions may have raised.
        error: Address of an error, which is freed here.
        trap: Address of a trap, which is freed here.
    """
    if not error and not trap:
        return
    pending = level.take_pending()
    # The binding's classes own what they wrap and free it; there is no public way to wrap.
    failure = owned = None
    if error:
        failure = wasmtime.WasmtimeError._from_ptr(ctypes.cast(error, _ERROR))  # noqa: SLF001
    if trap:
        owned = wasmtime.Trap._from_ptr(ctypes.cast(trap, _TRAP))  # noqa: SLF001
    if pending is not None:
        raise pending
    if owned is not None:
        raise _wasm_trap(owned)
    raise MachineError(f"the engine failed: {failure}")


def _wasm_trap(trap: wasmtime.Trap) -> WasmTrap:
    cause = trap.message.splitlines()[-1].strip().removeprefix("wasm trap: ")
    frames = tuple(TrapFrame(frame.func_index, frame.func_name) for frame in trap.frames)
    return WasmTrap(cause, frames)


def _export(context: int, handle: int, name: bytes) -> ctypes.Structure:
    item = ffi.wasmtime_extern_t()
    if not calls.instance_export(context, handle, name, len(name), ctypes.addressof(item)):
        raise MachineError(f"an instrumented module does not export {name.decode()}")
    return item
