"""`ewasm state`: look at a stored state, prove what it holds, move it elsewhere."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import click

from evm_wasm.cli import exit_codes
from evm_wasm.cli.files import read_lines, read_text, shown
from evm_wasm.cli.progress import counting
from evm_wasm.cli.state_source import open_database
from evm_wasm.cli.text import error_line, one_line
from evm_wasm.errors import ProofError, StateError, StoreError
from evm_wasm.primitives.hexadecimal import format_bytes, parse_address, parse_hash, parse_word
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.primitives.types import Hash32
from evm_wasm.rules.consensus import DEFAULT_FORK, DEFAULT_SCHEDULE, consensus_version
from evm_wasm.rules.forks import FORKS
from evm_wasm.state.account_proof import (
    proof_from_json,
    proof_to_json,
    prove_account,
    verify_account,
)
from evm_wasm.state.allocation import read_allocation
from evm_wasm.state.database import BLOCKS_ON_DISK, StateDatabase
from evm_wasm.state.dump import DumpReader, dump_lines, looks_like_dump
from evm_wasm.state.loading import FullAccount, full_accounts, load_state
from evm_wasm.state.reader import World
from evm_wasm.store.making import new_store
from evm_wasm.store.opening import is_store_url, open_store

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class _Opened:
    """A state that a command reads: of a block in a store, or of a file, which is block 0."""

    world: World
    number: int


@click.group("state", invoke_without_command=True, context_settings={"max_content_width": 100})
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look at a stored state, prove what it holds, move it elsewhere.

    STORE is lmdb:FOLDER or sqlite:FILE. STATE is a store, or a JSON file in the form of a genesis
    'alloc'.

    \b
    Examples:
      ewasm state load genesis.json lmdb:chain
      ewasm state proof lmdb:chain 0x00000000000000000000000000000000000a11ce > proof.json
      ewasm state verify proof.json --root 0x...
      ewasm state dump lmdb:chain > chain.dump

    Exit codes: 0 success, 1 a proof is wrong or a store damaged, 2 bad usage or input, 3 a store
    cannot be used.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _rules(function: F) -> F:
    """Adds the options that say which consensus version a store should have."""
    fork = click.option(
        "--fork", type=click.Choice(tuple(FORKS)), default=DEFAULT_FORK, show_default=True
    )
    schedule = click.option(
        "--schedule", metavar="NAME|FILE", default=DEFAULT_SCHEDULE, show_default=True
    )
    return schedule(fork(function))


_block = click.option(
    "--block", type=click.IntRange(min=0), help="The state after this block.  [default: newest]"
)


@contextmanager
def _opened(name: str, block: int | None, consensus: str) -> Iterator[_Opened]:
    if not is_store_url(name):
        if block:
            raise click.UsageError("--block needs a store", click.get_current_context())
        yield _Opened(read_allocation(read_text(name), what=shown(name)), 0)
        return
    with open_database(name, writes=False, consensus=consensus) as database:
        number = database.head if block is None else block
        yield _Opened(database.world_at(number), number)


@command.command("root")
@click.argument("state")
@_block
@_rules
def root_command(state: str, block: int | None, schedule: str, fork: str) -> None:
    """Print the state root."""
    with _opened(state, block, consensus_version(schedule, fork)) as opened:
        click.echo(format_bytes(opened.world.root))


@command.command("dump")
@click.argument("state")
@_block
@_rules
def dump_command(state: str, block: int | None, schedule: str, fork: str) -> None:
    """Write the whole state to standard output, as lines of JSON."""
    consensus = consensus_version(schedule, fork)
    with _opened(state, block, consensus) as opened, counting("lines") as advance:
        for line in dump_lines(opened.world, consensus=consensus, number=opened.number):
            sys.stdout.write(line)
            advance()


@command.command("load")
@click.argument("file")
@click.argument("store")
@_rules
def load_command(file: str, store: str, schedule: str, fork: str) -> None:
    """Make STORE of FILE, a dump or a genesis 'alloc'; '-' is standard input.

    STORE appears when everything is in it. A load that fails leaves nothing; one that was killed
    leaves STORE.unfinished, which is to be removed before the next try.
    """
    consensus = consensus_version(schedule, fork)
    with closing(read_lines(file)) as lines:
        first = next(lines, "")
        everything = itertools.chain([first], lines)
        accounts: Iterator[FullAccount]
        number, root = 0, None
        if looks_like_dump(first):
            reader = DumpReader(everything, what=shown(file))
            number, root, accounts = reader.header.number, reader.header.root, reader.accounts()
            _check_version(reader.header.consensus, consensus, shown(file))
        else:
            accounts = full_accounts(read_allocation("".join(everything), what=shown(file)))
        with new_store(store) as opened, counting("accounts") as advance:
            found = load_state(
                opened,
                _watched(accounts, advance),
                consensus=consensus,
                number=number,
                root=root,
            )
    click.echo(format_bytes(found))


def _watched(accounts: Iterator[FullAccount], advance: Callable[[], None]) -> Iterator[FullAccount]:
    for account in accounts:
        yield account
        advance()


def _check_version(found: str, wanted: str, what: str) -> None:
    if found != wanted:
        raise StoreError(
            f"{what}: the dump was made under another consensus version: "
            f"it has '{found}', this program runs '{wanted}'"
        )


@command.command("proof")
@click.argument("state")
@click.argument("address")
@click.argument("slots", metavar="[SLOT]...", nargs=-1)
@_block
@_rules
def proof_command(
    state: str, address: str, slots: Sequence[str], block: int | None, schedule: str, fork: str
) -> None:
    """Print the proof of an account and of slots of its storage, as eth_getProof gives it."""
    owner = parse_address(address, what="ADDRESS")
    keys = [parse_word(slot, what="SLOT") for slot in slots]
    with _opened(state, block, consensus_version(schedule, fork)) as opened:
        members = proof_to_json(prove_account(opened.world, owner, keys))
        members["blockNumber"] = hex(opened.number)
        members["stateRoot"] = format_bytes(opened.world.root)
    click.echo(json.dumps(members, indent=2))


@command.command("verify")
@click.argument("proof")
@click.option("--root", metavar="0x...", help="The root to trust.  [default: what the proof names]")
def verify_command(proof: str, root: str | None) -> int:
    """Check the file PROOF with nothing but a state root; '-' is standard input."""
    value = as_object(parse_json(read_text(proof), what=shown(proof)), what=shown(proof))
    trusted: Hash32
    if root is not None:
        trusted = parse_hash(root, what="--root")
    else:
        trusted = parse_hash(value.get("stateRoot"), what=f"{shown(proof)}: stateRoot")
    parsed = proof_from_json(value, what=shown(proof))
    try:
        verify_account(trusted, parsed)
    except ProofError as error:
        click.echo(error_line(f"{shown(proof)}: {error}"), err=True)
        return exit_codes.FAILED
    click.echo(f"proven under the state root {format_bytes(trusted)}")
    return exit_codes.SUCCESS


@command.command("check")
@click.argument("store")
@_rules
def check_command(store: str, schedule: str, fork: str) -> int:
    """Read everything in STORE and report what is damaged."""
    consensus = consensus_version(schedule, fork)
    blocks = "the newest block cannot be told"
    damage = 0
    with closing(open_store(store, read_only=True)) as opened, counting("accounts") as advance:
        try:
            database = StateDatabase(opened, consensus=consensus, keep=BLOCKS_ON_DISK)
            blocks = f"blocks {database.oldest} to {database.head}"
            for finding in database.find_damage(advance):
                click.echo(one_line(finding))
                damage += 1
        except StateError as error:
            click.echo(one_line(str(error)))
            damage += 1
    click.echo(f"{damage} problems, {blocks}" if damage else f"all is well, {blocks}")
    return exit_codes.FAILED if damage else exit_codes.SUCCESS
