"""Bring a virtual environment up to date with one lock file; does nothing when it already is.

    python3 scripts/environment.py runtime|development|compiled FOLDER

The environment gets the locked packages, their hashes checked, and this checkout, editable; or, as
`compiled`, what `development` has and the wheel with the compiled injector. A stamp in it holds the
digest of all that decides its content, so a second run only reads a few files.
Runs before anything is installed: standard library only.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
COMPILED_WHEEL: Final = ROOT / "scripts" / "compiled_wheel.py"

# What an installation of each lock satisfies: the larger lock contains the smaller one.
CONTAINED: Final = {
    "runtime": ("runtime",),
    "development": ("development", "runtime"),
    "compiled": ("compiled",),
}

PACKAGES: Final = ("evm_wasm", "injector", "contracts")
"""Folders that a wheel is made of; an editable installation reads them where they lie."""

OFFLINE: Final = """\
The packages of {lock} could not be installed; pip's own words are above.
  No network?  Fetch them where there is one, and name the folder they lie in:
      pip download --require-hashes -r {lock} -d wheels
      PIP_NO_INDEX=1 PIP_FIND_LINKS=wheels make test
  A proxy or a mirror?  Set HTTPS_PROXY or PIP_INDEX_URL."""


def lock_file(name: str) -> Path:
    """The lock for the environment called `name`."""
    lock = "development" if name == "compiled" else name
    return ROOT / "requirements" / f"{lock}.lock"


def stamp(folder: Path, name: str) -> Path:
    """Where the digest of a finished installation stands."""
    return folder / f"installed-{name}"


def digest(name: str) -> str:
    """What decides the content of an environment: interpreter, checkout, packages and lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    # The settings of the checking tools, in the same file, change nothing that is installed.
    packages = (project["build-system"], project["project"], project["tool"]["hatch"])
    content = hashlib.sha256(f"{sys.version}\n{sys.base_prefix}\n{ROOT}\n{packages}".encode())
    content.update(lock_file(name).read_bytes())
    if name == "compiled":
        for path in sorted(path for folder in PACKAGES for path in (ROOT / folder).rglob("*.*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return content.hexdigest()


def is_current(folder: Path, name: str) -> bool:
    """Whether the environment already holds what the lock `name` asks for."""
    path = stamp(folder, name)
    return path.is_file() and path.read_text() == digest(name)


def install(folder: Path, name: str) -> None:
    """Install the locked packages and this checkout.

    The development set goes on top of a current runtime set; anything else starts from nothing, so
    that no package of an older lock stays behind.

    Raises:
        subprocess.CalledProcessError: a step failed; its output is already on the screen.
    """
    if not is_current(folder, "runtime"):
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
    ]
    lock = lock_file(name)
    if subprocess.run([*pip, "--require-hashes", "--requirement", lock], check=False).returncode:
        sys.exit(OFFLINE.format(lock=lock.relative_to(ROOT)))
    # The lock holds the build backend too, so nothing is fetched that no hash vouches for.
    if name == "compiled":
        install_compiled(python, pip)
    else:
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)
    for contained in CONTAINED[name]:
        stamp(folder, contained).write_text(digest(contained))


def install_compiled(python: Path, pip: list[str | Path]) -> None:
    """Build the wheel with the compiled injector, and put it in the place of an older one.

    Raises:
        subprocess.CalledProcessError: As `install`.
    """
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([python, COMPILED_WHEEL, place], check=True)
        (wheel,) = Path(place).iterdir()
        subprocess.run([*pip, "--no-deps", "--force-reinstall", wheel], check=True)


def main(arguments: list[str]) -> None:
    """Install what is missing."""
    if len(arguments) != 2 or arguments[0] not in CONTAINED:
        sys.exit("usage: environment.py runtime|development|compiled FOLDER")
    name, folder = arguments[0], Path(arguments[1]).absolute()
    if is_current(folder, name):
        return
    if name == "compiled":  # the interpreter is the one that the environment is made of
        lacks: list[str | Path] = [sys.executable, COMPILED_WHEEL, "--missing"]
        if subprocess.run(lacks, check=False).returncode:
            sys.exit(f"The environment {folder} cannot be made.")
    print(f"Installing {lock_file(name).relative_to(ROOT)} into {folder}", flush=True)
    try:
        install(folder, name)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The environment {folder} could not be made: {error}")


if __name__ == "__main__":
    main(sys.argv[1:])
