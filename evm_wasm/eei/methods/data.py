"""What the frame was started with: call data, caller, value, code, and what calls returned."""

from __future__ import annotations

from evm_wasm.eei.frame import Frame
from evm_wasm.eei.signals import Halt
from evm_wasm.model.message import CallKind, HaltReason
from evm_wasm.primitives.types import Address


def extract(source: bytes, offset: int, length: int) -> bytes:
    """Part of a byte string; unlike in the EVM nothing is padded, so a part outside fails."""
    if offset + length > len(source):
        raise Halt(HaltReason.BOUNDS, f"{length} bytes at {offset} of {len(source)}")
    return source[offset : offset + length]


def _call_data(frame: Frame) -> bytes:
    """A creation has no call data: its input is the code that runs."""
    return b"" if frame.message.kind is CallKind.CREATE else frame.message.input


def get_call_data_size(frame: Frame) -> int:
    """Bytes of call data."""
    return len(_call_data(frame))


def call_data_copy(frame: Frame, data_offset: int, length: int) -> bytes:
    """Part of the call data."""
    return extract(_call_data(frame), data_offset, length)


def get_caller(frame: Frame) -> Address:
    """The account that sent the message."""
    return frame.message.caller


def get_call_value(frame: Frame) -> int:
    """The value the frame sees, in wei."""
    return frame.message.value


def get_code_size(frame: Frame) -> int:
    """Bytes of the running code as it was deployed."""
    return len(frame.code)


def code_copy(frame: Frame, code_offset: int, length: int) -> bytes:
    """Part of the running code as it was deployed, custom sections included."""
    return extract(frame.code, code_offset, length)


def get_return_data_size(frame: Frame) -> int:
    """Bytes in the return buffer."""
    return len(frame.return_data)


def return_data_copy(frame: Frame, data_offset: int, length: int) -> bytes:
    """Part of the return buffer."""
    return extract(frame.return_data, data_offset, length)
