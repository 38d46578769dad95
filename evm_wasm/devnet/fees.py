"""What gas costs: suggestions and history."""

from __future__ import annotations

from collections.abc import Sequence

from evm_wasm.devnet.requests import BlockId
from evm_wasm.devnet.results import FeeHistory


class Fees:
    """Prices in wei for one gas."""

    def next_base_fee(self) -> int:
        """Of the next block."""
        raise NotImplementedError

    def gas_price(self) -> int:
        """For transactions without a priority fee: base fee and suggested priority fee."""
        raise NotImplementedError

    def max_priority_fee(self) -> int:
        """The suggested priority fee."""
        raise NotImplementedError

    def history(
        self, count: int, newest: BlockId, percentiles: Sequence[int] | None = None
    ) -> FeeHistory:
        """What blocks paid.

        Args:
            count: Of blocks; as many as there are, 1,024 at most, are given.
            newest: The last of them.
            percentiles: In hundredths of a percent, 0 to 10,000, not falling.

        Raises:
            UnknownBlock: There is no such block.
            InputError: The percentiles are out of order or range.
        """
        raise NotImplementedError
