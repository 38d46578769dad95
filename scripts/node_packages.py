"""Packages of npm that tests use: each set is installed once per machine and lock.

`python scripts/node_packages.py clients|solc|assemblyscript` has npm install a set where it is
absent, and prints its folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class NodePackages:
    """A set of packages.

    Attributes:
        name: Of the set, and the start of its folder's name.
        source: The folder of its `package.json` and `package-lock.json`.
        unavailable: Start of the reason for which tests that need it are skipped.
    """

    name: str
    source: Path
    unavailable: str

    @property
    def folder(self) -> Path:
        """The folder of this lock, whether it is there or not."""
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        digest = hashlib.sha256((self.source / "package-lock.json").read_bytes()).hexdigest()[:16]
        return cache / "evm-wasm" / f"{self.name}-{digest}"

    @property
    def modules(self) -> Path:
        """The installed packages."""
        return self.folder / "node_modules"

    def program(self, name: str) -> Path:
        """A program of one of the packages, whether it is there or not."""
        return self.modules / ".bin" / name

    def install(self) -> None:
        """Has npm install the packages unless they are there: all of them or none.

        Raises:
            OSError: npm is not there, or the folder cannot be made.
            subprocess.CalledProcessError: npm fails; its output is already on the screen.
        """
        if self.modules.is_dir():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="part.", dir=self.folder.parent) as place:
            part = Path(place) / self.name
            part.mkdir()
            for file in ("package.json", "package-lock.json"):
                shutil.copy(self.source / file, part)
            # Not `npm ci`, which wants the lock to have the programs of other platforms as well.
            # Scripts of packages do not run. What npm prints is no part of our answer.
            command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=part, stdout=sys.stderr, check=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            part.rename(self.folder)


CLIENTS: Final = NodePackages(
    "clients", ROOT / "tests" / "clients", "no Ethereum clients for Node at"
)
SOLC: Final = NodePackages("solc", ROOT / "requirements" / "solc", "no solc 0.8.20 at")
ASSEMBLYSCRIPT: Final = NodePackages(
    "assemblyscript", ROOT / "requirements" / "assemblyscript", "no AssemblyScript compiler"
)

SETS: Final = {packages.name: packages for packages in (CLIENTS, SOLC, ASSEMBLYSCRIPT)}


def foundry_cast() -> Path | None:
    """Foundry's program `cast`, which a package brings for this kind of machine."""
    found = sorted(CLIENTS.modules.glob("@foundry-rs/cast-*/bin/cast"))
    return found[0] if found else None


def main(arguments: list[str]) -> None:
    """Install a set and print its folder."""
    if len(arguments) != 2 or arguments[1] not in SETS:
        sys.exit(f"usage: node_packages.py {'|'.join(SETS)}")
    packages = SETS[arguments[1]]
    try:
        packages.install()
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The packages {packages.name} could not be installed: {error}")
    print(packages.folder)


if __name__ == "__main__":
    main(sys.argv)
