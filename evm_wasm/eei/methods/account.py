"""Accounts: balances and code of others."""

from __future__ import annotations

from evm_wasm.eei.frame import Frame
from evm_wasm.eei.methods.data import extract
from evm_wasm.primitives.types import Address


def get_address(frame: Frame) -> Address:
    """The account whose storage and balance the frame uses."""
    return frame.message.recipient


def get_external_balance(frame: Frame, address: Address) -> int:
    """In wei; a missing account has none."""
    return frame.state.balance(address)


def get_external_code_size(frame: Frame, address: Address) -> int:
    """Bytes of deployed code; an account under construction has none yet."""
    return len(frame.state.code(address))


def external_code_copy(frame: Frame, address: Address, code_offset: int, length: int) -> bytes:
    """Part of a deployed code, exactly as it was deployed."""
    return extract(frame.state.code(address), code_offset, length)
