"""Build the wheel whose injector and tries are compiled by way of C, by mypyc.

    python scripts/compiled_wheel.py FOLDER     # leave the wheel in FOLDER
    python scripts/compiled_wheel.py --missing  # only say what this machine lacks, exit 2 if anything

Runs in an environment with the development lock, which pins what compiles, and fetches nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

SWITCH: Final = {"HATCH_BUILD_HOOK_ENABLE_MYPYC": "1"}
"""What turns the build hook on; see pyproject.toml."""

FLAGS: Final = "-fno-semantic-interposition -fvisibility=hidden"
"""Compiled functions call each other directly, and not through the table of what another library
might put in their place: a twentieth of the time of the injector (GCC and Clang)."""


def missing() -> str:
    """What compiling needs and this machine lacks, as a line of text; empty if nothing."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()[0]
    if sys.platform != "win32" and shutil.which(compiler) is None:
        return f"there is no C compiler ({compiler}); Debian, Ubuntu: apt-get install gcc"
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").is_file():
        return f"{headers} has no headers of Python; Debian, Ubuntu: apt-get install python3-dev"
    return ""


def environment() -> dict[str, str]:
    """The environment to build in: a `CFLAGS` there takes the place of what Python was built with."""
    switched = os.environ | SWITCH
    if sys.platform == "win32":
        return switched
    flags = os.environ.get("CFLAGS") or sysconfig.get_config_var("CFLAGS") or ""
    return switched | {"CFLAGS": f"{flags} {FLAGS}".strip()}


def build(folder: Path) -> Path:
    """Build the wheel; returns where it is.

    mypyc writes beside the sources, and an editable installation would then import what it wrote.
    So the wheel is made of the source distribution, not of the checkout.

    Raises:
        subprocess.CalledProcessError: A step failed; its output is already on the screen.
    """
    with tempfile.TemporaryDirectory() as place:
        backend = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", place]
        subprocess.run(backend, cwd=ROOT, check=True)
        (source,) = Path(place).glob("*.tar.gz")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
        options = ["--no-deps", "--no-build-isolation", "--wheel-dir", place]
        subprocess.run([*pip, *options, source], env=environment(), check=True)
        (wheel,) = Path(place).glob("*.whl")
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.move(wheel, folder / wheel.name))


def main(arguments: list[str]) -> None:
    """Build, or say why not."""
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "--missing"):
        sys.exit("usage: compiled_wheel.py FOLDER|--missing")
    lack = missing()
    if lack:
        print(lack)
        sys.exit(2)
    if arguments != ["--missing"]:
        print(build(Path(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
