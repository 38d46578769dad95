"""The peer, npm `wasm-metering`, and real modules from npm: installed on demand, never kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

METERING: Final = "wasm-metering@0.2.1"

OTHERS: Final = (
    "sql.js@1.13.0", "tiny-secp256k1@2.2.4", "wasmcurves@0.2.2", "web-tree-sitter@0.25.10",
)  # fmt: skip

REAL_MODULES: Final = {
    "bn128": "wasmcurves/build/bn128.wasm",
    "bls12-381": "wasmcurves/build/bls12381.wasm",
    "secp256k1": "tiny-secp256k1/lib/secp256k1.wasm",
    "tree-sitter": "web-tree-sitter/tree-sitter.wasm",
    "sqlite": "sql.js/dist/sql-wasm.wasm",
}
"""Name -> a module above 50 KB in one of the packages; no contracts: some have floats, and all
have imports or exports of their own."""

SCRIPT: Final = Path(__file__).resolve().with_name("peer.js")
MOST_SECONDS: Final = 20
"""For one module; a run that has begun is finished."""


@dataclass(frozen=True, slots=True)
class PeerTime:
    """What the peer made of one module.

    Attributes:
        seconds: Of the fastest run, inside Node.
        first: Seconds of the first run, inside Node.
        bytes: Length of its output.
        error: Why it failed; the others are 0 then.
    """

    seconds: float = 0.0
    first: float = 0.0
    bytes: int = 0
    error: str = ""


class PeerMissing(Exception):
    """Node or npm is absent, or the packages cannot be had."""


@dataclass(frozen=True, slots=True)
class Packages:
    """Packages installed in a temporary folder."""

    folder: Path
    node_version: str

    def real_modules(self) -> dict[str, Path]:
        """The modules that the packages bring, by name."""
        return {name: self.folder / path for name, path in REAL_MODULES.items()}

    def time(self, module: Path) -> PeerTime:
        """Time the peer on one module."""
        command = [_find("node"), str(SCRIPT), str(self.folder), str(MOST_SECONDS), str(module)]
        answer = json.loads(_run(command))
        if "error" in answer:
            return PeerTime(error=answer["error"])
        return PeerTime(min(answer["seconds"]), answer["seconds"][0], answer["bytes"])


@contextmanager
def packages() -> Iterator[Packages]:
    """Install the packages for the time of a `with` block.

    Raises:
        PeerMissing: See there.
    """
    npm, node = _find("npm"), _find("node")
    with tempfile.TemporaryDirectory(prefix="injector-benchmark-") as folder:
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent"]
        _run([npm, "install", *options, "--prefix", folder, METERING, *OTHERS])
        version = _run([node, "--version"]).strip()
        yield Packages(Path(folder) / "node_modules", version)


def _find(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise PeerMissing(f"{program} is not installed")
    return path


def _run(command: list[str]) -> str:
    try:
        # Programs of this machine with arguments of our own.
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or ""
        raise PeerMissing(f"{command[0]} failed: {error} {said[-300:]}") from error
    return done.stdout
