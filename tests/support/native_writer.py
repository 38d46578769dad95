"""A process that uses a cache of native code: `native_writer.py FOLDER FIRST COUNT TOTAL`.

It keeps and loads `COUNT` modules from number `FIRST` on and prints how many loads found one.
"""

from __future__ import annotations

import sys
from pathlib import Path

from evm_wasm.engine import CompiledModule, NativeCache, compile_module, wat_to_wasm
from evm_wasm.engine.native_cache import CacheLimits
from injector import instrument


def module(number: int) -> CompiledModule:
    """A compiled contract that is unlike those of other numbers."""
    text = f"""(module (memory (export "memory") 1)
      (func (export "main") (drop (i32.const {number}))))"""
    return compile_module(instrument(wat_to_wasm(text, what="test"), policy="ewasm"))


def identity(number: int) -> bytes:
    return f"module {number}".encode()


def main() -> None:
    folder, first, count, total = Path(sys.argv[1]), *map(int, sys.argv[2:])
    cache = NativeCache(folder, CacheLimits(total=total))
    found = 0
    for number in range(first, first + count):
        loaded = cache.load(identity(number), has_runtime=False)
        found += loaded is not None
        if loaded is None:
            cache.save(identity(number), module(number))
    print(found)


if __name__ == "__main__":
    main()
