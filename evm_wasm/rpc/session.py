"""A connection that stays, and what it is to be told."""

from __future__ import annotations

from collections.abc import Callable


class Session:
    """A connection that stays: it can be sent what it did not ask for.

    Attributes:
        send: Takes a text to the client; may be called on any thread, never waits.
    """

    __slots__ = ("_cancels", "send")

    def __init__(self, send: Callable[[str], None]) -> None:
        self.send = send
        self._cancels: dict[str, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._cancels)

    def add(self, identifier: str, cancel: Callable[[], None]) -> None:
        """Remembers how a subscription is ended."""
        self._cancels[identifier] = cancel

    def remove(self, identifier: str) -> bool:
        """Ends a subscription; gives whether there was such a one."""
        cancel = self._cancels.pop(identifier, None)
        if cancel is None:
            return False
        cancel()
        return True

    def close(self) -> None:
        """Ends all subscriptions."""
        for identifier in list(self._cancels):
            self.remove(identifier)
