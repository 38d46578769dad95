"""Where the clients that run on Node are: npm puts them once into a folder of the machine.

`python scripts/node_clients.py` prints the folder; .ci/run has npm fill it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "tests" / "clients" / "package-lock.json"

UNAVAILABLE: Final = "no Ethereum clients for Node at"
"""Start of the reason for which their tests are skipped."""


def folder() -> Path:
    """The folder of this lock, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    return cache / "evm-wasm" / f"clients-{digest}"


def modules() -> Path:
    """The installed packages."""
    return folder() / "node_modules"


def program(name: str) -> str | None:
    """A program that one of the packages brings for this kind of machine."""
    if name == "node":
        return shutil.which("node")
    found = sorted(modules().glob(f"@foundry-rs/{name}-*/bin/{name}"))
    return str(found[0]) if found else None


if __name__ == "__main__":
    print(folder())
