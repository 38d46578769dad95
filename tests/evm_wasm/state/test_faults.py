"""Damaged files and killed writers; `EWASM_SOAK=1` asks for the long form."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sample_state import CONSENSUS, block, contents, grow

from evm_wasm.state.database import StateDatabase
from evm_wasm.state.world import WorldState
from evm_wasm.store.opening import open_store

ROOT = Path(__file__).resolve().parents[3]
SUPPORT = ROOT / "tests/support"
SOAK = bool(os.environ.get("EWASM_SOAK"))
FLIPS = 2000 if SOAK else 200
KILLS = 200 if SOAK else 20
BLOCKS = 12
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}"}


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_a_flipped_bit_is_detected_or_harmless(scheme: str, tmp_path: Path):
    whole = tmp_path / "whole"
    database = StateDatabase(
        open_store(f"{scheme}:{whole}", create=True), consensus=CONSENSUS, keep=4
    )
    grow(database, BLOCKS)
    database.close()
    outcomes: Counter[str] = Counter()
    seeds = [str(seed) for seed in range(FLIPS)]
    while seeds:
        program = [sys.executable, str(SUPPORT / "damaged_store.py"), scheme, str(whole)]
        result = subprocess.run(
            [*program, str(tmp_path), str(BLOCKS), *seeds],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
        outcomes.update(line[1] for line in lines)
        wrong = [line for line in lines if line[1] == "wrong"]
        assert not wrong
        if len(lines) < len(seeds):
            # The library was ended by the system: nothing was answered, so nothing wrong was.
            assert result.returncode < 0, result.stderr
            outcomes["ended by a signal"] += 1
            lines.append([])
        seeds = seeds[len(lines) :]
    assert sum(outcomes.values()) == FLIPS
    assert outcomes["detected"] > FLIPS // 10
    print(f"{scheme}: {FLIPS} flipped bits: {dict(outcomes)}")


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_a_killed_writer_loses_nothing(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    chance = random.Random(scheme)
    twin, number = WorldState.EMPTY, 0
    for _ in range(KILLS):
        acknowledged = max(number, write_and_kill(url, chance))
        database = StateDatabase(open_store(url, create=True), consensus=CONSENSUS, keep=4)
        assert database.head >= acknowledged
        # At most the block whose acknowledgement was on its way.
        assert database.head <= acknowledged + 1
        while number < database.head:
            number += 1
            twin = twin.apply(block(number))
        assert database.world.root == twin.root
        assert contents(database.world) == contents(twin)
        assert list(database.find_damage()) == []
        database.close()
    assert number > KILLS // 2
    print(f"{scheme}: {KILLS} killed writers, {number} blocks, none lost")


def write_and_kill(url: str, chance: random.Random) -> int:
    """Kills a writer at a random moment; the last block that it acknowledged, 0 if none."""
    with subprocess.Popen(
        [sys.executable, str(SUPPORT / "block_writer.py"), url, "4"],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(chance.randrange(12))]
        time.sleep(chance.random() * 0.02)
        writer.kill()
        lines += writer.stdout.readlines()
    numbers = [int(line) for line in lines if line.endswith("\n")]
    return max(numbers, default=0)
