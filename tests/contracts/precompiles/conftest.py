"""What the tests of the precompile contracts share: counting what they compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from precompile_calls import Agreed


@pytest.fixture(scope="session")
def agreed(record: Callable[[str], None]) -> Agreed:
    """See `Agreed`; what failed was no agreement and has ended its test before."""

    def take(contract: str, runs: int, reference: str) -> None:
        record(f"{contract}: {runs:,} random inputs, 0 disagreements with {reference}")

    return take
