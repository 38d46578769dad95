"""Fixtures for tests of contracts; pytest finds them by the entry point `pytest11`.

    def test_transfer(devnet):
        token = devnet.deploy(wasm)
        assert devnet.transact(token, data).is_success

`devnet` is one chain for all tests, taken back to where it was after each of them. What all tests
need is deployed once, by a fixture of the session that uses `ewasm_chain`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from evm_wasm.devnet import Devnet, DevnetConfig

# pytest loads this module in every run where the package is installed, wanted or not. So it is
# outside of the package devnet, which is imported by the first test that uses it.


@pytest.fixture(scope="session")
def ewasm_config() -> DevnetConfig:
    """Settings of the chain; a project overrides this to have others."""
    from evm_wasm.devnet import DevnetConfig  # noqa: PLC0415

    return DevnetConfig()


@pytest.fixture(scope="session")
def ewasm_chain(ewasm_config: DevnetConfig) -> Iterator[Devnet]:
    """The chain of all tests, for fixtures of the session that deploy what all need."""
    from evm_wasm.devnet import Devnet  # noqa: PLC0415

    with Devnet(ewasm_config) as chain:
        yield chain


@pytest.fixture
def devnet(ewasm_chain: Devnet) -> Iterator[Devnet]:
    """The chain as the fixtures of the session left it; what a test does is undone after it."""
    subscriptions = ewasm_chain.events.subscriptions()
    snapshot = ewasm_chain.snapshot()
    yield ewasm_chain
    ewasm_chain.events.restore(subscriptions)
    ewasm_chain.filters.clear()
    if not ewasm_chain.revert(snapshot):
        pytest.fail(
            "the test has reset the devnet, loaded a dump, or reverted it to before the test; a "
            "test that does so needs a Devnet of its own"
        )
