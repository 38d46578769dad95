"""The block and the transaction the frame runs in."""

from __future__ import annotations

from evm_wasm.eei.frame import Frame
from evm_wasm.primitives.types import Address, Hash32


def get_block_hash(frame: Frame, number: int) -> Hash32 | None:
    """The hash of one of the last 256 blocks, the current one excluded; None for all others."""
    current = frame.block.number
    if max(0, current - frame.rules.limits.block_hashes) <= number < current:
        return frame.block.block_hash(number)
    return None


def get_block_coinbase(frame: Frame) -> Address:
    """Who gets the fees of the block."""
    return frame.block.coinbase


def get_block_difficulty(frame: Frame) -> int:
    """An unsigned 256-bit number."""
    return frame.block.difficulty


def get_block_gas_limit(frame: Frame) -> int:
    """In gas."""
    return frame.block.gas_limit


def get_block_number(frame: Frame) -> int:
    """Of the current block."""
    return frame.block.number


def get_block_timestamp(frame: Frame) -> int:
    """In seconds."""
    return frame.block.timestamp


def get_tx_gas_price(frame: Frame) -> int:
    """In wei for one gas."""
    return frame.transaction.gas_price


def get_tx_origin(frame: Frame) -> Address:
    """The sender of the transaction."""
    return frame.transaction.origin
