"""Storage of the frame's account."""

from __future__ import annotations

from evm_wasm.eei.frame import Frame
from evm_wasm.primitives.types import ZERO_WORD, Word


def storage_load(frame: Frame, key: Word) -> Word:
    """The value of a slot; 32 zero bytes if it was never written."""
    return frame.state.load(frame.message.recipient, key)


def storage_store(frame: Frame, key: Word, value: Word) -> None:
    """Writes a slot. A zero slot that becomes non-zero costs more; clearing earns a refund."""
    account = frame.message.recipient
    gas = frame.rules.gas
    was_zero = frame.state.load(account, key) == ZERO_WORD
    becomes_zero = value == ZERO_WORD
    frame.meter.charge(gas.storage_create if was_zero and not becomes_zero else gas.storage_change)
    if becomes_zero and not was_zero:
        frame.state.add_refund(gas.storage_clear_refund)
    frame.state.store(account, key, value)
