"""What may be changed while a devnet runs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from evm_wasm.errors import InputError
from evm_wasm.primitives.types import Address
from evm_wasm.rules.limits import MAX_GAS

LEAST_GAS_LIMIT: Final = 21_000
"""In gas: one transfer."""

MOST_BLOCK_TIME: Final = 10**9


@dataclass(slots=True, kw_only=True)
class Settings:
    """Mutable on purpose: the next block follows what is set here. Snapshots copy it.

    Attributes:
        automine: Whether each transaction gets a block at once.
        block_time: Seconds between blocks that the server makes; None for none.
        coinbase: Who gets the fees of coming blocks.
        gas_limit: Of coming blocks, in gas.
        min_gas_price: In wei for one gas: what the pool wants at least.
        next_base_fee: In wei for one gas, of the next block only; None as the fork's rule has it.
        auto_impersonate: Whether any account can send without a key.
        logging: Whether the server logs requests.
    """

    automine: bool
    block_time: int | None
    coinbase: Address
    gas_limit: int
    min_gas_price: int
    next_base_fee: int | None
    auto_impersonate: bool
    logging: bool

    def assign(self, other: Settings) -> None:
        """Takes over all values of another."""
        for field in fields(self):
            setattr(self, field.name, getattr(other, field.name))

    def set_automine(self, *, automine: bool) -> None:
        """Give each transaction a block at once, or not; blocks by time end if so."""
        self.automine = automine
        if automine:
            self.block_time = None

    def set_block_time(self, seconds: int) -> None:
        """Have blocks made by time, which ends automine; 0 ends both.

        Raises:
            InputError: Negative or far too long.
        """
        if not 0 <= seconds <= MOST_BLOCK_TIME:
            raise InputError(f"a block time of {seconds} seconds; 0 to {MOST_BLOCK_TIME} will do")
        self.automine = False
        self.block_time = seconds or None

    def set_gas_limit(self, gas: int) -> None:
        """Of coming blocks.

        Raises:
            InputError: Too little for a transfer, or too much for a frame.
        """
        if not LEAST_GAS_LIMIT <= gas <= MAX_GAS:
            raise InputError(
                f"a gas limit of {gas}; it must lie between {LEAST_GAS_LIMIT} and {MAX_GAS}"
            )
        self.gas_limit = gas
