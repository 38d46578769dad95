"""`ewasm new`: start a contract project."""

from __future__ import annotations

from pathlib import Path

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.text import one_line
from evm_wasm.project.languages import LANGUAGES
from evm_wasm.project.scaffolding import new_project

DEFAULT_LANGUAGE = "c"


@click.command("new")
@click.argument("name")
@click.option(
    "--lang",
    "language",
    type=click.Choice(tuple(LANGUAGES)),
    default=DEFAULT_LANGUAGE,
    show_default=True,
    help="What the contract is written in.",
)
def command(name: str, language: str) -> int:
    """Make a folder NAME with a contract that works, a test that passes and a README.

    \b
    Examples:
      ewasm new counter
      ewasm new counter --lang zig

    Exit codes: 0 success, 2 bad usage or input, such as a folder that is there already.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    folder = new_project(name, language, Path())
    click.echo(one_line(f"{folder}/ is there. Next:"))
    for step in (f"cd {folder}", "ewasm build", "pytest"):
        click.echo(f"  {step}")
    return exit_codes.SUCCESS
