"""Damaged files, killed writers, changed proofs; `EWASM_SOAK=1` asks for the long form."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from changed_proofs import changed_proofs
from sample_state import CONSENSUS, address, block, contents, grow, twins, word

from evm_wasm.errors import ProofError
from evm_wasm.state.account_proof import prove_account, verify_account
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.world import WorldState
from evm_wasm.store.opening import open_store

ROOT = Path(__file__).resolve().parents[3]
SUPPORT = ROOT / "tests/support"
SOAK = bool(os.environ.get("EWASM_SOAK"))
FLIPS = 2_000 if SOAK else 200
KILLS = 200 if SOAK else 20
PROOFS = 42 if SOAK else 2
BLOCKS = 12
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}"}


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_a_flipped_bit_is_detected_or_harmless(
    scheme: str, tmp_path: Path, record: Callable[[str], None]
):
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
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    record(f"{scheme}: {FLIPS} bits flipped, one at a time: {counts}, 0 wrong answers")


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_a_killed_writer_loses_nothing(scheme: str, tmp_path: Path, record: Callable[[str], None]):
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
    record(f"{scheme}: {KILLS} writers killed: {number} blocks acknowledged, 0 lost, 0 torn")


def test_every_changed_bit_of_every_proof_is_refused(record: Callable[[str], None]):
    world = twins(BLOCKS)[-1]
    keys = [word(number) for number in range(2)]
    refused = right = 0
    for number in range(PROOFS):
        for changed in changed_proofs(prove_account(world, address(number), keys)):
            try:
                verify_account(world.root, changed)
            except ProofError:
                refused += 1
            else:
                # Another address or key without anything may have the same proof.
                names = [slot.key for slot in changed.slots]
                assert changed == prove_account(world, changed.address, names)
                right += 1
    assert refused > 10 * right
    record(
        f"proofs: {refused + right} bits changed in {PROOFS} proofs, one at a time: {refused} "
        f"refused, {right} that prove something else that is true, 0 wrong answers"
    )


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
