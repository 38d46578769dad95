"""The code that the injector adds, for the counter in an exported global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from injector import leb128
from injector.module import FunctionType, Table
from injector.opcodes import I32, I64
from injector.schedule import Schedule

OUT_OF_GAS: Final = -1
STACK_EXHAUSTED: Final = -2
HIGHEST_GAS: Final = (1 << 63) - 1

_MOST_ELEMENTS: Final = (1 << 32) - 1
"""What a table without a maximum may grow to."""

UNREACHABLE: Final = b"\x00"
BLOCK: Final = b"\x02"
IF: Final = b"\x04"
ELSE: Final = b"\x05"
END: Final = b"\x0b"
BR: Final = b"\x0c"
BR_IF: Final = b"\x0d"
RETURN: Final = b"\x0f"
CALL: Final = b"\x10"
LOCAL_GET: Final = b"\x20"
LOCAL_SET: Final = b"\x21"
LOCAL_TEE: Final = b"\x22"
GLOBAL_GET: Final = b"\x23"
GLOBAL_SET: Final = b"\x24"
MEMORY_SIZE: Final = b"\x3f\x00"
MEMORY_GROW: Final = b"\x40\x00"
I32_CONST: Final = b"\x41"
I64_CONST: Final = b"\x42"
I32_EQ: Final = b"\x46"
I32_LT_S: Final = b"\x48"
I32_GT_U: Final = b"\x4b"
I32_ADD: Final = b"\x6a"
I32_SUB: Final = b"\x6b"
I32_MUL: Final = b"\x6c"
I32_AND: Final = b"\x71"
I32_SHR_U: Final = b"\x76"
I64_DIV_U: Final = b"\x80"
I64_OR: Final = b"\x84"
I64_LT_S: Final = b"\x53"
I64_ADD: Final = b"\x7c"
I64_SUB: Final = b"\x7d"
I64_MUL: Final = b"\x7e"
I64_SHR_U: Final = b"\x88"
I64_EXTEND_U: Final = b"\xad"
EMPTY: Final = b"\x40"


def local(opcode: bytes, index: int) -> bytes:
    """An instruction with an unsigned operand: local, global, function or label."""
    return opcode + leb128.unsigned(index)


def const32(value: int) -> bytes:
    """`i32.const`."""
    return I32_CONST + leb128.signed(value)


def const64(value: int) -> bytes:
    """`i64.const`."""
    return I64_CONST + leb128.signed(value)


@dataclass(frozen=True, slots=True)
class Helper:
    """A function added to the module."""

    name: str
    type: FunctionType
    locals: tuple[int, ...]
    code: bytes  # without the final `end`

    def body(self) -> bytes:
        """Its body as it stands in the code section, with its size."""
        groups = b"".join(b"\x01" + bytes([kind]) for kind in self.locals)
        declarations = leb128.unsigned(len(self.locals)) + groups
        return leb128.sized(declarations + self.code + END)


class ChargeWriter(Protocol):
    """Writes charges in one of the public forms."""

    def charge(self, cost: int) -> bytes:
        """Code that charges a constant cost, leaving the operand stack alone."""
        ...

    def charge_local(self, index: int) -> bytes:
        """Code that charges the cost in an i64 local."""
        ...

    def refund_local(self, index: int) -> bytes:
        """Code that gives back the cost in an i64 local, where the form can."""
        ...


class ImportCounter:
    """Writes charges as calls of `ethereum.useGas`, in whole gas.

    Such a charge cannot be given back: pages that the engine refuses below the declared maximum
    stay paid.

    Attributes:
        use_gas: Index of the imported function.
        scale: Units of the schedule per gas; divides every cost.
    """

    def __init__(self, use_gas: int, scale: int) -> None:
        self.use_gas = use_gas
        self.scale = scale

    def charge(self, cost: int) -> bytes:
        """Charge a constant cost."""
        return const64(cost // self.scale) + local(CALL, self.use_gas)

    def charge_local(self, index: int) -> bytes:
        """Charge the cost in an i64 local."""
        cost = local(LOCAL_GET, index) + const64(self.scale) + I64_DIV_U
        return cost + local(CALL, self.use_gas)

    def refund_local(self, index: int) -> bytes:  # noqa: ARG002 - the form cannot do it
        """Nothing: the form cannot give gas back."""
        return b""


class GlobalCounter:
    """Writes charges against a mutable i64 global.

    Gas is below 2^63 and may be negative for a while; every cost is below 2^63.

    Attributes:
        gas: Index of the gas global.
        out_of_gas: Index of the helper that ends the frame.
    """

    def __init__(self, gas: int, out_of_gas: int) -> None:
        self.gas = gas
        self.out_of_gas = out_of_gas

    def charge(self, cost: int) -> bytes:
        """Charge a constant cost, leaving the operand stack alone."""
        return self._charge(const64(cost))

    def charge_local(self, index: int) -> bytes:
        """Charge the cost in an i64 local."""
        return self._charge(local(LOCAL_GET, index))

    def refund_local(self, index: int) -> bytes:
        """Give back the cost in an i64 local."""
        gas = local(GLOBAL_GET, self.gas), local(GLOBAL_SET, self.gas)
        return gas[0] + local(LOCAL_GET, index) + I64_ADD + gas[1]

    def _charge(self, cost: bytes) -> bytes:
        gas = local(GLOBAL_GET, self.gas)
        check = gas + cost + I64_LT_S + IF + EMPTY + local(CALL, self.out_of_gas) + END
        return check + gas + cost + I64_SUB + local(GLOBAL_SET, self.gas)


def stop_helper(name: str, gas: int | None, state: int) -> Helper:
    """A helper that leaves a state in the gas global, if there is one, and traps."""
    code = b"" if gas is None else const64(state) + local(GLOBAL_SET, gas)
    code += UNREACHABLE
    return Helper(name, FunctionType((), ()), (), code)


def either_helper(gas: int) -> Helper:
    """A helper that traps for want of stack if the words left are negative, else of gas."""
    code = local(LOCAL_GET, 0) + const64(0) + I64_LT_S + IF + EMPTY
    code += const64(STACK_EXHAUSTED) + local(GLOBAL_SET, gas) + UNREACHABLE + END
    code += const64(OUT_OF_GAS) + local(GLOBAL_SET, gas) + UNREACHABLE
    return Helper("gas.out_of_either", FunctionType((I64,), ()), (), code)


def page_grow_helper(counter: ChargeWriter, schedule: Schedule, maximum: int) -> Helper:
    """`memory.grow`: pages paid before, nothing paid where the answer is -1."""
    code = b"".join(
        (
            local(LOCAL_GET, 0), const32(maximum), MEMORY_SIZE, I32_SUB, I32_GT_U,
            IF, EMPTY, const32(-1), RETURN, END,
            local(LOCAL_GET, 0), I64_EXTEND_U, const64(schedule.memory_page), I64_MUL,
            local(LOCAL_SET, 1), counter.charge_local(1),
            local(LOCAL_GET, 0), MEMORY_GROW, local(LOCAL_TEE, 0), const32(-1), I32_EQ,
            IF, EMPTY, counter.refund_local(1), END, local(LOCAL_GET, 0),
        )
    )  # fmt: skip
    return Helper("gas.memory_grow", FunctionType((I32,), (I32,)), (I64,), code)


def table_grow_helper(
    counter: ChargeWriter, schedule: Schedule, index: int, table: Table
) -> Helper:
    """`table.grow`: elements paid before, nothing paid where the answer is -1."""
    grow, size = b"\xfc\x0f" + leb128.unsigned(index), b"\xfc\x10" + leb128.unsigned(index)
    maximum = _MOST_ELEMENTS if table.extent.maximum is None else table.extent.maximum
    code = b"".join(
        (
            local(LOCAL_GET, 1), const32(_as_signed(maximum)), size, I32_SUB, I32_GT_U,
            IF, EMPTY, const32(-1), RETURN, END,
            local(LOCAL_GET, 1), I64_EXTEND_U, const64(schedule.table_element), I64_MUL,
            local(LOCAL_SET, 2), counter.charge_local(2),
            local(LOCAL_GET, 0), local(LOCAL_GET, 1), grow, local(LOCAL_TEE, 1),
            const32(-1), I32_EQ, IF, EMPTY, counter.refund_local(2), END, local(LOCAL_GET, 1),
        )
    )  # fmt: skip
    kind = FunctionType((table.element, I32), (I32,))
    return Helper(f"gas.table_grow_{index}", kind, (I64,), code)


def _as_signed(value: int) -> int:
    """An unsigned 32-bit number as `i32.const` takes it."""
    return value - (1 << 32) if value >> 31 else value


def length_helper(counter: ChargeWriter, name: str, price: int, shift: int) -> Helper:
    """Charges for a length and returns it: `price` for each started 2^shift units."""
    code = b"".join(
        (
            local(LOCAL_GET, 0), I64_EXTEND_U, const64((1 << shift) - 1), I64_ADD,
            const64(shift), I64_SHR_U, const64(price), I64_MUL,
            local(LOCAL_SET, 1), counter.charge_local(1), local(LOCAL_GET, 0),
        )
    )  # fmt: skip
    return Helper(name, FunctionType((I32,), (I32,)), (I64,), code)
