"""From a row of the table to a host function. Written for speed: it runs at every EEI call.

Every method takes the same visible steps: take over the gas, charge what the table says, refuse
writes in a static frame, check where the output goes, read the inputs, run, write the output, hand
the gas back. Where more than one of these would fail the order cannot be seen, since all failures
are alike; methods that can answer 1 instead of failing read and write on demand (kinds `LATE_...`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from evm_wasm.eei.frame import Running
from evm_wasm.eei.signals import Halt
from evm_wasm.eei.spec import OUTPUTS, Kind, Method, Param
from evm_wasm.engine import LinearMemory
from evm_wasm.model.message import HaltReason
from evm_wasm.rules.limits import MAX_U128
from evm_wasm.rules.schedule import GasSchedule

Arguments = tuple[int, ...]
"""What the wasm code passed: unsigned integers, one for each parameter."""


Reader = Callable[[LinearMemory, Arguments], object]

_SIGN_BIT: Final = 1 << 63
_TWO_64: Final = 1 << 64


def link(method: Method, running: Running, gas: GasSchedule) -> Callable[..., int | None]:
    """The host function of one method for the frames of one nesting level.

    Args:
        method: The row.
        running: Asked at each call for the current frame and memory.
        gas: Prices of the fork.

    Returns:
        A function of unsigned integers. It raises `Halt`, `OutOfBounds`, `Finish` or `Revert`.
    """
    fixed: int = getattr(gas, method.cost.fixed)
    linear = tuple(
        (method.index_of(part.param), getattr(gas, part.price), part.unit)
        for part in method.cost.linear
    )
    readers = tuple(
        _reader(method, index, param)
        for index, param in enumerate(method.params)
        if param.kind not in OUTPUTS and not _is_length(method, param)
    )
    writer = _writer(method)
    run, writes = method.run, method.writes

    def call(*arguments: int) -> int | None:
        frame, memory = running.frame, running.memory
        meter = frame.meter
        meter.enter()
        price = fixed
        for index, unit_price, unit in linear:
            price += (arguments[index] + unit - 1) // unit * unit_price
        if price:
            meter.charge(price)
        if writes and frame.message.is_static:
            raise Halt(HaltReason.STATIC_WRITE, method.name)
        if writer:
            writer.check(memory, arguments)
        # Rows and implementations are held together by tests: without an output the implementation
        # gives the method's own result.
        value: Any = run(frame, *[read(memory, arguments) for read in readers])
        result: int | None = writer.write(memory, arguments, value) if writer else value
        meter.leave()
        return result

    return call


def _is_length(method: Method, param: Param) -> bool:
    """Whether a parameter only says how long another, read one is."""
    return any(other.length == param.name and other.kind not in OUTPUTS for other in method.params)


def _reader(method: Method, index: int, param: Param) -> Reader:
    """How the value of one input is made from the arguments."""
    length = 0 if param.length is None else method.index_of(param.length)
    return _READERS[param.kind](index, length, param.kind.size or 0)


def _signed(value: int) -> int:
    return value - _TWO_64 if value & _SIGN_BIT else value


def _unless_empty(memory: LinearMemory, address: int, length: int) -> bytes:
    return memory.read(address, length) if length else b""


_READERS: Final[dict[Kind, Callable[[int, int, int], Reader]]] = {
    Kind.I32: lambda place, _length, _size: lambda _, arguments: arguments[place],
    Kind.I64: lambda place, _length, _size: lambda _, arguments: arguments[place],
    Kind.SIGNED_I64: lambda place, _length, _size: lambda _, arguments: _signed(arguments[place]),
    Kind.ADDRESS_IN: lambda place, _length, size: (
        lambda memory, arguments: memory.read(arguments[place], size)
    ),
    Kind.WORD_IN: lambda place, _length, size: (
        lambda memory, arguments: memory.read(arguments[place], size)
    ),
    Kind.U128_IN: lambda place, _length, size: (
        lambda memory, arguments: int.from_bytes(memory.read(arguments[place], size), "little")
    ),
    Kind.LATE_WORD_IN: lambda place, _length, size: (
        lambda memory, arguments: lambda: memory.read(arguments[place], size)
    ),
    Kind.LATE_ADDRESS_OUT: lambda place, _length, _size: (
        lambda memory, arguments: lambda address: memory.write(arguments[place], address)
    ),
    Kind.BYTES_IN: lambda place, length, _size: (
        lambda memory, arguments: memory.read(arguments[place], arguments[length])
    ),
    Kind.DATA_IN: lambda place, length, _size: (
        lambda memory, arguments: _unless_empty(memory, arguments[place], arguments[length])
    ),
    Kind.LATE_DATA_IN: lambda place, length, _size: (
        lambda memory, arguments: lambda: _unless_empty(memory, arguments[place], arguments[length])
    ),
}
"""By kind of input: given the places of the argument and of its length, and the size of the kind."""


class _Writer:
    """Where the output of a method goes, and in which form."""

    __slots__ = ("_index", "_kind", "_length", "_size")

    def __init__(self, index: int, kind: Kind, length: int | None) -> None:
        self._index = index
        self._kind = kind
        self._length = length
        self._size = kind.size or 0

    def check(self, memory: LinearMemory, arguments: Arguments) -> None:
        size = self._size if self._length is None else arguments[self._length]
        memory.check(arguments[self._index], size)

    def write(self, memory: LinearMemory, arguments: Arguments, value: Any) -> int | None:  # noqa: ANN401 - what the implementation gave
        """Writes the value; gives the method's result, which only an optional output has."""
        if self._kind is Kind.OPTIONAL_WORD_OUT:
            if value is None:
                return 1
            memory.write(arguments[self._index], value)
            return 0
        memory.write(arguments[self._index], self._encode(value))
        return None

    def _encode(self, value: Any) -> bytes:  # noqa: ANN401 - what the implementation gave
        if self._kind is Kind.U128_OUT and value > MAX_U128:
            raise Halt(HaltReason.OVERFLOW, "the number exceeds 128 bits")
        if self._kind in (Kind.U128_OUT, Kind.U256_OUT):
            return int(value).to_bytes(self._size, "little")
        return bytes(value)


def _writer(method: Method) -> _Writer | None:
    for index, param in enumerate(method.params):
        if param.kind in OUTPUTS:
            length = None if param.length is None else method.index_of(param.length)
            return _Writer(index, param.kind, length)
    return None
