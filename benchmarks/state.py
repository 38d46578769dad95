"""Measures the state: trie in memory, blocks on stores, reads, reopening, memory.

    python -m benchmarks.state [--quick] [--results FILE]

Every part runs in a process of its own, one after the other, so that none finds the memory that
another left behind. Figures are medians; those of one run may be compared with each other.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import click

from benchmarks.machine import facts
from evm_wasm.model.account import Account
from evm_wasm.primitives.keccak import LIBRARY, keccak256
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.account_rlp import encode_account
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import BLOCKS_ON_DISK, StateDatabase
from evm_wasm.state.loading import FullAccount, load_state
from evm_wasm.store.opening import open_store
from evm_wasm.trie.trie import Trie

RESULTS: Final = Path(__file__).resolve().with_name("RESULTS-state.md")
CONSENSUS: Final = "benchmark"
UPDATES: Final = 1_000
ROUNDS: Final = 7
BLOCKS: Final = 10
READS: Final = 20_000

Figures = dict[str, float]
T = TypeVar("T")


def address_of(number: int) -> Address:
    """The address of an account of the measured states."""
    return Address(keccak256(number.to_bytes(8, "big"))[:20])


def trie_entry(number: int, balance: int = 10**18) -> tuple[bytes, bytes]:
    """Key and value of an account in the account trie."""
    return keccak256(address_of(number)), encode_account(Account(1, balance + number))


def measure_trie(accounts: int) -> Figures:
    """Build a trie in memory, then change it."""
    entries = [trie_entry(number) for number in range(accounts)]
    before = _resident()
    seconds, trie = _timed(lambda: _rooted(Trie.build(bytes, entries)))
    memory = _resident() - before
    return {
        "accounts per second": accounts / seconds,
        "bytes per account": memory / accounts,
        "ms per 1,000 updates and root": 1e3 * statistics.median(_update_times(trie, accounts)),
    }


def _update_times(trie: Trie[bytes], accounts: int) -> Iterator[float]:
    chance = random.Random(1)  # noqa: S311 - chooses what is measured
    gc.collect()
    for turn in range(ROUNDS):
        changes = dict(trie_entry(chance.randrange(accounts), 7 + turn) for _ in range(UPDATES))
        before = time.perf_counter()
        trie.update(changes).root()
        yield time.perf_counter() - before


def measure_other_trie(accounts: int) -> Figures:
    """The same with the package `trie` from PyPI, as it is installed."""
    from trie.hexary import HexaryTrie  # noqa: PLC0415 - a tool of the tests

    entries = [trie_entry(number) for number in range(accounts)]

    def build() -> HexaryTrie:
        trie = HexaryTrie({})
        for key, value in entries:
            trie[key] = value
        return trie

    seconds, _ = _timed(build)
    return {"accounts per second": accounts / seconds}


def measure_store(scheme: str, accounts: int) -> Figures:
    """Load a state into a store, commit blocks, read, reopen."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"{scheme}:{folder}/state"
        store = open_store(url, create=True)
        loading, _ = _timed(
            lambda: load_state(store, _full_accounts(accounts), consensus=CONSENSUS)
        )
        store.close()
        database = _open(url)
        commits = list(_commit_times(database, accounts))
        reads = _reads_per_second(database, accounts)
        database.close()
        reopening = [_timed(lambda: _open(url).close())[0] for _ in range(ROUNDS)]
        size = sum(file.stat().st_blocks * 512 for file in Path(folder).rglob("*"))
    return {
        "accounts loaded per second": accounts / loading,
        "ms per block": 1e3 * statistics.median(commits),
        "blocks per second": 1 / statistics.median(commits),
        "reads of accounts per second": reads,
        "ms to reopen": 1e3 * statistics.median(reopening),
        "bytes on disk per account": size / accounts,
        "peak memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _full_accounts(accounts: int) -> Iterator[FullAccount]:
    for number in range(accounts):
        yield FullAccount(address_of(number), 1, 10**18 + number, b"", ())


def _commit_times(database: StateDatabase, accounts: int) -> Iterator[float]:
    """Seconds of blocks that change 500 balances, and 500 slots of as many other accounts."""
    chance = random.Random(2)  # noqa: S311 - chooses what is measured
    for number in range(1, BLOCKS + 1):
        slot = Word((number % 3 + 1).to_bytes(32, "big"))
        numbers = [chance.randrange(accounts) for _ in range(UPDATES)]
        changes: dict[Address, AccountChange | None] = {
            address_of(account): AccountChange(
                nonce=number, balance=index, slots={slot: slot} if index % 2 else {}
            )
            for index, account in enumerate(numbers)
        }
        before = time.perf_counter()
        database.commit(database.world.apply(changes))
        yield time.perf_counter() - before


def _reads_per_second(database: StateDatabase, accounts: int) -> float:
    chance = random.Random(3)  # noqa: S311 - chooses what is measured
    addresses = [address_of(chance.randrange(accounts)) for _ in range(READS)]
    world = database.world
    seconds, _ = _timed(lambda: [world.find(address) for address in addresses])
    return READS / seconds


def _open(url: str) -> StateDatabase:
    return StateDatabase(open_store(url), consensus=CONSENSUS, keep=BLOCKS_ON_DISK)


def _rooted(trie: Trie[bytes]) -> Trie[bytes]:
    trie.root()
    return trie


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    before = time.perf_counter()
    result = work()
    return time.perf_counter() - before, result


def _resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _alone(measure: Callable[..., Figures], *arguments: object) -> Figures:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        figures = pool.submit(measure, *arguments).result()
    click.echo(f"{measure.__name__} {arguments}: {json.dumps(figures)}")
    return figures


def _table(columns: dict[str, Figures]) -> list[str]:
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [f"{figures[name]:,.1f}" if name in figures else "" for figures in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A hundredth of the size; the numbers mean little.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path))
def main(*, quick: bool, results: Path | None) -> None:
    """Measure the state and write the figures."""
    shrink = 100 if quick else 1
    other, middle, large = 10_000 // shrink, 100_000 // shrink, 1_000_000 // shrink
    tries = {
        f"own, {middle:,}": _alone(measure_trie, middle),
        f"own, {large:,}": _alone(measure_trie, large),
        f"PyPI trie, {other:,}": _alone(measure_other_trie, other),
    }
    stores = {
        f"{scheme}, {size:,}": _alone(measure_store, scheme, size)
        for scheme, size in (("lmdb", middle), ("sqlite", middle), ("lmdb", large))
    }
    own, larger, theirs = tries.values()
    name = "ms per 1,000 updates and root"
    speed = own["accounts per second"] / theirs["accounts per second"]
    text = "\n".join(
        [
            "# Results of `python -m benchmarks.state`",
            "",
            *(f"- {fact}: {value}" for fact, value in facts(None).items()),
            f"- keccak: {LIBRARY}",
            "",
            "## Trie in memory",
            "",
            *_table(tries),
            "",
            f"Building at once is {speed:.1f} times as fast as the package from PyPI.",
            f"Ten times the accounts take {larger[name] / own[name]:.2f} times as long to update.",
            "",
            "## State on a store",
            "",
            "A block changes 500 balances, and 500 slots of as many other accounts.",
            "",
            *_table(stores),
            "",
        ]
    )
    click.echo("\n" + text)
    target = results or (None if quick else RESULTS)
    if target is not None:
        target.write_text(text, encoding="utf-8")
        click.echo(f"wrote {target}")


if __name__ == "__main__":
    main()
