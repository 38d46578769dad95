"""The one place where engine options are set.

An inconsistent combination aborts the process instead of raising, and a stack above 2 MiB does as
well, so nothing else may build a configuration; a test builds this one in a process of its own.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import Final

import wasmtime

MAX_WASM_STACK: Final = 1 << 20
"""Bytes of native stack for the wasm frames of one nesting level.

The injected stack height (16,384 words at 7.5 to 8.3 native bytes each) is used up long before,
so where recursion fails never depends on this number.
"""

PAGE_SIZE: Final = 65_536
"""Bytes in a page of linear memory (WebAssembly specification, memory instances)."""


def engine_options(*, consume_fuel: bool = False, has_runtime: bool = False) -> wasmtime.Config:
    """The options of every engine.

    Args:
        consume_fuel: Whether the engine counts fuel; contracts never run so, but comparisons of
            the injected metering with the engine's own do.
        has_runtime: Whether modules have a runtime linked in, which needs a second memory and
            exceptions. The injector refuses both in contracts.
    """
    config = wasmtime.Config()
    # Relaxed SIMD has to go before SIMD; the engine refuses the reverse by aborting.
    config.wasm_relaxed_simd = False
    config.wasm_simd = False
    config.wasm_threads = False
    config.wasm_tail_call = False
    config.wasm_memory64 = False
    config.wasm_multi_memory = has_runtime
    # A memory grows within the addresses reserved for it, so pointers into it stay good.
    config.memory_may_move = False
    if has_runtime:
        config.wasm_exceptions = True
        # Exceptions are objects on the collector's heap; contracts get none of their own.
        config.wasm_gc = False
    else:
        config.gc_support = False
    config.consume_fuel = consume_fuel
    config.max_wasm_stack = MAX_WASM_STACK
    return config


def engine_version() -> str:
    """Name and version of the engine, for `--version` and for keys of caches."""
    return f"wasmtime {version('wasmtime')}"


@cache
def engine(*, has_runtime: bool = False) -> wasmtime.Engine:
    """The engine of this process for modules of one form; their stores belong to it as well."""
    return wasmtime.Engine(engine_options(has_runtime=has_runtime))
