"""Build the benchmark programs from their C sources: needs ziglang 0.17.0.

    python benchmarks/build.py            # all of them
    python benchmarks/build.py sha256 lz  # only these

Each module is built by one command of the compiler, printed as it runs. The output depends on the
sources alone, and a test compares it with what is committed.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "programs"

FLAGS = (
    *("-target", "wasm32-freestanding", "-mcpu=mvp", "-Wall", "-Wextra"),
    *("-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=16384"),
)
"""For a module that exports `memory` and `main` and uses wasm 1.0 only, with a stack of 16 KiB."""

# Contracts become plain functions, so that they can stand in one module.
BUNDLED = ("-DCONTRACT(name)=void name(void)",)
UNROLL = ("-O3", "-mllvm")

SOURCES = sorted(path.name for path in FOLDER.glob("*.c"))
BUILDS = {Path(name).stem: ("-O2", name) for name in SOURCES if name != "bundle.c"} | {
    "bundle": (*UNROLL, "-unroll-threshold=4000", *BUNDLED, *SOURCES),
    "keccak256_unrolled": (*UNROLL, "-unroll-threshold=20000", "keccak256.c"),
}
"""Module -> options and sources."""


def command(name: str, target: Path) -> list[str]:
    """The command that builds a module, run in the folder of the programs."""
    return [sys.executable, "-m", "ziglang", "cc", *FLAGS, *BUILDS[name], "-o", str(target)]


def build(name: str, target: Path) -> None:
    """Build one module.

    Raises:
        subprocess.CalledProcessError: The compiler is not installed or refuses a source.
    """
    subprocess.run(command(name, target), cwd=FOLDER, check=True)  # noqa: S603 - a fixed command
    # The linker marks its output executable, which a contract is not.
    target.chmod(0o644)


def main(names: list[str]) -> None:
    """Build the modules of these names, or all."""
    for name in names or BUILDS:
        target = FOLDER / f"{name}.wasm"
        shown = ["python", *command(name, Path(target.name))[1:]]
        sys.stdout.write(shlex.join(shown) + "\n")
        sys.stdout.flush()
        build(name, target)


if __name__ == "__main__":
    main(sys.argv[1:])
