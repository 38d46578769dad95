"""Text for terminals: one line, without characters that would act on the terminal."""

from __future__ import annotations

from typing import Final

import click

ERROR_PREFIX: Final = "ewasm: error: "


def error_line(message: str) -> str:
    """An error as the one line that every command prints."""
    return click.style(ERROR_PREFIX, fg="red") + one_line(message)


def one_line(message: str) -> str:
    """The text with line breaks as blanks and whatever does not print as escapes.

    Names in a module, paths and reasons of reverts come from strangers.
    """
    text = " ".join(message.splitlines())
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
