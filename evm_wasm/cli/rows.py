"""Lines of a name and a text, as commands print them for people."""

from __future__ import annotations

import json
from typing import Final

from evm_wasm.cli.text import one_line

NAME_WIDTH: Final = 12


def row(name: str, text: str) -> str:
    """A line; lines that belong to the one above have no name."""
    return f"{name:<{NAME_WIDTH}}{text}"


def value_text(value: object) -> str:
    """A decoded value, which may come from a stranger."""
    return one_line(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def reason_text(reason: str) -> str:
    """What a revert says, in quotes."""
    return one_line(json.dumps(reason, ensure_ascii=False))
