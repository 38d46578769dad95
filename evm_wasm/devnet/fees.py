"""What gas costs: suggestions and history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.config import GWEI
from evm_wasm.devnet.mining import Miner
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import BlockId
from evm_wasm.devnet.results import FeeHistory
from evm_wasm.errors import InputError
from evm_wasm.model.block import Block

SUGGESTED_PRIORITY_FEE: Final = GWEI
"""In wei for one gas: what Anvil suggests."""

MOST_BLOCKS: Final = 1_024
"""Of one history (as geth)."""

MOST_PERCENTILES: Final = 100
WHOLE: Final = 10_000
"""Percentiles are counted in hundredths of a percent."""


class Fees:
    """Prices in wei for one gas."""

    def __init__(self, node: Node, blocks: Blocks, miner: Miner) -> None:
        self._node = node
        self._blocks = blocks
        self._miner = miner

    def next_base_fee(self) -> int:
        """Of the next block."""
        return self._miner.next_base_fee()

    def gas_price(self) -> int:
        """For transactions without a priority fee: base fee and suggested priority fee."""
        price = self.next_base_fee() + self.max_priority_fee()
        return max(price, self._node.settings.min_gas_price)

    def max_priority_fee(self) -> int:
        """The suggested priority fee."""
        return SUGGESTED_PRIORITY_FEE

    def history(
        self, count: int, newest: BlockId, percentiles: Sequence[int] | None = None
    ) -> FeeHistory:
        """What blocks paid.

        Args:
            count: Of blocks; as many as there are, 1,024 at most, are given.
            newest: The last of them; `PENDING` means the newest one that is there.
            percentiles: In hundredths of a percent, 0 to 10,000, not falling.

        Raises:
            UnknownBlock: There is no such block.
            InputError: The percentiles are out of order or range, or there are too many.
        """
        _check_percentiles(percentiles or ())
        head = self._node.chain.head
        last = min(self._blocks.number(newest), head)
        first = max(last + 1 - min(count, MOST_BLOCKS), 0)
        blocks = [self._blocks.require(number) for number in range(first, last + 1)]
        base_fees = [block.header.base_fee_per_gas or 0 for block in blocks]
        rewards = None
        if percentiles is not None:
            rewards = tuple(self._rewards(block, percentiles) for block in blocks)
        return FeeHistory(
            oldest_block=first,
            base_fees=(*base_fees, self._base_fee_after(last)),
            gas_used=tuple((block.header.gas_used, block.header.gas_limit) for block in blocks),
            rewards=rewards,
        )

    def _base_fee_after(self, number: int) -> int:
        if number == self._node.chain.head:
            return self.next_base_fee()
        return self._blocks.require(number + 1).header.base_fee_per_gas or 0

    def _rewards(self, block: Block, percentiles: Sequence[int]) -> tuple[int, ...]:
        """The priority fees that were paid, at these shares of the block's gas."""
        receipts = self._node.chain.receipts(block.header.number) or ()
        base_fee = block.header.base_fee_per_gas or 0
        paid = sorted((each.effective_gas_price - base_fee, each.gas_used) for each in receipts)
        rewards = []
        index, gas = 0, paid[0][1] if paid else 0
        for percentile in percentiles:
            while index + 1 < len(paid) and gas * WHOLE < block.header.gas_used * percentile:
                index += 1
                gas += paid[index][1]
            rewards.append(paid[index][0] if paid else 0)
        return tuple(rewards)


def _check_percentiles(percentiles: Sequence[int]) -> None:
    if len(percentiles) > MOST_PERCENTILES:
        raise InputError(f"{len(percentiles)} percentiles; {MOST_PERCENTILES} at most")
    before = 0
    for percentile in percentiles:
        if not before <= percentile <= WHOLE:
            raise InputError("percentiles must lie between 0 and 100 and must not fall")
        before = percentile
