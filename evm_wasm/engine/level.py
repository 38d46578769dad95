"""The store of one nesting level, with its host functions. Written for speed.

Frames that call each other must not share a store, since they would share one wasm stack. Frames
that follow each other on the same level may, and creating a store and its host functions costs
more than a small frame. A store frees nothing until it is dropped, so it is renewed after a number
of instances or pages.

An instance costs more than a small frame as well, so one of each module stays idle in the store when
its frame has ended, and is set back when the next frame wants it. All that wasm code can change in
its instance is the memory, the mutable globals, and which segments are dropped: tables cannot change
under our policy, and a runtime's own memory is filled anew by who uses it. The entry that the
injector adds sets the globals back, this module the memory, and there is no entry in a module that
drops segments; a memory that has grown cannot be set back. Such instances are left to the store.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import wasmtime
from wasmtime import _ffi as ffi

from evm_wasm.engine import calls
from evm_wasm.engine.config import PAGE_SIZE, engine
from evm_wasm.engine.instance import Instance, check_result
from evm_wasm.engine.module import CompiledModule, throwing_module

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
        context: The address of the store's context, for `Instance`.
    """

    def __init__(
        self,
        depth: int,
        functions: Callable[[str], HostFunction],
        *,
        has_runtime: bool = False,
        reuses_instances: bool = True,
    ) -> None:
        """Makes the first store.

        Args:
            depth: Of the level.
            functions: The host function of a name.
            has_runtime: Whether the modules to come have a runtime linked in.
            reuses_instances: Whether instances of ended frames may be set back and used again; deep
                levels, of which there are many, do not do it.
        """
        self._functions = functions
        self._callbacks: dict[str, tuple[Any, wasmtime.FuncType]] = {}
        self._has_runtime = has_runtime
        self._engine = engine(has_runtime=has_runtime)
        self._instances_left = 0
        self._reuses_instances = reuses_instances and depth < DEEP
        self._max_instances = INSTANCES_PER_STORE if depth < DEEP else INSTANCES_PER_DEEP_STORE
        self._pending: BaseException | None = None
        self._kept_pages = 0
        self._max_pages = -1
        self.renew()

    def instantiate(self, module: CompiledModule, max_pages: int) -> Instance:
        """Gives an instance, as new, whose memory can never exceed `max_pages`.

        The caller has made sure that the initial memory fits, and says at its end that it is done
        (see `release`). Until then it gets the memory of a runtime filled, which is not set back.

        Raises:
            WasmTrap: A data or element segment lies outside of its memory or table.
        """
        self._pending = None
        instance = self._idle.pop(module, None)
        if instance is not None and module.image is not None:
            instance.memory.restore(module.image)
            self._limit(max_pages)
            return instance
        instance = self._new_instance(module, max_pages)
        if self._reuses_instances and module.is_reusable and module.image is None:
            module.take_image(instance.memory.read(0, instance.memory.size()))
        return instance

    def _new_instance(self, module: CompiledModule, max_pages: int) -> Instance:
        if self._instances_left == 0 or self._kept_pages > PAGES_PER_STORE:
            self.renew()
        self._instances_left -= 1
        # What a runtime adds takes no part in this: its memory has one page and never grows.
        self._limit(max(max_pages, 1))
        imports = (ffi.wasmtime_extern_t * len(module.imports))()
        for index, name in enumerate(module.imports):
            imports[index] = self._externs.get(name) or self._define(name)
        handle = ffi.wasmtime_instance_t()
        trap = ctypes.c_void_p()
        error = calls.instance_new(
            self.context,
            calls.pointer(module.module.ptr()),
            imports,
            len(module.imports),
            ctypes.addressof(handle),
            ctypes.addressof(trap),
        )
        check_result(self, error, trap.value)
        self._limit(max_pages)
        return Instance(self, self._store, handle, module)

    def _limit(self, pages: int) -> None:
        """Bounds what memories may grow to from now on.

        The engine has the same bound for the room where it keeps exceptions, which it makes when the
        first is thrown. One page is enough for it; where there is none, it has to be there before.
        """
        if pages == self._max_pages:
            return
        if pages == 0 and self._has_runtime and not self._has_thrown:
            self._throw_once()
        self._store.set_limits(memory_size=pages * PAGE_SIZE)
        self._max_pages = pages

    def _throw_once(self) -> None:
        self._has_thrown = True
        instance = wasmtime.Instance(self._store, throwing_module(), [])
        main = instance.exports(self._store)["main"]
        if isinstance(main, wasmtime.Func):
            main(self._store)

    def release(self, instance: Instance) -> None:
        """Says that an instance is done: it is idle, or what it holds is kept by the store."""
        pages = instance.memory.size() // PAGE_SIZE
        module = instance.module
        has_grown = pages != module.initial_pages
        is_here = instance.store is self._store
        if self._reuses_instances and module.is_reusable and is_here and not has_grown:
            self._idle[module] = instance
        else:
            self._kept_pages += pages

    def take_pending(self) -> BaseException | None:
        """The exception a host function raised, if that is why the wasm code stopped."""
        pending, self._pending = self._pending, None
        return pending

    def renew(self) -> None:
        """Begins a new store; all instances, none of which may run now, are gone."""
        self._externs: dict[str, ffi.wasmtime_extern_t] = {}
        self._idle: dict[CompiledModule, Instance] = {}
        self._store = wasmtime.Store(self._engine)
        self.context = calls.pointer(self._store._context())  # noqa: SLF001 - no public form
        self._instances_left = self._max_instances
        self._kept_pages = 0
        self._max_pages = -1
        self._has_thrown = False

    def _define(self, name: str) -> ffi.wasmtime_extern_t:
        """Makes a host function in the store; its callback serves all stores of the level."""
        made = self._callbacks.get(name)
        if made is None:
            function = self._functions(name)
            made = _Callback(self._entry(function)), _function_type(function)
            self._callbacks[name] = made
        callback, kind = made
        handle = ffi.wasmtime_func_t()
        ffi.wasmtime_func_new_unchecked(
            self._store._context(),  # noqa: SLF001 - no public form
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


def _function_type(function: HostFunction) -> wasmtime.FuncType:
    """The engine writes into it what it is in that engine, so engines cannot share one."""
    results = [] if function.result is None else [_VALUE_TYPES[function.result]()]
    return wasmtime.FuncType([_VALUE_TYPES[kind]() for kind in function.parameters], results)
