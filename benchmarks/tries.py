"""Measures tries in memory: our own and the package `trie` from PyPI.

What is compared is measured in one process, in turns, so that a machine which is slower for a
while is slower for both.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import random
import resource
import statistics
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.sample_accounts import Figures, timed, trie_entry
from evm_wasm.trie.bulk import collector_paused
from evm_wasm.trie.trie import Trie

UPDATES: Final = 1_000
BUILD_ROUNDS: Final = 7
UPDATE_ROUNDS: Final = 15

Entries = list[tuple[bytes, bytes]]


def other_backends() -> dict[str, str]:
    """What the package from PyPI hashes and encodes with: the fastest that is installed.

    The hash is chosen by a variable of the environment, which this sets, before the package is
    imported; the encoder is used whenever it can be imported.
    """
    has_pysha3 = importlib.util.find_spec("sha3") is not None
    has_rusty = importlib.util.find_spec("rusty_rlp") is not None
    os.environ["ETH_HASH_BACKEND"] = "pysha3" if has_pysha3 else "pycryptodome"
    return {
        "keccak of the PyPI trie": "safe-pysha3" if has_pysha3 else "pycryptodome (no safe-pysha3)",
        "RLP of the PyPI trie": "rlp with rusty-rlp" if has_rusty else "rlp (no rusty-rlp)",
    }


def measure_building(own: int, other: int) -> dict[str, Figures]:
    """Accounts per second of a trie built from entries, its root included; the best of some."""
    other_backends()
    own_entries = [trie_entry(number) for number in range(own)]
    other_entries = own_entries[:other]
    builds = (
        partial(_build_own, own_entries),
        partial(_build_other, other_entries),
        partial(_build_other_paused, other_entries),
    )
    seconds: list[list[float]] = [[] for _ in builds]
    for _ in range(BUILD_ROUNDS):
        for build, measured in zip(builds, seconds, strict=True):
            gc.collect()
            measured.append(timed(build)[0])
    fastest = [min(measured) for measured in seconds]
    return {
        "own": {"accounts per second": own / fastest[0]},
        "PyPI": {
            "accounts per second": other / fastest[1],
            "the same, collector paused": other / fastest[2],
        },
    }


def _build_own(entries: Entries) -> bytes:
    return Trie.build(bytes, entries).root()


def _build_other(entries: Entries) -> bytes:
    from trie.hexary import HexaryTrie  # noqa: PLC0415 - a tool of the tests, told what to hash with

    trie = HexaryTrie({})
    for key, value in entries:
        trie[key] = value
    root: bytes = trie.root_hash
    return root


def _build_other_paused(entries: Entries) -> bytes:
    """With Python's collector of cycles paused, as ours pauses it by itself."""
    with collector_paused():
        return _build_other(entries)


def measure_memory(accounts: int) -> Figures:
    """What a trie holds beside the keys and values that it was given."""
    entries = [trie_entry(number) for number in range(accounts)]
    before = _resident()
    trie = Trie.build(bytes, entries)
    trie.root()
    return {"bytes per account": (_resident() - before) / accounts}


def measure_updates(sizes: tuple[int, ...]) -> dict[int, Figures]:
    """Milliseconds of 1,000 random updates and the root, by number of accounts."""
    tries = {
        accounts: Trie.build(bytes, [trie_entry(number) for number in range(accounts)])
        for accounts in sizes
    }
    chance = random.Random(1)  # noqa: S311 - chooses what is measured
    times: dict[int, list[float]] = {accounts: [] for accounts in sizes}
    for turn in range(UPDATE_ROUNDS):
        for accounts, trie in tries.items():
            changes = dict(trie_entry(chance.randrange(accounts), 7 + turn) for _ in range(UPDATES))
            gc.collect(0)
            times[accounts].append(timed(_updating(trie, changes))[0])
    return {
        accounts: {
            "ms per 1,000 updates and root, median": 1e3 * statistics.median(measured),
            "the same, fastest": 1e3 * min(measured),
        }
        for accounts, measured in times.items()
    }


def _updating(trie: Trie[bytes], changes: dict[bytes, bytes]) -> Callable[[], bytes]:
    return lambda: trie.update(changes).root()


def _resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()
