"""How far long work is, on standard error, if that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(what: str) -> Iterator[Callable[[], None]]:
    """Shows a growing count while a block of code runs.

    Args:
        what: The things that are counted.

    Yields:
        To be called after each of them.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - only terminals pay for loading it
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    text = TextColumn(f"{{task.completed:,.0f}} {what}")
    columns = (SpinnerColumn(), text, TimeElapsedColumn())
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,  # Standard output may go to a file, and is none of our business.
        redirect_stderr=False,
    ) as progress:
        task = progress.add_task("", total=None)
        yield lambda: progress.advance(task)
