"""What a frame can learn of its block and its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evm_wasm.primitives.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContext:
    """The block a transaction runs in.

    Attributes:
        number: Of this block.
        timestamp: In seconds.
        coinbase: Who gets the fees.
        difficulty: An unsigned 256-bit integer.
        gas_limit: In gas.
        block_hash: The hash of an earlier block by its number, None where it is not known.
    """

    number: int
    timestamp: int
    coinbase: Address
    difficulty: int
    gas_limit: int
    block_hash: Callable[[int], Hash32 | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionContext:
    """The transaction a frame runs in.

    Attributes:
        origin: Its sender.
        gas_price: In wei for one gas.
    """

    origin: Address
    gas_price: int
