"""What the machine asks of the wasm engine. The only folder that imports `wasmtime` and `ctypes`.

`compile_module` turns metered wasm into native code, `Level` holds the store of one nesting level
and starts `Instance`s in it; `NativeCache` keeps native code on disk. Everything above sees bytes, integers and our own exceptions.

The adapter calls the engine's C interface (`calls` what every frame needs, the binding's declarations
the rest), because the binding's public classes cost five to ten times as much for each call of a host
function (`benchmarks/` measures it); the binding is pinned to one version for that reason.
"""

from evm_wasm.engine.instance import FRAME_EXPORT, FrameMemory, Instance, LinearMemory
from evm_wasm.engine.level import HostFunction, Level
from evm_wasm.engine.module import CompiledModule, compile_module, wat_to_wasm
from evm_wasm.engine.native_cache import NativeCache, find_cache
from evm_wasm.engine.trap import OutOfBounds, WasmTrap

__all__ = [
    "FRAME_EXPORT",
    "CompiledModule",
    "FrameMemory",
    "HostFunction",
    "Instance",
    "Level",
    "LinearMemory",
    "NativeCache",
    "OutOfBounds",
    "WasmTrap",
    "compile_module",
    "find_cache",
    "wat_to_wasm",
]
