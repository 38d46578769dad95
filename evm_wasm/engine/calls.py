"""The functions of the engine's C interface that every frame calls, with pointers as integers.

The binding declares them with pointer types, whose conversion costs more than the call; and its
public classes cost five to ten times as much. `pointer` makes an integer of what the binding gives.
Who calls keeps alive what an integer points to.
"""

from __future__ import annotations

import ctypes
from typing import Any, Final

from wasmtime import _ffi as ffi

_POINTER: Final = ctypes.c_void_p
_SIZE: Final = ctypes.c_size_t

# A handle of our own to the library that is loaded already: declarations belong to a handle.
_library: Final = ctypes.CDLL(ffi.dll._name)  # noqa: SLF001 - the path that the binding chose


def _declare(name: str, result: Any, *parameters: Any) -> Any:  # noqa: ANN401 - types of ctypes
    function = getattr(_library, name)
    function.restype, function.argtypes = result, parameters
    return function


def pointer(thing: Any) -> int:  # noqa: ANN401 - a structure or a pointer of ctypes
    """The address of a structure, or what a pointer points to."""
    if isinstance(thing, ctypes.Structure):
        return ctypes.addressof(thing)
    return ctypes.cast(thing, _POINTER).value or 0


call: Final = _declare(
    "wasmtime_func_call_unchecked", _POINTER, _POINTER, _POINTER, _POINTER, _SIZE, _POINTER
)
"""Context, function, arguments, their number, where a trap goes; gives an error or None."""

global_get: Final = _declare("wasmtime_global_get", None, _POINTER, _POINTER, _POINTER)
"""Context, global, where the value goes."""

global_set: Final = _declare("wasmtime_global_set", _POINTER, _POINTER, _POINTER, _POINTER)
"""Context, global, the value; gives an error or None."""

memory_data: Final = _declare("wasmtime_memory_data", _POINTER, _POINTER, _POINTER)
"""Context, memory; gives the address of its first byte."""

memory_size: Final = _declare("wasmtime_memory_data_size", _SIZE, _POINTER, _POINTER)
"""Context, memory; gives its size in bytes."""

instance_new: Final = _declare(
    "wasmtime_instance_new", _POINTER, _POINTER, _POINTER, _POINTER, _SIZE, _POINTER, _POINTER
)
"""Context, module, imports, their number, where the instance and a trap go; gives an error or None."""

instance_export: Final = _declare(
    "wasmtime_instance_export_get",
    ctypes.c_bool,
    _POINTER,
    _POINTER,
    ctypes.c_char_p,
    _SIZE,
    _POINTER,
)
"""Context, instance, name, its length, where the export goes; says whether there is one."""
