"""`ewasm replay`: run a kept chain again and name the first difference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from evm_wasm.chain.chain import Chain, ChainConfig
from evm_wasm.chain.replay import Difference, Replayed, replay
from evm_wasm.cli import exit_codes
from evm_wasm.cli.files import read_bytes
from evm_wasm.cli.progress import counting
from evm_wasm.cli.text import one_line
from evm_wasm.devnet.config import DevnetConfig
from evm_wasm.devnet.dump import Dump
from evm_wasm.devnet.node import rules_of
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rules.consensus import DEFAULT_SCHEDULE, consensus_version
from evm_wasm.state.database import StateDatabase, stored_consensus
from evm_wasm.store.opening import is_store_url, open_store
from evm_wasm.vm.thread import run_deep


@click.command("replay")
@click.option(
    "--state", metavar="URL|FILE", required=True, help="What `ewasm node --state` has kept."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--code-size-limit",
    type=click.IntRange(min=1),
    help="Bytes of deployed code, for a FILE of a node that was started with it.",
)
@click.option(
    "--schedule",
    metavar="NAME|FILE",
    default=DEFAULT_SCHEDULE,
    show_default=True,
    help="Prices of instructions, for a FILE of a node that was started with others.",
)
def command(state: str, as_json: bool, code_size_limit: int | None, schedule: str) -> int:
    """Run a chain again from its stored blocks and compare everything with what is stored.

    Senders are recovered and every transaction is executed on a state of its own; receipts, roots,
    blooms and hashes are made anew. The first difference is named with its block, transaction,
    field and both values. A chain in a store must not be in use.

    \b
    Examples:
      ewasm replay --state lmdb:chain
      ewasm replay --state chain.dump --json

    Exit codes: 0 everything is as stored, 1 something differs, 2 bad usage or input, 3 the store
    cannot be used or is damaged.
    """  # noqa: D301 - click knows a block that is not to be filled by a real backspace
    config = DevnetConfig(code_size_limit=code_size_limit, schedule=schedule)
    with _opened(state, config) as chain, counting("blocks") as on_block:
        replayed = run_deep(replay, chain, on_block=on_block)
        if as_json:
            click.echo(json.dumps(_to_json(chain, replayed)))
        else:
            click.echo(_text(replayed))
    return exit_codes.SUCCESS if replayed.difference is None else exit_codes.FAILED


@contextmanager
def _opened(state: str, config: DevnetConfig) -> Iterator[Chain]:
    if not is_store_url(state):
        dump = Dump(read_bytes(state))
        rules = rules_of(config)
        wanted = ChainConfig(chain_id=dump.chain_id, rules=rules, schedule=config.schedule)
        consensus = consensus_version(config.schedule, rules.name)
        yield dump.load(wanted, consensus=consensus, keep=None).chain
        return
    with closing(open_store(state, read_only=True)) as store:
        yield Chain.stored(StateDatabase(store, consensus=stored_consensus(store)))


def _text(replayed: Replayed) -> str:
    if replayed.difference is not None:
        return one_line(str(replayed.difference))
    if replayed.first == replayed.last:
        return f"there is nothing to run after block {replayed.first}"
    return f"blocks {replayed.first + 1} to {replayed.last} come out as they are stored"


def _to_json(chain: Chain, replayed: Replayed) -> dict[str, object]:
    difference = replayed.difference
    return {
        "first": replayed.first,
        "last": replayed.last,
        "head": chain.head,
        "same": difference is None,
        "difference": None if difference is None else _difference(difference),
    }


def _difference(difference: Difference) -> dict[str, object]:
    transaction = difference.transaction
    return {
        "block": difference.number,
        "transaction": None if transaction is None else format_bytes(transaction),
        "field": difference.field,
        "stored": difference.stored,
        "found": difference.found,
    }
