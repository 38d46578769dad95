"""What the injector reports: findings about a module, and the errors it raises."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a module is refused.

    Attributes:
        offset: Absolute byte offset in the module where the thing refused stands.
        function: Index of the function it stands in, or None outside of functions.
        function_name: That function's name from the name section, or None.
        found: What stands there, such as ``f64.add`` or ``export `helper```.
        reason: Why it is refused.
        advice: Which compiler flag or tool avoids it, or the empty string.
    """

    offset: int
    function: int | None
    function_name: str | None
    found: str
    reason: str
    advice: str = ""

    def __str__(self) -> str:
        """The finding as one line of text."""
        place = ""
        if self.function is not None:
            name = f" `{self.function_name}`" if self.function_name is not None else ""
            place = f"function {self.function}{name}, "
        text = f"{place}offset {self.offset:#x}: {self.found}: {self.reason}"
        return f"{text}; {self.advice}" if self.advice else text


class InjectorError(Exception):
    """A module, schedule or option that the injector cannot work with.

    Attributes:
        findings: The findings behind a refused module; empty for other causes.
    """

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class ScheduleError(InjectorError):
    """A schedule of prices that cannot be used; the message names the file and the field."""


class RecheckError(RuntimeError):
    """The injector wrote a module that is not safe: an error of the injector, not of its input."""


class Invalid(Exception):
    """Stops the decoding of one part of a module; becomes a finding.

    Attributes:
        found: What was found.
        reason: Why it is refused.
        advice: How to avoid it, or the empty string.
        offset: Absolute byte offset; None where the catcher knows it better.
    """

    def __init__(
        self, found: str, reason: str, advice: str = "", offset: int | None = None
    ) -> None:
        super().__init__(found, reason)
        self.found = found
        self.reason = reason
        self.advice = advice
        self.offset = offset


class Findings:
    """Collects findings: the first of each feature in each function, at most `MOST` in all."""

    MOST = 100

    def __init__(self) -> None:
        self._found: list[Finding] = []
        self._seen: set[tuple[int | None, str]] = set()

    def add(
        self,
        offset: int,
        function: int | None,
        found: str,
        reason: str,
        advice: str = "",
        *,
        kind: str | None = None,
    ) -> None:
        """Record a finding unless one of the same kind is known for the function.

        Args:
            offset: Absolute byte offset.
            function: Function index or None.
            found: What was found.
            reason: Why it is refused.
            advice: How to avoid it.
            kind: What counts as the same; by default the text of `found`.
        """
        key = (function, found if kind is None else kind)
        if key in self._seen:
            return
        self._seen.add(key)
        if len(self._found) < self.MOST:
            self._found.append(Finding(offset, function, None, found, reason, advice))

    def add_invalid(self, error: Invalid, offset: int, function: int | None = None) -> None:
        """Record what stopped a decoder; `offset` is used where the error carries none."""
        where = offset if error.offset is None else error.offset
        self.add(where, function, error.found, error.reason, error.advice, kind="invalid")

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def result(self, names: dict[int, str]) -> tuple[Finding, ...]:
        """All findings by offset, with the names of their functions."""
        named = [
            Finding(f.offset, f.function, names.get(f.function), f.found, f.reason, f.advice)
            if f.function is not None
            else f
            for f in self._found
        ]
        return tuple(sorted(named, key=lambda finding: finding.offset))
