"""Gas, logs, and the ways a frame ends."""

from __future__ import annotations

from collections.abc import Callable

from evm_wasm.eei.frame import Frame
from evm_wasm.eei.signals import Finish, Halt, Revert
from evm_wasm.model.message import HaltReason, Log
from evm_wasm.primitives.types import Address, Word


def use_gas(frame: Frame, amount: int) -> None:
    """Takes gas from the frame; a negative amount fails."""
    if amount < 0:
        raise Halt(HaltReason.NEGATIVE_GAS, f"useGas({amount})")
    frame.meter.charge(amount)


def get_gas_left(frame: Frame) -> int:
    """Whole gas left after this call has paid for itself."""
    return frame.meter.gas_left


def log(frame: Frame, data: bytes, topic_count: int, *topics: Callable[[], Word]) -> None:
    """Emits a log entry of the frame's account; only the counted topics are read."""
    if topic_count > frame.rules.limits.log_topics:
        raise Halt(HaltReason.TOPIC_COUNT, f"{topic_count} topics")
    read = tuple(topic() for topic in topics[:topic_count])
    frame.state.add_log(Log(frame.message.recipient, read, data))


def finish(_frame: Frame, data: bytes) -> None:
    """Ends the frame with success and output."""
    raise Finish(data)


def revert(_frame: Frame, data: bytes) -> None:
    """Undoes the frame, keeps its gas, hands back output."""
    raise Revert(data)


def self_destruct(frame: Frame, beneficiary: Address) -> None:
    """Moves the whole balance and marks the account; it is gone after the transaction.

    Paid to itself, the balance is destroyed. A dead beneficiary is charged for only if it gets
    something (EIP-161).
    """
    state, account = frame.state, frame.message.recipient
    balance = state.balance(account)
    if balance and state.is_dead(beneficiary):
        frame.meter.charge(frame.rules.gas.new_account)
    state.subtract_balance(account, balance)
    state.add_balance(beneficiary, balance if beneficiary != account else 0)
    if state.destroy(account):
        state.add_refund(frame.rules.gas.self_destruct_refund)
    raise Finish(b"")
