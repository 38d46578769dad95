# ruff: noqa: INP001 - a program, not a package
"""Writes the EEI methods into the four SDK files, from the table of the machine.

    python contracts/sdk/generate.py

Each file has a part between two marker lines; only that part is written here. A test compares what
this program would write with what is committed, so that no SDK can lack a method or declare one
with another signature than the machine links.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evm_wasm.eei.spec import Kind, Method, Param
from evm_wasm.eei.table import METHODS, MODULE

FOLDER: Final = Path(__file__).resolve().parent

BEGIN: Final = "BEGIN EEI methods, written by contracts/sdk/generate.py"
END: Final = "END EEI methods"

ENDS_FRAME: Final = frozenset({"finish", "revert", "selfDestruct"})
"""Methods that do not return; the table has no field for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language declares an EEI method.

    Attributes:
        file: Of the SDK.
        comment: What opens a line comment of documentation.
        indent: Before each line.
        marker: What opens the comment of a marker line.
        types: The type of a parameter of each kind.
        results: The type of a result by its wasm type; None for no result.
        never: The result type of a method that ends the frame.
        declare: The lines that declare a method: method, parameters, result type.
    """

    file: str
    comment: str
    indent: str
    marker: str
    types: dict[Kind, str]
    results: dict[str | None, str]
    never: str
    declare: Callable[[Method, list[tuple[str, str]], str], Iterator[str]]


def c_declaration(method: Method, params: list[tuple[str, str]], result: str) -> Iterator[str]:
    """A function `eth_NAME` that the linker imports."""
    spaced = [f"{kind}{'' if kind.endswith('*') else ' '}{name}" for name, kind in params]
    yield f'ETHEREUM("{method.name}") {result} eth_{method.name}({", ".join(spaced) or "void"});'


def zig_declaration(method: Method, params: list[tuple[str, str]], result: str) -> Iterator[str]:
    """An external function of the import module."""
    listed = ", ".join(f"{name}: {kind}" for name, kind in params)
    yield f'pub extern "{MODULE}" fn {method.name}({listed}) {result};'


def assemblyscript_declaration(
    method: Method, params: list[tuple[str, str]], result: str
) -> Iterator[str]:
    """An external function of the import module."""
    listed = ", ".join(f"{name}: {kind}" for name, kind in params)
    yield f'@external("{MODULE}", "{method.name}")'
    yield f"export declare function {method.name}({listed}): {result};"


def rust_declaration(method: Method, params: list[tuple[str, str]], result: str) -> Iterator[str]:
    """A foreign function; it stands in a block that names the import module."""
    listed = ", ".join(f"{snake_case(name)}: {kind}" for name, kind in params)
    arrow = f" -> {result}" if result else ""
    yield f'#[link_name = "{method.name}"]'
    yield f"pub fn {snake_case(method.name)}({listed}){arrow};"


def types_of(  # noqa: PLR0913 - one type for each sort of parameter
    *, u32: str, u64: str, i64: str, address: str, word: str, u128: str, u256: str, data: str,
    reads: str, writes: str,
) -> dict[Kind, str]:  # fmt: skip
    """The types of all kinds from those of the sorts; `reads` and `writes` make pointer types."""
    return {
        Kind.I32: u32,
        Kind.I64: u64,
        Kind.SIGNED_I64: i64,
        Kind.ADDRESS_IN: reads.format(address),
        Kind.WORD_IN: reads.format(word),
        Kind.U128_IN: reads.format(u128),
        Kind.BYTES_IN: reads.format(data),
        Kind.DATA_IN: reads.format(data),
        Kind.LATE_DATA_IN: reads.format(data),
        Kind.LATE_WORD_IN: reads.format(word),
        Kind.ADDRESS_OUT: writes.format(address),
        Kind.WORD_OUT: writes.format(word),
        Kind.U128_OUT: writes.format(u128),
        Kind.U256_OUT: writes.format(u256),
        Kind.BYTES_OUT: writes.format(data),
        Kind.OPTIONAL_WORD_OUT: writes.format(word),
        Kind.LATE_ADDRESS_OUT: writes.format(address),
    }


C: Final = Language(
    file="c/ewasm.h",
    comment="/// ",
    indent="",
    marker="// ",
    types=types_of(
        u32="uint32_t",
        u64="uint64_t",
        i64="int64_t",
        address="address",
        word="bytes32",
        u128="u128",
        u256="u256",
        data="void",
        reads="const {} *",
        writes="{} *",
    ),
    results={None: "void", "i32": "uint32_t", "i64": "uint64_t"},
    never="_Noreturn void",
    declare=c_declaration,
)

ZIG: Final = Language(
    file="zig/ewasm.zig",
    comment="/// ",
    indent="    ",
    marker="// ",
    types={
        **types_of(
            u32="u32",
            u64="u64",
            i64="i64",
            address="Address",
            word="Word",
            u128="u128",
            u256="u256",
            data="u8",
            reads="*const {}",
            writes="*{}",
        ),
        Kind.BYTES_IN: "[*]const u8",
        Kind.DATA_IN: "[*]const u8",
        Kind.LATE_DATA_IN: "[*]const u8",
        Kind.LATE_WORD_IN: "?*const Word",
        Kind.BYTES_OUT: "[*]u8",
    },
    results={None: "void", "i32": "u32", "i64": "u64"},
    never="noreturn",
    declare=zig_declaration,
)

ASSEMBLYSCRIPT: Final = Language(
    file="assemblyscript/ewasm.ts",
    comment="// ",
    indent="  ",
    marker="// ",
    types=types_of(
        u32="u32",
        u64="u64",
        i64="i64",
        address="usize",
        word="usize",
        u128="usize",
        u256="usize",
        data="usize",
        reads="{}",
        writes="{}",
    ),
    results={None: "void", "i32": "u32", "i64": "u64"},
    never="void",
    declare=assemblyscript_declaration,
)

RUST: Final = Language(
    file="rust/ewasm.rs",
    comment="/// ",
    indent="        ",
    marker="// ",
    types=types_of(
        u32="u32",
        u64="u64",
        i64="i64",
        address="Address",
        word="Word",
        u128="u128",
        u256="U256",
        data="u8",
        reads="*const {}",
        writes="*mut {}",
    ),
    results={None: "", "i32": "u32", "i64": "u64"},
    never="!",
    declare=rust_declaration,
)

LANGUAGES: Final = (C, ZIG, ASSEMBLYSCRIPT, RUST)


def main() -> None:
    """Write what changed."""
    for language in LANGUAGES:
        path = FOLDER / language.file
        old = path.read_text()
        new = rewritten(old, language)
        if new != old:
            path.write_text(new)
            sys.stdout.write(f"wrote {language.file}\n")


def rewritten(text: str, language: Language) -> str:
    """The text of an SDK file with all EEI methods between its marker lines.

    Raises:
        ValueError: The marker lines are not there.
    """
    before = f"{language.marker}{BEGIN}\n"
    after = f"{language.marker}{END}\n"
    head, begin, rest = text.partition(before)
    _, end, tail = rest.partition(after)
    if not (begin and end):
        raise ValueError(f"{language.file} needs the two lines {before!r} and {after!r}")
    indent = head[head.rfind("\n") + 1 :]
    parts = "".join("".join([*lines_of(method, language), "\n"]) for method in METHODS)
    return f"{head}{begin}\n{parts}{indent}{end}{tail}"


def lines_of(method: Method, language: Language) -> Iterator[str]:
    """A method's documentation and declaration."""
    for line in documentation(method):
        yield f"{language.indent}{language.comment}{line}\n"
    params = [(name_of(param), language.types[param.kind]) for param in method.params]
    result = language.never if method.name in ENDS_FRAME else language.results[method.result]
    for line in language.declare(method, params, result):
        yield f"{language.indent}{line}\n"


def documentation(method: Method) -> Iterator[str]:
    """What the method does, and what each pointer points to."""
    yield method.doc
    for param in method.params:
        if param.kind.label not in ("number", "signed number"):
            length = f" of `{param.length}` bytes" if param.length else ""
            yield f"  {name_of(param)}: {param.kind.label}{length}."


def name_of(param: Param) -> str:
    """The name of a parameter: that of what a pointer points to, without the table's `Offset`."""
    return param.name if param.kind is Kind.I32 else param.name.removesuffix("Offset")


def snake_case(name: str) -> str:
    """A name of the table as Rust spells it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


if __name__ == "__main__":
    main()
