"""Measures the state on stores: loading, blocks, reads, and opening it again."""

from __future__ import annotations

import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.sample_accounts import Figures, address_of, full_accounts, timed
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.database import BLOCKS_ON_DISK, StateDatabase
from evm_wasm.state.loading import load_state
from evm_wasm.store.making import new_store
from evm_wasm.store.opening import open_store

CONSENSUS: Final = "benchmark"
BLOCKS: Final = 15
CHANGES: Final = 1_000
READS: Final = 20_000
RESTARTS: Final = 5

ROOT: Final = Path(__file__).resolve().parent.parent


def measure_store(scheme: str, accounts: int) -> Figures:
    """Load a state into a store, commit blocks, read, open it in other processes."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"{scheme}:{folder}/state"
        with new_store(url) as store:
            loading, _ = timed(
                lambda: load_state(store, full_accounts(accounts), consensus=CONSENSUS)
            )
        database = open_state(url)
        commits = list(_commit_times(database, accounts))
        reads = _reads_per_second(database, accounts)
        database.close()
        warm = [_restart(url) for _ in range(RESTARTS)]
        cold = []
        for _ in range(RESTARTS):
            _forget_pages(Path(folder))
            cold.append(_restart(url))
        size = sum(file.stat().st_blocks * 512 for file in Path(folder).rglob("*"))
    return {
        "accounts loaded per second": accounts / loading,
        "ms per block, median": 1e3 * statistics.median(commits),
        "blocks per second": 1 / statistics.median(commits),
        "reads of accounts per second": reads,
        "ms to restart, longest": 1e3 * max(warm),
        "the same from disk": 1e3 * max(cold),
        "bytes on disk per account": size / accounts,
        "peak memory in MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def open_state(url: str) -> StateDatabase:
    """A measured state."""
    return StateDatabase(open_store(url), consensus=CONSENSUS, keep=BLOCKS_ON_DISK)


def restart(url: str) -> float:
    """Seconds from nothing open to the first account read, with the head checked on the way."""

    def read_one() -> None:
        database = open_state(url)
        if database.world.find(address_of(0)) is None:
            raise ValueError("the first account is missing")
        database.close()

    return timed(read_one)[0]


def _restart(url: str) -> float:
    """`restart` in a process of its own; starting Python is not counted."""
    command = [sys.executable, "-m", "benchmarks.stores", url]
    # This file, run by the same interpreter.
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603
    return float(done.stdout)


def _forget_pages(folder: Path) -> None:
    """Asks the system to drop what it holds of files in memory."""
    for file in folder.rglob("*"):
        if file.is_file():
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def _commit_times(database: StateDatabase, accounts: int) -> Iterator[float]:
    """Seconds of blocks that change 500 balances, and 500 slots of as many other accounts."""
    chance = random.Random(2)  # noqa: S311 - chooses what is measured
    for number in range(1, BLOCKS + 1):
        slot = Word((number % 3 + 1).to_bytes(32, "big"))
        numbers = [chance.randrange(accounts) for _ in range(CHANGES)]
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
    seconds, _ = timed(lambda: [world.find(address) for address in addresses])
    return READS / seconds


if __name__ == "__main__":
    sys.stdout.write(f"{restart(sys.argv[1])}\n")
