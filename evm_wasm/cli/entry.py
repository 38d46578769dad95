"""From arguments to an exit code: whatever goes wrong becomes one line, never a traceback."""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.program import NAME, program
from evm_wasm.cli.text import error_line
from evm_wasm.errors import (
    CompilerMissing,
    EvmWasmError,
    InputError,
    InvalidTransaction,
    NodeError,
    NodeRefusal,
)
from injector import InjectorError

TRACEBACK_VARIABLE: Final = "EWASM_TRACEBACK"
"""Set to anything, it has an error of our own making print its traceback as well."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the system says when no more can be written to where the output goes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        arguments: Without the program's name; those of the process by default.

    Returns:
        The exit code; see `evm_wasm.cli.exit_codes`.
    """
    _let_every_character_print()
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        return _nothing_to_write_to(exit_codes.BROKEN_PIPE)
    except OSError as error:
        return _confess(error)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = program.main(arguments, prog_name=NAME, standalone_mode=False)
    except SystemExit:
        # So click ends where a pipe broke.
        raise BrokenPipeError from None
    except (click.Abort, KeyboardInterrupt):
        _complain("interrupted")
        return exit_codes.INTERRUPTED
    except click.UsageError as error:
        _complain(_usage_message(error))
        return exit_codes.BAD_INPUT
    except click.ClickException as error:
        _complain(error.format_message())
        return exit_codes.BAD_INPUT
    except _TOLD_AS_THEY_ARE as error:
        _complain(str(error))
        return _exit_code(error)
    except EvmWasmError as error:
        _complain(f"the machine stopped: {error}")
        return exit_codes.MACHINE_FAILED
    except MemoryError:
        _complain("out of memory; give the process more, or smaller input")
        return exit_codes.MACHINE_FAILED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the end of the line: a bug of ours, told in one line
        return _confess(error)
    return result if isinstance(result, int) else exit_codes.SUCCESS


_TOLD_AS_THEY_ARE: Final = (
    *(InputError, InvalidTransaction, InjectorError),
    *(NodeError, NodeRefusal, CompilerMissing),
)


def _exit_code(error: Exception) -> int:
    if isinstance(error, NodeRefusal):
        return exit_codes.FAILED
    absent = isinstance(error, (NodeError, CompilerMissing))
    return exit_codes.MACHINE_FAILED if absent else exit_codes.BAD_INPUT


def _usage_message(error: click.UsageError) -> str:
    """What is wrong and where help is, in one line."""
    path = error.ctx.command_path if error.ctx is not None else NAME
    return f"{error.format_message().rstrip('.')}; see '{path} --help'"


def _confess(error: Exception) -> int:
    """Says what no part of a command expected."""
    if isinstance(error, OSError) and error.errno in _FULL:
        # Commands name the files they fail on, so this is the output itself.
        _complain(f"the output cannot be written: {error.strerror}")
        return _nothing_to_write_to(exit_codes.MACHINE_FAILED)
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    _complain(
        f"an error in ewasm itself: {type(error).__name__}: {error}; please report it "
        f"({TRACEBACK_VARIABLE}=1 shows where it happened)"
    )
    return exit_codes.MACHINE_FAILED


def _complain(message: str) -> None:
    click.echo(error_line(message), err=True)


def _let_every_character_print() -> None:
    """A terminal or pipe with a small character set gets escapes instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nothing_to_write_to(code: int) -> int:
    """Leaves nothing for the interpreter to flush at its end to where it cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            os.dup2(nowhere, stream.fileno())
    return code
