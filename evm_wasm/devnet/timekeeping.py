"""What timestamp the next block has: the clock, moved by whoever wishes."""

from __future__ import annotations

from collections.abc import Callable


class Timekeeper:
    """The devnet's own time.

    Attributes:
        clock: Seconds since 1970.
        offset: Seconds that this time is ahead of the clock.
        interval: Seconds between the timestamps of blocks; None to follow the clock.
    """

    offset: int
    interval: int | None

    def __init__(self, clock: Callable[[], int]) -> None:
        raise NotImplementedError

    def now(self) -> int:
        """The clock and the offset."""
        raise NotImplementedError

    def peek(self, parent: int) -> int:
        """The timestamp that a block behind one with this timestamp would get now."""
        raise NotImplementedError

    def increase(self, seconds: int) -> int:
        """Moves the time ahead for good; gives the whole offset.

        Raises:
            InputError: Negative, or the time would not fit in 63 bits.
        """
        raise NotImplementedError

    def set_next(self, timestamp: int) -> None:
        """The next block gets just this timestamp, and time goes on from there.

        Raises:
            InputError: Not after the newest block, or too large.
        """
        raise NotImplementedError

    def set_time(self, timestamp: int) -> int:
        """Time goes on from here from now on (`evm_setTime`).

        Returns:
            Seconds that it was moved.

        Raises:
            InputError: Before the newest block, or too large.
        """
        raise NotImplementedError

    def set_interval(self, seconds: int) -> None:
        """Each block's timestamp is from now on so many seconds after its parent's."""
        raise NotImplementedError

    def remove_interval(self) -> bool:
        """Follow the clock again; gives whether there was an interval."""
        raise NotImplementedError
