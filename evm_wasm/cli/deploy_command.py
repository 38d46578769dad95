"""`ewasm deploy`: put a contract on the chain of a node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

import injector
from evm_wasm.cli import exit_codes
from evm_wasm.cli.files import read_module, shown
from evm_wasm.cli.node_options import LATEST, Target, node_options
from evm_wasm.cli.receipt_report import Report
from evm_wasm.cli.sending_options import Sending, send_and_report, sending_options
from evm_wasm.cli.text import error_line
from evm_wasm.client.answers import read_data
from evm_wasm.client.connection import Node
from evm_wasm.primitives.checksum import format_address
from evm_wasm.project.deployer import init_code_of, with_arguments

_POLICY: Final = "ewasm"

_RUNTIME_ADVICE: Final = (
    "if the file is the contract itself and not its init code, deploy it with --runtime"
)


@click.command("deploy")
@click.argument("file")
@click.argument("arguments", metavar="[ARG]...", nargs=-1)
@click.option(
    "--args",
    "constructor",
    metavar="'constructor(TYPES)'",
    help="Types of the constructor's arguments, which are the ARGs.",
)
@click.option(
    "--runtime",
    is_flag=True,
    help="FILE is the contract itself: wrap it into init code that deploys it.",
)
@sending_options
@node_options
def command(
    target: Target,
    sending: Sending,
    file: str,
    arguments: Sequence[str],
    constructor: str | None,
    runtime: bool,
) -> int:
    """Deploy FILE (.wasm or .wat, '-' for standard input), and print address, gas and hash.

    FILE is init code: its 'main' gives the contract back with 'finish'. With --runtime it is the
    contract itself. The module is checked here before anything is sent.

    Arguments of a constructor are encoded behind the code, in a custom section: the last bytes
    that 'codeCopy' reads.

    The node signs for its own accounts. A key signs here if it comes from --keystore FILE, from the
    environment variable EWASM_PRIVATE_KEY, or is asked for with --interactive.

    \b
    Examples:
      ewasm deploy contracts/token/token_deploy.wasm
      ewasm deploy contracts/counter/counter.wasm --runtime --json
      ewasm deploy vault_deploy.wasm --args 'constructor(address,uint256)' \\
          0x70997970C51812dc3A010C7d01b50e0d17dc79C8 1000 --value 1ether

    Exit codes: 0 success, 1 the module or the creation was refused or failed, 2 bad usage or input,
    3 the node cannot be used, or there is no block with it in time.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    _check_combination(arguments, constructor, runtime=runtime)
    module = read_module(file)
    findings = injector.check(module, policy=_POLICY)
    for finding in findings:
        click.echo(error_line(f"{shown(file)}: {finding}"), err=True)
    if findings:
        return exit_codes.FAILED
    code = init_code_of(module) if runtime else module
    if constructor is not None:
        from evm_wasm.abi import functions  # noqa: PLC0415 - takes longer to load than all the rest

        encoded = functions.encode_constructor(constructor, arguments, what="--args")
        code = with_arguments(code, encoded)
    return send_and_report(
        target,
        sending,
        to=None,
        data=code,
        verify=lambda report: _missing_code(target.node, report),
        advice="" if runtime else _RUNTIME_ADVICE,
    )


def _check_combination(arguments: Sequence[str], constructor: str | None, *, runtime: bool) -> None:
    """Refuses options that contradict each other."""
    if arguments and constructor is None:
        raise click.UsageError(
            "arguments need --args 'constructor(TYPES)'", click.get_current_context()
        )
    if constructor is not None and runtime:
        raise click.UsageError(
            "--runtime and --args exclude each other: the init code it makes reads no arguments",
            click.get_current_context(),
        )


def _missing_code(node: Node, report: Report) -> str | None:
    """What is wrong with an account that was created without code."""
    address = format_address(report.receipt.address("contractAddress"))
    if read_data(node.ask("eth_getCode", address, LATEST), what="code"):
        return None
    return f"the init code gave back no code, so {address} has none; {_RUNTIME_ADVICE}"
