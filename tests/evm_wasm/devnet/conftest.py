"""A devnet for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evm_wasm.devnet import Devnet


@pytest.fixture
def net() -> Iterator[Devnet]:
    """A devnet with nothing in it but the accounts, and a time that stands still."""
    with Devnet() as devnet:
        yield devnet
