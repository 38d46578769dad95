# ruff: noqa: INP001 - a program, not a package
"""Builds the precompile contracts from their C sources: needs ziglang 0.17.0.

    python contracts/precompiles/build.py

`source/NAME.c` becomes `wasm/NAME.wasm`. The output depends on the sources and the compiler alone;
a test compares it with what is committed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SOURCE = FOLDER / "source"
WASM = FOLDER / "wasm"

COMMAND = (
    *(sys.executable, "-m", "ziglang", "cc"),
    *("-target", "wasm32-freestanding", "-mcpu=mvp", "-O2", "-Wall", "-Wextra"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=24576"),
)
"""`zig cc` for a module that exports `memory` and `main` and uses wasm 1.0 only.

-O2 because loops have to be unrolled: limbs then live in local variables. The stack is what the
final exponentiation of a pairing needs; it lies below the data, so that it cannot grow into them,
and everything stays within the first page of memory, which is free.
"""


def sources() -> list[Path]:
    """One for each contract."""
    return sorted(SOURCE.glob("*.c"))


def compile_contract(source: Path, target: Path) -> None:
    """Compile one contract.

    Raises:
        subprocess.CalledProcessError: The compiler is not installed or refuses the source.
    """
    command = [*COMMAND, source.name, "-o", str(target)]
    subprocess.run(command, cwd=source.parent, check=True)  # noqa: S603 - a fixed command
    # The linker marks its output executable, which a contract is not.
    target.chmod(0o644)


if __name__ == "__main__":
    for path in sources():
        compile_contract(path, WASM / f"{path.stem}.wasm")
