"""The vocabulary of the EEI table: kinds of parameters, costs, rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a parameter means, and how it travels between linear memory and Python.

    The value is (label, wasm type, bytes touched in memory; None if another parameter says it).
    Pointers and lengths are unsigned. Addresses and words are copied as they are; 128-bit and
    256-bit numbers are little-endian (EEI revision 4, data representation).
    """

    I32 = ("number", "i32", 0)
    """An unsigned number, handed over as it is."""

    I64 = ("number", "i64", 0)
    """An unsigned number."""

    SIGNED_I64 = ("signed number", "i64", 0)
    """A signed number: amounts of gas, which fail when negative."""

    ADDRESS_IN = ("address, read", "i32", 20)
    WORD_IN = ("bytes32, read", "i32", 32)
    U128_IN = ("u128, read", "i32", 16)

    BYTES_IN = ("bytes, read", "i32", None)
    """Bytes whose pointer is checked even if there are none."""

    DATA_IN = ("bytes, read unless empty", "i32", None)
    """Bytes whose pointer is not looked at if there are none."""

    LATE_DATA_IN = ("bytes, read late unless empty", "i32", None)
    """As DATA_IN, but read when the implementation gets there: it is handed a function."""

    LATE_WORD_IN = ("bytes32, read if counted", "i32", 32)
    """A word that may never be read: the implementation is handed a function."""

    ADDRESS_OUT = ("address, written", "i32", 20)
    WORD_OUT = ("bytes32, written", "i32", 32)
    U128_OUT = ("u128, written", "i32", 16)
    U256_OUT = ("u256, written", "i32", 32)
    BYTES_OUT = ("bytes, written", "i32", None)

    OPTIONAL_WORD_OUT = ("bytes32, written if there is one", "i32", 32)
    """The method's result is 0 if it was written and 1 if not; the pointer is always checked."""

    LATE_ADDRESS_OUT = ("address, written on success", "i32", 20)
    """The pointer is checked only on success: the implementation is handed a function."""

    @property
    def label(self) -> str:
        """For the reference."""
        label: str = self.value[0]
        return label

    @property
    def wasm_type(self) -> str:
        """`i32` or `i64`."""
        wasm_type: str = self.value[1]
        return wasm_type

    @property
    def size(self) -> int | None:
        """Bytes touched in linear memory; None where a length parameter says it."""
        size: int | None = self.value[2]
        return size


OUTPUTS = frozenset(
    {
        Kind.ADDRESS_OUT,
        Kind.WORD_OUT,
        Kind.U128_OUT,
        Kind.U256_OUT,
        Kind.BYTES_OUT,
        Kind.OPTIONAL_WORD_OUT,
    }
)


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter.

    Attributes:
        name: As the interface's text spells it.
        kind: What it means.
        length: For bytes: the name of the parameter that holds their number.
    """

    name: str
    kind: Kind
    length: str | None = None


@dataclass(frozen=True, slots=True)
class Linear:
    """A price for each started `unit` of a parameter.

    Attributes:
        param: Whose value counts.
        price: A field of `GasSchedule`.
        unit: 32 for words of memory, 1 for single things.
    """

    param: str
    price: str
    unit: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a method charges before it does anything.

    Costs that depend on the state (a new slot, a new account) are charged by the implementation.

    Attributes:
        fixed: A field of `GasSchedule`.
        linear: What is added for amounts that the arguments name.
    """

    fixed: str
    linear: tuple[Linear, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One row of the table.

    Attributes:
        name: The import name in module `ethereum`.
        params: In order.
        result: Wasm type of the result, None without one.
        cost: What is charged first.
        writes: Whether it fails in a static frame.
        run: The implementation: gets the frame and one value for each parameter that is not an
            output; gives the value of the output or of the result.
        doc: One or two sentences for the reference.
    """

    name: str
    params: tuple[Param, ...]
    result: str | None
    cost: Cost
    writes: bool
    run: Callable[..., object]
    doc: str

    @property
    def wasm_params(self) -> tuple[str, ...]:
        """The wasm types of the parameters."""
        return tuple(param.kind.wasm_type for param in self.params)

    def index_of(self, name: str) -> int:
        """The place of a parameter; ValueError if there is none of that name."""
        return [param.name for param in self.params].index(name)
