"""What `ewasm --version` prints: everything that results depend on."""

from __future__ import annotations

import platform
from typing import Final

import injector
from evm_wasm.engine.config import engine_version
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.version import __version__

DEFAULT_SCHEDULE: Final = "particles"
DEFAULT_FORK: Final = BYZANTIUM.name


def version_text() -> str:
    """The version of the program, the consensus version, and what it stands on."""
    schedule = injector.load_schedule(DEFAULT_SCHEDULE)
    consensus = (
        f"injector rules {injector.VERSION}, schedule {schedule.name} {schedule.hash}, "
        f"fork {DEFAULT_FORK}"
    )
    return "\n".join(
        [
            f"ewasm {__version__}",
            f"consensus: {consensus}",
            f"engine: {engine_version()}",
            f"python: {platform.python_version()}",
        ]
    )
