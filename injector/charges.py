"""The code that the injector adds, for the counter in an exported global."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from injector import leb128
from injector.module import FunctionType, Table
from injector.opcodes import I32, I64
from injector.schedule import Schedule

OUT_OF_GAS = -1
STACK_EXHAUSTED = -2
HIGHEST_GAS = (1 << 63) - 1

_MOST_ELEMENTS = (1 << 32) - 1
"""What a table without a maximum may grow to."""

(
    UNREACHABLE, BLOCK, IF, ELSE, END, BR, BR_IF, RETURN, CALL, LOCAL_GET, LOCAL_SET, LOCAL_TEE,
    GLOBAL_GET, GLOBAL_SET, MEMORY_SIZE, MEMORY_GROW, I32_CONST, I64_CONST,
) = (
    b"\x00", b"\x02", b"\x04", b"\x05", b"\x0b", b"\x0c", b"\x0d", b"\x0f", b"\x10", b"\x20", b"\x21",
    b"\x22", b"\x23", b"\x24", b"\x3f\x00", b"\x40\x00", b"\x41", b"\x42",
)  # fmt: skip
I32_EQ, I32_LT_S, I32_GT_U, I32_ADD, I32_SUB = b"\x46", b"\x48", b"\x4b", b"\x6a", b"\x6b"
I32_MUL, I32_AND, I32_SHR_U = b"\x6c", b"\x71", b"\x76"
I64_DIV_U, I64_OR = b"\x80", b"\x84"
I64_LT_S, I64_ADD, I64_SUB, I64_MUL, I64_SHR_U = b"\x53", b"\x7c", b"\x7d", b"\x7e", b"\x88"
I64_EXTEND_U, EMPTY = b"\xad", b"\x40"


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


class Counter(Protocol):
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


def page_grow_helper(counter: Counter, schedule: Schedule, maximum: int) -> Helper:
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


def table_grow_helper(counter: Counter, schedule: Schedule, index: int, table: Table) -> Helper:
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


def length_helper(counter: Counter, name: str, price: int, shift: int) -> Helper:
    """Charges for a length and returns it: `price` for each started 2^shift units."""
    code = b"".join(
        (
            local(LOCAL_GET, 0), I64_EXTEND_U, const64((1 << shift) - 1), I64_ADD,
            const64(shift), I64_SHR_U, const64(price), I64_MUL,
            local(LOCAL_SET, 1), counter.charge_local(1), local(LOCAL_GET, 0),
        )
    )  # fmt: skip
    return Helper(name, FunctionType((I32,), (I32,)), (I64,), code)
