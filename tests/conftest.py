"""What every test shares: where the official vectors lie, and reproducible property tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "project",
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("project")


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of official test vectors; `EWASM_VECTORS` overrides its place."""
    folder = Path(os.environ.get("EWASM_VECTORS", ROOT.parent / "shared" / "vectors"))
    if not folder.is_dir():
        pytest.skip(f"no official vectors at {folder}; set EWASM_VECTORS")
    return folder
