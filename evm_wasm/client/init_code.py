"""Init code: a module whose `main` gives back the module to store, as `create` wants it."""

from __future__ import annotations

from typing import Final

from evm_wasm.engine import wat_to_wasm
from injector import leb128

PAGE: Final = 65_536
"""Bytes of a memory page (WebAssembly core specification, section 4.2.8)."""

ARGUMENTS_SECTION: Final = "constructor_arguments"

_CUSTOM_SECTION: Final = b"\0"
"""WebAssembly core specification, section 5.5.3."""


def init_code_of(runtime: bytes) -> bytes:
    """Init code that gives back a runtime module and does nothing else."""
    text = "".join(f"\\{byte:02x}" for byte in runtime)
    return wat_to_wasm(
        '(module (import "ethereum" "finish" (func (param i32 i32)))'
        f' (memory (export "memory") {-(-len(runtime) // PAGE) or 1})'
        f' (data (i32.const 0) "{text}")'
        f' (func (export "main") i32.const 0 i32.const {len(runtime)} call 0))',
        what="init code",
    )


def with_arguments(init_code: bytes, arguments: bytes) -> bytes:
    """Init code with the arguments of its constructor as the last bytes of its code.

    A creation has no call data, so arguments travel behind the code, as in the EVM. There they
    would be no WebAssembly; here they are the end of a custom section. A constructor of arguments
    that take `n` bytes reads them with `codeCopy(to, getCodeSize() - n, n)`.
    """
    section = leb128.sized(ARGUMENTS_SECTION.encode("ascii")) + arguments
    return init_code + _CUSTOM_SECTION + leb128.sized(section)
