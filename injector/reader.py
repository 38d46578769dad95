"""A cursor over the bytes of a module, for everything outside of function bodies."""

from __future__ import annotations

from injector import leb128
from injector.errors import Invalid


class Reader:
    """Reads values between `position` and `end`, never beyond.

    Raises:
        Invalid: From every method, when the bytes end early or are malformed; with the offset.
    """

    def __init__(self, data: bytes, position: int, end: int) -> None:
        self.data = data
        self.position = position
        self.end = end

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return self.end - self.position

    def byte(self) -> int:
        """One byte."""
        if self.position >= self.end:
            raise self.early_end()
        value = self.data[self.position]
        self.position += 1
        return value

    def take(self, count: int) -> bytes:
        """That many bytes."""
        if count > self.left:
            raise self.early_end()
        start = self.position
        self.position += count
        return self.data[start : self.position]

    def u32(self) -> int:
        """An unsigned integer."""
        return self._integer(None)

    def signed(self, bits: int) -> int:
        """A signed integer of that many bits."""
        return self._integer(bits)

    def count(self, what: str, most: int) -> int:
        """The length of a vector, refused above `most` or the number of bytes left."""
        at = self.position
        value = self.u32()
        if value > self.left:
            raise Invalid(
                f"{value} {what}", "malformed: more than the section has bytes", offset=at
            )
        if value > most:
            raise Invalid(f"{value} {what}", f"the limit is {most}", offset=at)
        return value

    def name(self) -> str:
        """A name: a length and that many bytes of UTF-8."""
        at = self.position
        try:
            return self.take(self.u32()).decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid("name", "malformed: not UTF-8", offset=at) from None

    def finish(self, what: str) -> None:
        """Refuse bytes that are left over."""
        if self.left:
            raise Invalid(what, f"malformed: {self.left} bytes are left over", offset=self.position)

    def early_end(self) -> Invalid:
        """The error for bytes that end too early."""
        return Invalid("end of data", "malformed: ends too early", offset=self.position)

    def _integer(self, bits: int | None) -> int:
        at = self.position
        try:
            if bits is None:
                value, self.position = leb128.read_u32(self.data, at)
            else:
                value, self.position = leb128.read_signed(self.data, at, bits)
        except IndexError:
            raise self.early_end() from None
        except Invalid as error:
            error.offset = at
            raise
        if self.position > self.end:
            raise self.early_end()
        return value
