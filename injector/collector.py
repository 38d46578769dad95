"""Keeping Python's collector of cycles away while a module is worked on."""

from __future__ import annotations

import gc
from types import TracebackType


class CollectorPaused:
    """Keeps the collector from running inside of a `with` block.

    What is learned about a module stays until the output is written, so the collector would look
    through all of it again and again, the more often the larger the module is, and find nothing.
    """

    def __init__(self) -> None:
        self._was_enabled = False

    def __enter__(self) -> None:
        self._was_enabled = gc.isenabled()
        gc.disable()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._was_enabled:
            gc.enable()
