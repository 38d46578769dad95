"""Calls of the four kinds, and creation: the order of steps of `spec/eei-rev4`, sections 5 and 6."""

from __future__ import annotations

from collections.abc import Callable

from evm_wasm.eei.frame import Frame
from evm_wasm.eei.signals import Halt
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import CallKind, HaltReason, Message, Status
from evm_wasm.primitives.types import Address
from evm_wasm.rules.limits import MAX_U128
from evm_wasm.state.state import MAX_NONCE


def call(frame: Frame, gas: int, target: Address, value: int, data: bytes) -> int:
    """A message to another account; value sent in a static frame fails."""
    if value and frame.message.is_static:
        raise Halt(HaltReason.STATIC_WRITE, "call with value")
    return _call(frame, CallKind.CALL, gas, target, value, data)


def call_code(frame: Frame, gas: int, target: Address, value: int, data: bytes) -> int:
    """Another account's code on the frame's own storage; the value stays where it is."""
    return _call(frame, CallKind.CALL_CODE, gas, target, value, data)


def call_delegate(frame: Frame, gas: int, target: Address, data: bytes) -> int:
    """As `callCode`, with the frame's own caller and value."""
    return _call(frame, CallKind.CALL_DELEGATE, gas, target, 0, data)


def call_static(frame: Frame, gas: int, target: Address, data: bytes) -> int:
    """As `call` without value; the callee and all below it cannot write."""
    return _call(frame, CallKind.CALL_STATIC, gas, target, 0, data)


def _call(frame: Frame, kind: CallKind, gas: int, target: Address, value: int, data: bytes) -> int:
    if gas < 0:
        raise Halt(HaltReason.NEGATIVE_GAS, f"{kind.value} with {gas} gas")
    frame.return_data = b""
    rules = frame.rules
    if frame.message.depth >= rules.limits.call_depth:
        return Status.FAILURE
    if value and not _pay_for_value(frame, kind, target, value):
        return Status.FAILURE
    forwarded = min(gas, _forwardable(frame))
    frame.meter.take(forwarded)
    stipend = rules.gas.call_stipend if value else 0
    frame.meter.tally.eei -= stipend  # part of the price that nobody has used yet
    outcome = frame.call(_message(frame, kind, target, value, data, forwarded + stipend))
    frame.meter.give_back(outcome.particles_left)
    frame.return_data = outcome.output
    return outcome.status


def _pay_for_value(frame: Frame, kind: CallKind, target: Address, value: int) -> bool:
    """Charges for sending value; False if the balance does not cover it (the charge stays)."""
    gas = frame.rules.gas
    frame.meter.charge(gas.call_value)
    if not _can_send(frame, value):
        return False
    if kind is CallKind.CALL and frame.state.is_dead(target):
        frame.meter.charge(gas.new_account)
    return True


def _can_send(frame: Frame, value: int) -> bool:
    balance = frame.state.balance(frame.message.recipient)
    if balance > MAX_U128:
        raise Halt(HaltReason.OVERFLOW, "the sender's balance exceeds 128 bits")
    return balance >= value


def _forwardable(frame: Frame) -> int:
    """All but one 64th of the whole gas left (EIP-150)."""
    left = frame.meter.gas_left
    return left - left // frame.rules.limits.forward_divisor


def _message(
    frame: Frame, kind: CallKind, target: Address, value: int, data: bytes, gas: int
) -> Message:
    own = frame.message
    uses_own_storage = kind in (CallKind.CALL_CODE, CallKind.CALL_DELEGATE)
    is_delegate = kind is CallKind.CALL_DELEGATE
    return Message(
        kind=kind,
        caller=own.caller if is_delegate else own.recipient,
        recipient=own.recipient if uses_own_storage else target,
        code_address=target,
        value=own.value if is_delegate else value,
        moves_value=kind is CallKind.CALL,
        input=data,
        gas=gas,
        depth=own.depth + 1,
        is_static=own.is_static or kind is CallKind.CALL_STATIC,
    )


def create(
    frame: Frame,
    value: int,
    init_code: Callable[[], bytes],
    write_address: Callable[[Address], None],
) -> int:
    """Creates a contract with the given init code.

    The creator's nonce grows even if the creation fails; one that cannot grow creates nothing
    (EIP-2681). Depth and balance are looked at before the init code is read; the address is
    written after success only.
    """
    own, state = frame.message, frame.state
    frame.return_data = b""
    if own.depth >= frame.rules.limits.call_depth or not _can_send(frame, value):
        return Status.FAILURE
    if state.nonce(own.recipient) >= MAX_NONCE:
        return Status.FAILURE
    code = init_code()
    forwarded = _forwardable(frame)
    frame.meter.take(forwarded)
    address = contract_address(own.recipient, state.nonce(own.recipient))
    state.increment_nonce(own.recipient)
    outcome = frame.call(
        Message(
            kind=CallKind.CREATE,
            caller=own.recipient,
            recipient=address,
            code_address=address,
            value=value,
            moves_value=True,
            input=code,
            gas=forwarded,
            depth=own.depth + 1,
            is_static=False,
        )
    )
    frame.meter.give_back(outcome.particles_left)
    if outcome.status is Status.SUCCESS:
        write_address(address)
    elif outcome.status is Status.REVERT:
        frame.return_data = outcome.output
    return outcome.status
