"""Reading types, with the gates for the features that types alone can bring in."""

from __future__ import annotations

from typing import Final

from injector.advice import FEATURES
from injector.errors import Findings, Invalid
from injector.module import Extent
from injector.opcodes import EXTERNREF, F32, F64, FUNCREF, I32, I64, TYPE_NAMES
from injector.policy import FLOATS, REFERENCE_TYPES, Policy
from injector.reader import Reader

VALUE_TYPES: Final = frozenset({I32, I64, F32, F64, FUNCREF, EXTERNREF})
TYPE_FEATURES: Final = {
    F32: FLOATS,
    F64: FLOATS,
    FUNCREF: REFERENCE_TYPES,
    EXTERNREF: REFERENCE_TYPES,
}
UNSUPPORTED_TYPES: Final = (
    {0x7B: "SIMD"}
    | dict.fromkeys((0x63, 0x64), "typed function references")
    | dict.fromkeys((0x69, 0x74), "exception handling")
    | dict.fromkeys(
        (0x5E, 0x5F, 0x50, 0x4F, 0x4E, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x71, 0x72, 0x73, 0x78, 0x77),
        "garbage collection",
    )
)


def unsupported(feature: str, found: str, offset: int | None = None) -> Invalid:
    """The refusal of a feature that stops the decoding of a part."""
    reason, advice = FEATURES[feature]
    return Invalid(found, reason, advice, offset)


class Gate:
    """Checks what types need against what the policy accepts.

    Attributes:
        policy: The policy in force.
        findings: Where refused types are recorded; decoding then goes on.
    """

    def __init__(self, policy: Policy, findings: Findings) -> None:
        self.policy = policy
        self.findings = findings

    def check(self, code: int, offset: int, function: int | None = None) -> int:
        """The value type of a code byte.

        Raises:
            Invalid: The byte is no value type of WebAssembly 2.0 without SIMD.
        """
        if code not in VALUE_TYPES:
            if code in UNSUPPORTED_TYPES:
                raise unsupported(UNSUPPORTED_TYPES[code], f"type {code:#04x}", offset)
            raise Invalid(f"type {code:#04x}", "malformed: no such type", offset=offset)
        feature = TYPE_FEATURES.get(code)
        if feature is not None and feature not in self.policy.features:
            self.refuse(feature, f"type {TYPE_NAMES[code]}", offset, function)
        return code

    def refuse(self, feature: str, found: str, offset: int, function: int | None = None) -> None:
        """Record the use of a refused feature."""
        reason, advice = FEATURES[feature]
        self.findings.add(offset, function, found, reason, advice, kind=feature)

    def value_type(self, reader: Reader, function: int | None = None) -> int:
        """Read a value type."""
        at = reader.position
        return self.check(reader.byte(), at, function)

    def element_type(self, reader: Reader) -> int:
        """Read the element type of a table or element segment; `funcref` is always accepted."""
        at = reader.position
        code = reader.byte()
        if code == FUNCREF:
            return code
        if code in VALUE_TYPES and code != EXTERNREF:
            raise Invalid(f"type {code:#04x}", "malformed: not a reference type", offset=at)
        return self.check(code, at)


def read_extent(reader: Reader, what: str, highest: int) -> Extent:
    """Read the size limits of a memory or table.

    Raises:
        Invalid: A feature that is not accepted, or sizes out of range.
    """
    at = reader.position
    flags = reader.byte()
    if flags > 1:
        if flags & 0x02:
            raise unsupported("threads", f"shared {what}", at)
        if flags & 0x04:
            raise unsupported("64-bit memory", f"64-bit {what}", at)
        if flags & 0x08:
            raise unsupported("custom page sizes", what, at)
        raise Invalid(f"{what} flags {flags:#04x}", "malformed: no such flags", offset=at)
    minimum = reader.u32()
    maximum = reader.u32() if flags else None
    if minimum > highest or (maximum is not None and maximum > highest):
        raise Invalid(what, f"invalid: larger than {highest}", offset=at)
    if maximum is not None and maximum < minimum:
        raise Invalid(what, "invalid: the maximum is below the minimum", offset=at)
    return Extent(minimum, maximum)
