# ruff: noqa: INP001 - a program, not a package
"""Builds every contract of this folder from its source.

    python contracts/build.py                     # what is written in WAT: needs wasmtime
    python contracts/build.py --compile           # the others too, those whose compiler is there
    python contracts/build.py --compile erc20_c   # of these folders only

A contract is a source `NAME.wat`, `.c`, `.zig`, `.ts` or `.rs` in a folder with a README; it is built
to `NAME.wasm`, the runtime module. Init code is `NAME_deploy.wasm`, made in one of two ways:

- A constructor in a compiled language is a source `NAME_deploy` of its own; init code is its module,
  followed by a custom section that holds the runtime module.
- Otherwise it is `NAME_deploy.wat`, in which the runtime module lies as a data segment between two
  marker lines. Only what stands between them is written here; a deployer that does not exist yet is
  made from `DEPLOYER`.

A source named `layout` is a part that a contract and its constructor share. The output depends on the sources alone, and a test compares it with what is committed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import wasmtime

FOLDER = Path(__file__).resolve().parent

sys.path[:0] = [str(FOLDER), str(FOLDER.parent)]

import compiling  # noqa: E402 - stands beside this file

from evm_wasm.project.deployer import RUNTIME_SECTION, with_runtime  # noqa: E402
from injector import leb128  # noqa: E402

WASM_HEADER = b"\0asm\x01\0\0\0"

PART = "layout"
"""Name of a source that is no contract: what a contract and its constructor share."""

CHECKS = "sdk_checks"
"""The folder of contracts that only tests run: they have no init code."""

BEGIN = "  ;; BEGIN runtime module\n"
END = "  ;; END runtime module\n"

RUNTIME_ADDRESS = 0x400
"""Where the deployer's memory holds the runtime module; its own data lies below."""

PAGE = 65_536
"""Bytes of a memory page; a deployer has one."""

BYTES_PER_LINE = 32
"""Of a data segment as text."""

DEPLOYER = f"""\
;; Deploys {{name}}: returns the runtime module. Made by contracts/build.py.
(module
  (import "ethereum" "finish" (func $finish (param i32 i32)))

  (memory (export "memory") 1)

  (func $main (export "main")
    (call $finish (global.get $RUNTIME) (global.get $RUNTIME_LENGTH)))

{BEGIN}{END})
"""


def main(arguments: list[str]) -> None:
    """Build everything and write what changed."""
    parser = argparse.ArgumentParser(description="Build the contracts of this folder.")
    parser.add_argument("--compile", action="store_true", help="compile what is not WAT as well")
    parser.add_argument("folders", nargs="*", help="build only these folders")
    options = parser.parse_args(arguments)
    for folder in contract_folders():
        if options.folders and folder.name not in options.folders:
            continue
        if options.compile:
            for source in compiled_sources(folder):
                compile_one(source)
        for path, content in build(folder):
            write(path, content)


def contract_folders() -> list[Path]:
    """Folders of contracts; the precompiles have a build of their own."""
    folders = (path.parent for path in FOLDER.glob("*/README.md"))
    return sorted(folder for folder in folders if folder.name not in {"sdk", "precompiles"})


def compiled_sources(folder: Path) -> list[Path]:
    """The sources of a folder that a compiler translates; those of constructors come last."""
    found = [
        path for path in folder.iterdir() if path.suffix in compiling.COMPILED and path.stem != PART
    ]
    return sorted(found, key=lambda path: (is_constructor(path), path.name))


def is_constructor(source: Path) -> bool:
    """Whether a source is that of init code."""
    return source.stem.endswith("_deploy")


def compile_one(source: Path) -> None:
    """Compile a source, or say which compiler is missing.

    Raises:
        BuildFailed: The compiler refuses the source.
    """
    missing = compiling.missing(source)
    if missing:
        sys.stdout.write(f"left {source.relative_to(FOLDER)} as it is: {missing}\n")
        return
    module = compiling.compile_source(source)
    if is_constructor(source):
        module = with_runtime(module, runtime_of(source).read_bytes())
    write(source.with_suffix(".wasm"), module)


def runtime_of(constructor: Path) -> Path:
    """The runtime module that a constructor's source goes with."""
    return constructor.with_name(f"{constructor.stem.removesuffix('_deploy')}.wasm")


def write(path: Path, content: bytes) -> None:
    """Write a built file unless it has this content."""
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)
        sys.stdout.write(f"wrote {path.relative_to(FOLDER)}\n")


def build(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Everything that is built of a folder's contracts without their compilers.

    Yields:
        The path of each built file and what it has to contain: runtime modules from WAT, the
        deployers' texts and modules, init code of compiled constructors.

    Raises:
        wasmtime.WasmtimeError: A source is not valid.
        ValueError: A deployer lacks its marker lines, or the runtime module is too long for it.
    """
    sources = [*folder.glob("*.wat"), *compiled_sources(folder)]
    for source in sorted(source for source in sources if not is_constructor(source)):
        runtime_path = source.with_suffix(".wasm")
        if source.suffix == ".wat":
            runtime = bytes(wasmtime.wat2wasm(source.read_text()))
            yield runtime_path, runtime
        else:
            runtime = runtime_path.read_bytes()
        if folder.name != CHECKS:
            yield from build_init_code(source, runtime)


def build_init_code(source: Path, runtime: bytes) -> Iterator[tuple[Path, bytes]]:
    """The init code of one contract; see `build`."""
    init_code_path = source.with_name(f"{source.stem}_deploy.wasm")
    if init_code_path.with_suffix(source.suffix).exists() and source.suffix != ".wat":
        constructor = constructor_of(init_code_path.read_bytes())
        yield init_code_path, with_runtime(constructor, runtime)
        return
    deployer_path = init_code_path.with_suffix(".wat")
    exists = deployer_path.exists()
    deployer = deployer_path.read_text() if exists else DEPLOYER.format(name=source.stem)
    text = embed(deployer, runtime)
    yield deployer_path, text.encode()
    yield init_code_path, bytes(wasmtime.wat2wasm(text))


def constructor_of(init_code: bytes) -> bytes:
    """Init code without its last custom section, the one of the runtime module.

    Raises:
        ValueError: There is no such section.
    """
    name = leb128.sized(RUNTIME_SECTION.encode())
    at = len(WASM_HEADER)
    while at < len(init_code):
        length, start = leb128.read_u32(init_code, at + 1)
        if init_code[at] == 0 and init_code.startswith(name, start):
            return init_code[:at]
        at = start + length
    raise ValueError(f"init code has no custom section {RUNTIME_SECTION!r}")


def embed(deployer: str, runtime: bytes) -> str:
    """The deployer's text with the runtime module between its marker lines.

    Raises:
        ValueError: See `build`.
    """
    head, begin, rest = deployer.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"a deployer needs the two lines {BEGIN.strip()!r} and {END.strip()!r}")
    if RUNTIME_ADDRESS + len(runtime) > PAGE:
        raise ValueError(f"a runtime module of {len(runtime)} bytes does not fit into one page")
    lines = [
        f"  (global $RUNTIME i32 (i32.const {RUNTIME_ADDRESS:#x}))\n",
        f"  (global $RUNTIME_LENGTH i32 (i32.const {len(runtime)}))\n",
        f"  (data (i32.const {RUNTIME_ADDRESS:#x})\n",
        *(f'    "{line}"\n' for line in data_lines(runtime)),
        "  )\n",
    ]
    return head + begin + "".join(lines) + end + tail


def data_lines(data: bytes) -> Iterator[str]:
    r"""Bytes as the text of a data segment, each in the form `\00`."""
    for start in range(0, len(data), BYTES_PER_LINE):
        yield "".join(f"\\{byte:02x}" for byte in data[start : start + BYTES_PER_LINE])


if __name__ == "__main__":
    main(sys.argv[1:])
