"""The store of one nesting level, with its host functions. Written for speed.

Frames that call each other must not share a store, since they would share one wasm stack. Frames
that follow each other on the same level may, and creating a store and its host functions costs
more than a small frame. A store frees nothing until it is dropped, so it is renewed after a number
of instances or pages.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import wasmtime
from wasmtime import _ffi as ffi

from evm_wasm.engine.config import PAGE_SIZE, engine
from evm_wasm.engine.instance import Instance, check_result
from evm_wasm.engine.module import CompiledModule

INSTANCES_PER_STORE: Final = 32
"""Each instance reserves 4 GiB of address space; the outermost levels see most of the frames."""

INSTANCES_PER_DEEP_STORE: Final = 4
"""1,025 levels times this many reservations must fit into 47 bits of address space."""

DEEP: Final = 8
"""From this nesting level on a store counts as deep."""

PAGES_PER_STORE: Final = 1_024
"""Pages that ended frames may keep alive in a store before it is renewed (64 MiB)."""

_MASK_32: Final = 0xFFFF_FFFF
_SLOT: Final = ctypes.sizeof(ffi.wasmtime_val_raw_t) // 8
"""Arguments arrive as an array of unions; this is the stride in 64-bit words."""

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_size_t,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.POINTER(ctypes.c_uint64),
    ctypes.c_size_t,
)
"""`wasmtime_func_unchecked_callback_t` with the argument array declared as 64-bit words."""

_NO_FINALIZER: Final = ctypes.cast(0, ctypes.CFUNCTYPE(None, ctypes.c_void_p))
_VALUE_TYPES: Final = {"i32": wasmtime.ValType.i32, "i64": wasmtime.ValType.i64}


@dataclass(frozen=True, slots=True)
class HostFunction:
    """A function the wasm code may import.

    Attributes:
        parameters: Wasm types, "i32" or "i64".
        result: Wasm type of the result, None without one.
        call: Gets unsigned integers, gives an integer if there is a result. What it raises comes
            out of `Instance.run` unchanged.
    """

    parameters: tuple[str, ...]
    result: str | None
    call: Callable[..., int | None]


class Level:
    """The store of one nesting level, renewed when it has held enough.

    Attributes:
        context: The store's context pointer, for `Instance`.
    """

    def __init__(
        self, depth: int, functions: Callable[[str], HostFunction], *, has_runtime: bool = False
    ) -> None:
        """Makes the first store.

        Args:
            depth: Of the level.
            functions: The host function of a name.
            has_runtime: Whether the modules to come have a runtime linked in.
        """
        self._functions = functions
        self._engine = engine(has_runtime=has_runtime)
        self._instances_left = 0
        self._max_instances = INSTANCES_PER_STORE if depth < DEEP else INSTANCES_PER_DEEP_STORE
        self._pending: BaseException | None = None
        self._kept_pages = 0
        self._max_pages = -1
        self._renew()

    def instantiate(self, module: CompiledModule, max_pages: int) -> Instance:
        """Starts an instance whose memory can never exceed `max_pages`.

        The caller has made sure that the initial memory fits.

        Raises:
            WasmTrap: A data or element segment lies outside of its memory or table.
        """
        if self._instances_left == 0 or self._kept_pages > PAGES_PER_STORE:
            self._renew()
        self._instances_left -= 1
        # What a runtime adds takes no part in this: its memory has one page and never grows.
        self._limit(max(max_pages, 1))
        imports = (ffi.wasmtime_extern_t * len(module.imports))()
        for index, name in enumerate(module.imports):
            imports[index] = self._externs.get(name) or self._define(name)
        handle = ffi.wasmtime_instance_t()
        trap = ctypes.POINTER(ffi.wasm_trap_t)()
        error = ffi.wasmtime_instance_new(
            self.context,
            module.module.ptr(),
            imports,
            len(module.imports),
            ctypes.byref(handle),
            ctypes.byref(trap),
        )
        check_result(self, error, trap)
        self._limit(max_pages)
        return Instance(self, handle)

    def _limit(self, pages: int) -> None:
        """Bounds what memories may grow to from now on."""
        if pages != self._max_pages:
            self._store.set_limits(memory_size=pages * PAGE_SIZE)
            self._max_pages = pages

    def release(self, instance: Instance) -> None:
        """Says that an instance is done, so that what it holds counts as kept by the store."""
        self._kept_pages += instance.memory.size() // PAGE_SIZE

    def take_pending(self) -> BaseException | None:
        """The exception a host function raised, if that is why the wasm code stopped."""
        pending, self._pending = self._pending, None
        return pending

    def _renew(self) -> None:
        self._externs: dict[str, ffi.wasmtime_extern_t] = {}
        self._callbacks: list[object] = []
        self._store = wasmtime.Store(self._engine)
        self.context = self._store._context()  # noqa: SLF001 - the binding has no public form
        self._instances_left = self._max_instances
        self._kept_pages = 0
        self._max_pages = -1

    def _define(self, name: str) -> ffi.wasmtime_extern_t:
        function = self._functions(name)
        callback = _Callback(self._entry(function))
        self._callbacks.append(callback)
        results = [] if function.result is None else [_VALUE_TYPES[function.result]()]
        kind = wasmtime.FuncType([_VALUE_TYPES[kind]() for kind in function.parameters], results)
        handle = ffi.wasmtime_func_t()
        ffi.wasmtime_func_new_unchecked(
            self.context,
            kind.ptr(),
            ctypes.cast(callback, ffi.wasmtime_func_unchecked_callback_t),
            None,
            _NO_FINALIZER,
            ctypes.byref(handle),
        )
        extern = ffi.wasmtime_extern_t(
            ffi.WASMTIME_EXTERN_FUNC, ffi.wasmtime_extern_union(func=handle)
        )
        self._externs[name] = extern
        return extern

    def _entry(self, function: HostFunction) -> Callable[..., int]:
        """The C callback of a host function: unpack, call, pack; exceptions become traps."""
        call = function.call
        masks = [_MASK_32 if kind == "i32" else -1 for kind in function.parameters]
        places = [(index * _SLOT, mask) for index, mask in enumerate(masks)]
        result_mask = _MASK_32 if function.result == "i32" else 0xFFFF_FFFF_FFFF_FFFF
        has_result = function.result is not None

        def entry(_env: int, _caller: int, values: ctypes.Array[ctypes.c_uint64], _n: int) -> int:
            try:
                result = call(*[values[place] & mask for place, mask in places])
                if has_result:
                    values[0] = (result or 0) & result_mask
            except BaseException as error:  # noqa: BLE001 - crosses native frames, raised again by `run`
                self._pending = error
                trap = ffi.wasmtime_trap_new(b"host", 4)
                return ctypes.cast(trap, ctypes.c_void_p).value or 0
            return 0

        return entry
