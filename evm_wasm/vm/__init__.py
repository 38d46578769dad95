"""Running one message: contracts, frames, creations, and the thread they need."""

from evm_wasm.vm.profiler import Profiler
from evm_wasm.vm.thread import run_deep
from evm_wasm.vm.vm import Vm

__all__ = ["Profiler", "Vm", "run_deep"]
