"""What timestamp the next block has: the clock, moved by whoever wishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evm_wasm.errors import InputError

MOST_SECONDS: Final = 2**63 - 1
"""The EEI hands timestamps to contracts as signed 64-bit integers."""

STANDING_TIME: Final = 1_767_225_600
"""Seconds, 1 January 2026: the time of a devnet without a clock."""


@dataclass(frozen=True, slots=True)
class TimeMark:
    """The settings of a `Timekeeper` at one moment; see its attributes."""

    offset: int
    interval: int | None
    next: int | None


class Timekeeper:
    """The devnet's own time.

    With a clock, blocks get its time plus an offset, and several may have the same timestamp.
    Without one the time stands still between blocks, and each is a second after its parent, so
    that whatever is made is the same in every run.

    Attributes:
        offset: Seconds that this time is ahead of the clock.
        interval: Seconds between the timestamps of blocks; None to follow the clock.
    """

    def __init__(self, clock: Callable[[], int] | None, newest: Callable[[], int]) -> None:
        """Follows a clock.

        Args:
            clock: Seconds since 1970; None for a time that stands still.
            newest: The timestamp of the newest block.
        """
        self.offset = 0
        self.interval: int | None = None
        self._stands = clock is None
        self._newest = newest
        self._clock = clock or _standing_clock
        self._next: int | None = None

    def now(self) -> int:
        """The clock and the offset."""
        return self._clock() + self.offset

    def peek(self) -> int:
        """The timestamp that the next block would get now."""
        parent = self._newest()
        if self._next is not None:
            timestamp = self._next
        elif self.interval is not None:
            timestamp = parent + self.interval
        else:
            timestamp = self.now()
        return min(max(timestamp, parent + self._stands), MOST_SECONDS)

    def advance(self, timestamp: int) -> None:
        """Take notice of a block that got a timestamp."""
        if self._next is not None or self._stands:
            self.offset = timestamp - self._clock()
            self._next = None

    def increase(self, seconds: int) -> int:
        """Moves the time ahead for good; gives the whole offset.

        Raises:
            InputError: Negative, or the time would not fit in 63 bits.
        """
        if seconds < 0:
            raise InputError(f"time cannot go back by {-seconds} seconds")
        _check(self.now() + seconds)
        self.offset += seconds
        return self.offset

    def set_next(self, timestamp: int) -> None:
        """The next block gets just this timestamp, and time goes on from there.

        Raises:
            InputError: Before the newest block, or too large.
        """
        self._check_order(timestamp)
        self._next = timestamp

    def set_time(self, timestamp: int) -> int:
        """Time goes on from here from now on (`evm_setTime`).

        Returns:
            Seconds that it was moved; negative if back.

        Raises:
            InputError: Before the newest block, or too large.
        """
        self._check_order(timestamp)
        moved = timestamp - self.now()
        self.offset += moved
        return moved

    def set_interval(self, seconds: int) -> None:
        """Each block's timestamp is from now on so many seconds after its parent's.

        Raises:
            InputError: Negative or too large.
        """
        if seconds < 0:
            raise InputError(f"an interval of {seconds} seconds")
        _check(seconds)
        self.interval = seconds

    def remove_interval(self) -> bool:
        """Follow the clock again; gives whether there was an interval."""
        had_one = self.interval is not None
        self.interval = None
        return had_one

    def mark(self) -> TimeMark:
        """The settings now, for `restore`."""
        return TimeMark(self.offset, self.interval, self._next)

    def restore(self, mark: TimeMark) -> None:
        """Puts back the settings of a mark."""
        self.offset, self.interval, self._next = mark.offset, mark.interval, mark.next

    def follow(self) -> None:
        """Goes on from the newest block of a chain that was made at some other time.

        Where the time is behind it, it is moved ahead.
        """
        self.offset += max(self._newest() - self.now(), 0)

    def _check_order(self, timestamp: int) -> None:
        _check(timestamp)
        parent = self._newest()
        if timestamp < parent:
            raise InputError(
                f"Timestamp error: {timestamp} is lower than previous block's timestamp {parent}"
            )


def _standing_clock() -> int:
    return STANDING_TIME


def _check(timestamp: int) -> None:
    if timestamp > MOST_SECONDS:
        raise InputError(f"the time {timestamp} is too large; at most {MOST_SECONDS}")
