"""Where the Solidity compiler with eWASM output is: npm puts it once into a folder of the machine.

`python scripts/node_solc.py` prints the folder; .ci/run has npm fill it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).resolve().parents[1] / "requirements" / "solc" / "package-lock.json"

UNAVAILABLE: Final = "no solc 0.8.20 at"
"""Start of the reason for which its tests are skipped."""


def folder() -> Path:
    """The folder of this lock, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    return cache / "evm-wasm" / f"solc-{digest}"


def modules() -> Path:
    """The installed packages."""
    return folder() / "node_modules"


def program() -> Path:
    """The compiler, whether it is there or not."""
    return modules() / ".bin" / "solcjs"


if __name__ == "__main__":
    print(folder())
