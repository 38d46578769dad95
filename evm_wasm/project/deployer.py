"""Deployers: init code whose `main` gives back the module to store, as `create` wants it."""

from __future__ import annotations

from typing import Final

from injector import leb128
from injector import module as m

PAGE: Final = 65_536
"""Bytes of a memory page (WebAssembly core specification, section 4.2.8)."""

ARGUMENTS_SECTION: Final = "constructor_arguments"
RUNTIME_SECTION: Final = "runtime"
"""Names of the custom sections where the constructors of our SDKs look."""

_PREAMBLE: Final = b"\0asm\1\0\0\0"
_FUNCTION_FORM, _I32 = b"\x60", b"\x7f"
_I32_CONST, _CALL, _END = b"\x41", b"\x10", b"\x0b"
_MAIN: Final = 1
"""Index of the only function that a deployer defines; 0 is the imported `finish`."""


def init_code_of(runtime: bytes) -> bytes:
    """Init code that gives back a runtime module and does nothing else.

    It is written here byte by byte, so that the same runtime has the same deployer whatever
    libraries are installed.
    """
    pages = -(-len(runtime) // PAGE) or 1
    finish = _name("ethereum") + _name("finish") + bytes([m.FUNCTION_KIND, 0])
    main = (
        *(b"\0", _I32_CONST, b"\0"),  # no locals; the runtime lies at address 0
        *(_I32_CONST, leb128.signed(len(runtime)), _CALL, b"\0", _END),
    )
    exports = (
        _name("memory") + bytes([m.MEMORY_KIND, 0]),
        _name("main") + bytes([m.FUNCTION_KIND, _MAIN]),
    )
    sections = (
        (m.TYPE, (_function_type(_I32, _I32), _function_type())),
        (m.IMPORT, (finish,)),
        (m.FUNCTION, (b"\1",)),
        (m.MEMORY, (b"\0" + leb128.unsigned(pages),)),
        (m.EXPORT, exports),
        (m.CODE, (leb128.sized(b"".join(main)),)),
        (m.DATA, (b"\0" + _I32_CONST + b"\0" + _END + leb128.sized(runtime),)),
    )
    return _PREAMBLE + b"".join(_section(kind, entries) for kind, entries in sections)


def with_arguments(init_code: bytes, arguments: bytes) -> bytes:
    """Init code with the arguments of its constructor as the last bytes of its code.

    A creation has no call data, so arguments travel behind the code, as in the EVM. There they
    would be no WebAssembly; here they are the end of a custom section. A constructor of arguments
    that take `n` bytes reads them with `codeCopy(to, getCodeSize() - n, n)`.
    """
    return init_code + _custom(ARGUMENTS_SECTION, arguments)


def with_runtime(constructor: bytes, runtime: bytes) -> bytes:
    """Init code from a constructor that finds the module to give back in a custom section."""
    return constructor + _custom(RUNTIME_SECTION, runtime)


def _custom(name: str, content: bytes) -> bytes:
    return bytes([m.CUSTOM]) + leb128.sized(_name(name) + content)


def _section(kind: int, entries: tuple[bytes, ...]) -> bytes:
    return bytes([kind]) + leb128.sized(leb128.unsigned(len(entries)) + b"".join(entries))


def _function_type(*params: bytes) -> bytes:
    return _FUNCTION_FORM + leb128.unsigned(len(params)) + b"".join(params) + b"\0"


def _name(text: str) -> bytes:
    return leb128.sized(text.encode("ascii"))
