"""What `ewasm --version` prints: everything that results depend on."""

from __future__ import annotations

import platform

from evm_wasm.engine.config import engine_version
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.rules.forks import FORKS
from evm_wasm.version import __version__


def version_text() -> str:
    """The program, the consensus version under each fork, and what all stands on."""
    return "\n".join(
        [
            f"ewasm {__version__}",
            *(f"consensus: {consensus_version(fork=fork)}" for fork in FORKS),
            f"engine: {engine_version()}",
            f"python: {platform.python_version()}",
        ]
    )
