"""`ewasm exec`: run a contract on a state and show what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

import injector
from evm_wasm.cli import exit_codes
from evm_wasm.cli.execution import (
    ALICE,
    CONTRACT_ADDRESS,
    Request,
    Result,
    run_request,
)
from evm_wasm.cli.files import STANDARD_STREAM, read_module, shown, write_atomically
from evm_wasm.cli.parameters import looks_like_address, to_address, to_bytes, to_gas, to_wei
from evm_wasm.cli.profile_files import find_format
from evm_wasm.cli.profile_tree import print_tree
from evm_wasm.cli.report import Meaning, report_json, report_lines
from evm_wasm.cli.state_source import open_state
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.cli.trace import TracePrinter
from evm_wasm.errors import InputError
from evm_wasm.model.account import EMPTY_CODE_HASH
from evm_wasm.model.message import Status
from evm_wasm.model.profile import FrameGas
from evm_wasm.primitives.hexadecimal import format_bytes, parse_address
from evm_wasm.primitives.types import Address
from evm_wasm.rules.consensus import DEFAULT_FORK, DEFAULT_SCHEDULE, consensus_version
from evm_wasm.rules.forks import FORKS
from evm_wasm.state.reader import World

if TYPE_CHECKING:
    from evm_wasm.abi.functions import Signature

DEFAULT_GAS: Final = "10000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The command line, with the names of its parameters."""

    contract: str
    arguments: tuple[str, ...]
    deploy: bool
    input_data: bytes | None
    call: str | None
    sender: Address
    to: Address | None
    value: int
    gas: int
    gas_price: int
    schedule: str
    fork: str
    state: str | None
    save: bool
    as_json: bool
    trace: bool
    profile: str | None


@click.command("exec")
@click.argument("contract")
@click.argument("arguments", metavar="[ARG]...", nargs=-1)
@click.option("--deploy", is_flag=True, help="Run the file as init code, to create a contract.")
@click.option("--call", metavar="SIGNATURE", help="Call this function with the ARGs given.")
@click.option(
    "--input", "input_data", metavar="0x...", callback=to_bytes, help="Call with these bytes."
)
@click.option(
    "--from",
    "sender",
    metavar="ADDRESS",
    callback=to_address,
    default=format_bytes(ALICE),
    show_default=True,
    help="Who sends; no key is needed.",
)
@click.option(
    "--to",
    metavar="ADDRESS",
    callback=to_address,
    help=f"Where the contract of a file is put.  [default: {format_bytes(CONTRACT_ADDRESS)}]",
)
@click.option(
    "--value",
    metavar="AMOUNT",
    callback=to_wei,
    default="0",
    show_default=True,
    help="Ether to send: 1ether, 5gwei, or a number of wei.",
)
@click.option(
    "--gas",
    metavar="GAS",
    callback=to_gas,
    default=DEFAULT_GAS,
    show_default=True,
    help="Gas limit of the transaction.",
)
@click.option(
    "--gas-price",
    metavar="AMOUNT",
    callback=to_wei,
    default="0",
    show_default=True,
    help="Price of one gas: 2gwei, or a number of wei.",
)
@click.option(
    "--schedule",
    metavar="NAME|FILE",
    default=DEFAULT_SCHEDULE,
    show_default=True,
    help="Prices of instructions: particles, unit, fuel, none or a JSON file.",
)
@click.option(
    "--fork",
    type=click.Choice(tuple(FORKS)),
    default=DEFAULT_FORK,
    show_default=True,
    help="Rules of transactions.",
)
@click.option(
    "--state",
    metavar="FILE|STORE",
    help="Start from this state: JSON in the form of a genesis 'alloc', lmdb:FOLDER, sqlite:FILE.",
)
@click.option("--save", is_flag=True, help="Write the new state to where --state is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--trace", is_flag=True, help="Print each EEI call to standard error.")
@click.option(
    "--profile",
    metavar="[FILE]",
    is_flag=False,
    flag_value=STANDARD_STREAM,
    help="Print gas by frame and function to standard error; and write it to FILE: .json for "
    "speedscope, .folded for folded stacks.",
)
def command(**options: Any) -> int:  # noqa: ANN401 - click passes what the decorators declare
    """Run CONTRACT and show status, output, gas, logs, storage and the new state root.

    CONTRACT is a .wasm or .wat file, '-' for standard input, or the 0x address of an account in
    the state. A file is installed as it is and called; with --deploy it is run as init code.

    \b
    Examples:
      ewasm exec counter.wasm --call 'increment()'
      ewasm exec token_deploy.wasm --deploy --state chain.json --save
      ewasm exec 0x6b182f1488e8efeb2eb298155ed5bd7ff8a14042 --state chain.json \\
          --call 'balanceOf(address)(uint64)' 0x00000000000000000000000000000000000a11ce
      ewasm exec contract.wat --input 0x01ff --value 1ether --trace
      ewasm exec counter.wasm --call 'increment()' --profile gas.json

    Arguments of --call: numbers are decimal or 0x, addresses and bytes 0x, arrays and tuples JSON
    such as '["0x...", "0x..."]'. Put '--' before a negative number.

    Without --state, and with --save and a file or store that does not exist yet, the state is fresh: only
    the sender is in it, with a million ether. The block is always number 1 at a fixed time. A
    transaction that reverts or fails is saved as well: its nonce and its fee count.

    Exit codes: 0 success, 1 the contract reverted, failed or was refused, 2 bad usage or input,
    3 the machine cannot go on.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    return _run(Options(**options))


def _run(options: Options) -> int:
    _check_combination(options)
    if options.profile is not None and options.profile != STANDARD_STREAM:
        find_format(options.profile)
    code = None if looks_like_address(options.contract) else read_module(options.contract)
    if code is not None and _refused(options.contract, code):
        return exit_codes.FAILED
    signature, data = _call_data(options)
    consensus = consensus_version(options.schedule, options.fork)
    with open_state(
        options.state, sender=options.sender, saves=options.save, consensus=consensus
    ) as source:
        request = _request(options, source.world, code, data)
        tracer = TracePrinter(_scale(options)) if options.trace else None
        result = run_request(request, tracer=tracer, is_profiled=options.profile is not None)
        if options.save:
            source.save(result.world)
        return _report(options, request, result, signature)


def _report(options: Options, request: Request, result: Result, signature: Signature | None) -> int:
    _print(options, request, result, signature)
    if options.profile is not None:
        _write_profile(options.profile, result.profile, result.receipt.gas.scale)
    is_success = result.receipt.status is Status.SUCCESS
    return exit_codes.SUCCESS if is_success else exit_codes.FAILED


def _write_profile(name: str, profile: tuple[FrameGas, ...], scale: int) -> None:
    print_tree(profile, scale)
    if name != STANDARD_STREAM:
        write_atomically(name, find_format(name)(profile, scale).encode())


def _check_combination(options: Options) -> None:
    """Refuses options that contradict each other."""
    is_address = looks_like_address(options.contract)
    wrong = (
        (options.save and options.state is None, "--save needs --state FILE"),
        (
            options.call is not None and options.input_data is not None,
            "--call or --input, not both",
        ),
        (bool(options.arguments) and options.call is None, "arguments need --call SIGNATURE"),
        (options.deploy and is_address, "--deploy needs a file, not an address"),
        (options.deploy and options.to is not None, "--deploy and --to exclude each other"),
        (
            options.deploy and (options.call or options.input_data) is not None,
            "--deploy takes neither --call nor --input: init code gets no call data",
        ),
        (is_address and options.to is not None, "--to is for contracts of files, not addresses"),
        (is_address and options.state is None, "an address needs --state FILE to be looked up in"),
    )
    for is_wrong, message in wrong:
        if is_wrong:
            raise click.UsageError(message, click.get_current_context())


def _refused(name: str, code: bytes) -> bool:
    """Whether the module is no valid contract; says why."""
    findings = injector.check(code, policy="ewasm")
    for finding in findings:
        click.echo(error_line(f"{shown(name)}: {finding}"), err=True)
    return bool(findings)


def _call_data(options: Options) -> tuple[Signature | None, bytes]:
    if options.call is None:
        return None, options.input_data or b""
    from evm_wasm.abi import functions  # noqa: PLC0415 - takes longer to load than all the rest

    signature = functions.parse_signature(options.call, what="--call")
    return signature, functions.encode_call(signature, options.arguments, what="--call")


def _request(options: Options, world: World, code: bytes | None, data: bytes) -> Request:
    to = options.to or CONTRACT_ADDRESS
    if code is None:
        to = parse_address(options.contract, what="CONTRACT")
    return Request(
        world=world,
        code=code,
        sender=options.sender,
        to=None if options.deploy else to,
        value=options.value,
        data=data,
        gas=options.gas,
        gas_price=options.gas_price,
        schedule=options.schedule,
        fork=options.fork,
    )


def _scale(options: Options) -> int:
    schedule = injector.load_schedule(options.schedule)
    return schedule.scale if schedule.charges else 1


def _print(options: Options, request: Request, result: Result, signature: Signature | None) -> None:
    meaning = _meaning(result, signature)
    if options.as_json:
        click.echo(report_json(request, result, meaning))
        return
    if note := _note(request, result):
        click.echo(f"note        {note}")
    for line in report_lines(request, result, meaning):
        click.echo(line)


def _note(request: Request, result: Result) -> str | None:
    """What would surprise somebody who sees only that all went well, None if nothing would."""
    address = result.receipt.created or request.to
    if address is None or result.world.account(address).code_hash != EMPTY_CODE_HASH:
        return None
    if request.to is None:
        return "the init code returned no code: the new account has none"
    return "the account has no code: only the value moved"


def _meaning(result: Result, signature: Signature | None) -> Meaning:
    receipt = result.receipt
    is_decodable = receipt.status is Status.SUCCESS and signature is not None and signature.outputs
    is_reason = receipt.status is Status.REVERT and receipt.output
    if not is_decodable and not is_reason:
        return Meaning()
    from evm_wasm.abi import functions, reverts  # noqa: PLC0415 - takes longer to load than the rest

    if receipt.status is Status.REVERT:
        return Meaning(reason=reverts.revert_reason(receipt.output))
    if signature is None:
        return Meaning()
    try:
        return Meaning(decoded=functions.decode_result(signature, receipt.output))
    except InputError as error:
        return Meaning(problem=one_line(str(error)))
