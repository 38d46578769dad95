# ruff: noqa: INP001 - a program, not a package
"""Builds every contract of this folder from its source.

    python contracts/build.py              # the .wat sources: needs wasmtime
    python contracts/build.py --compile-c  # the .c sources as well: needs ziglang 0.17.0

A contract is a folder with a source `NAME.wat` or `NAME.c`; it is built to `NAME.wasm`, the
runtime module. Beside it stands `NAME_deploy.wat`, the init code: it ends with `finish` of the
runtime module, which lies in it as a data segment between two marker lines. Only what stands
between the marker lines is written here; a deployer that does not exist yet is made from
`DEPLOYER`. The output depends on the sources alone, and a test compares it with what is
committed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import wasmtime

FOLDER = Path(__file__).resolve().parent

BEGIN = "  ;; BEGIN runtime module\n"
END = "  ;; END runtime module\n"

RUNTIME_ADDRESS = 0x400
"""Where the deployer's memory holds the runtime module; its own data lies below."""

PAGE = 65_536
"""Bytes of a memory page; a deployer has one."""

BYTES_PER_LINE = 32
"""Of a data segment as text."""

COMPILE_C = (
    *("-target", "wasm32-freestanding", "-mcpu=mvp", "-Os"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=4096"),
)
"""Flags of `zig cc` for a module that exports `memory` and `main` and uses wasm 1.0 only.

The stack is four kilobytes because the default of 16 megabytes would be 256 pages.
"""

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
    parser.add_argument("--compile-c", action="store_true", help="compile the .c sources as well")
    if parser.parse_args(arguments).compile_c:
        for source in sorted(FOLDER.glob("*/*.c")):
            compile_c(source, source.with_suffix(".wasm"))
    for folder in sorted(path.parent for path in FOLDER.glob("*/README.md")):
        for path, content in build(folder):
            if not path.exists() or path.read_bytes() != content:
                path.write_bytes(content)
                sys.stdout.write(f"wrote {path.relative_to(FOLDER)}\n")


def build(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Everything that is built of a contract from its WAT, or from its compiled C.

    Yields:
        The path of each built file and what it has to contain: the runtime module (unless it is
        compiled from C), the deployer's text, the deployer's module.

    Raises:
        wasmtime.WasmtimeError: A source is not valid.
        ValueError: A deployer lacks its marker lines, or the runtime module is too long for it.
    """
    name = next(folder.glob("*.c"), folder / f"{folder.name}.wat").stem
    source = folder / f"{name}.wat"
    runtime_path = folder / f"{name}.wasm"
    if source.exists():
        runtime = bytes(wasmtime.wat2wasm(source.read_text()))
        yield runtime_path, runtime
    else:
        runtime = runtime_path.read_bytes()
    deployer_path = folder / f"{name}_deploy.wat"
    exists = deployer_path.exists()
    deployer = deployer_path.read_text() if exists else DEPLOYER.format(name=name)
    text = embed(deployer, runtime)
    yield deployer_path, text.encode()
    yield deployer_path.with_suffix(".wasm"), bytes(wasmtime.wat2wasm(text))


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


def compile_c(source: Path, target: Path) -> None:
    """Compile a contract written in C with the compiler of the PyPI package `ziglang`.

    Raises:
        subprocess.CalledProcessError: The compiler is not installed or refuses the source.
    """
    command = [sys.executable, "-m", "ziglang", "cc", *COMPILE_C, source.name, "-o", str(target)]
    subprocess.run(command, cwd=source.parent, check=True)  # noqa: S603 - a fixed command
    # The linker marks its output executable, which a contract is not.
    target.chmod(0o644)


if __name__ == "__main__":
    main(sys.argv[1:])
