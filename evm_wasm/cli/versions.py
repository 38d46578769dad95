"""What `ewasm --version` prints: everything that results depend on."""

from __future__ import annotations

import platform

from evm_wasm.engine.config import engine_version
from evm_wasm.rules.consensus import consensus_version
from evm_wasm.version import __version__


def version_text() -> str:
    """The version of the program, the consensus version, and what it stands on."""
    return "\n".join(
        [
            f"ewasm {__version__}",
            f"consensus: {consensus_version()}",
            f"engine: {engine_version()}",
            f"python: {platform.python_version()}",
        ]
    )
