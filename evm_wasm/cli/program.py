"""The commands of `ewasm` in one table; the module of a command is imported when it is called."""

from __future__ import annotations

import difflib
import gc
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType, ModuleType
from typing import Final

import click

NAME: Final = "ewasm"


@dataclass(frozen=True, slots=True)
class Entry:
    """A command.

    Attributes:
        module: Where its function `command` is.
        summary: One line for the list of commands.
    """

    module: str
    summary: str


COMMANDS: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "new": Entry("new_command", "Start a contract project."),
        "build": Entry("build_command", "Compile a project into a contract and its deployer."),
        "verify": Entry("verify_command", "Prove that code was built from given sources."),
        "exec": Entry("exec_command", "Run a contract and show what it did."),
        "check": Entry("check_command", "Say whether modules are valid contracts, and why not."),
        "inject": Entry("inject_command", "Write a module with gas metering injected."),
        "statetest": Entry("statetest_command", "Run state tests in the ethereum/tests format."),
        "transactiontest": Entry(
            "transactiontest_command", "Run transaction tests in the ethereum/tests format."
        ),
        "state": Entry("state_command", "Look at a stored state, prove it, move it elsewhere."),
        "node": Entry("node_command", "Run a local chain that Ethereum clients talk to."),
        "accounts": Entry("accounts_command", "List the accounts that a node signs for."),
        "deploy": Entry("deploy_command", "Put a contract on the chain of a node."),
        "call": Entry("call_command", "Call a function of a contract; nothing changes."),
        "send": Entry("send_command", "Send a transaction and show its receipt."),
        "receipt": Entry("receipt_command", "Show what became of a transaction."),
        "logs": Entry("logs_command", "Show what contracts have logged, decoded."),
        "block": Entry("block_command", "Show a block."),
        "balance": Entry("balance_command", "Show what an account has."),
        "replay": Entry("replay_command", "Run a kept chain again and name the first difference."),
        "cache": Entry("cache_command", "Show or clear the native code that is kept on disk."),
        "eei": Entry("eei_command", "Print the reference of the Ethereum Environment Interface."),
    }
)


class Program(click.Group):
    """Imports commands late, so that each starts as fast as it can."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        """The names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = _import_command(f"evm_wasm.cli.{COMMANDS[cmd_name].module}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; an unknown one is an error with a suggestion."""
        name = args[0]
        if name in COMMANDS or name.startswith("-"):
            return super().resolve_command(ctx, args)
        close = difflib.get_close_matches(name, COMMANDS, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"there are {', '.join(COMMANDS)}"
        raise click.UsageError(f"unknown command '{name}'; {hint}", ctx)

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's interface
        formatter: click.HelpFormatter,
    ) -> None:
        """The list of commands, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


def _import_command(name: str) -> ModuleType:
    """Imports without looking for garbage: there is none, and it takes a seventh of the time."""
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        gc.freeze()  # what was imported stays, and need not be looked at again
        gc.enable()


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        versions = importlib.import_module("evm_wasm.cli.versions")
        click.echo(versions.version_text())
        ctx.exit()


@click.command(
    cls=Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of the program, its rules and its engine, and exit.",
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """The eWASM virtual machine: WebAssembly contracts with exact gas on an Ethereum state.

    \b
    Examples:
      ewasm exec contracts/counter/counter.wasm --call 'increment()'
      ewasm check contract.wasm
      ewasm COMMAND --help

    Exit codes: 0 success, 1 a contract failed or was refused, 2 bad usage or input, 3 the machine
    cannot go on or a node cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    # https://no-color.org: present and not empty means no colour, also on a terminal.
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
