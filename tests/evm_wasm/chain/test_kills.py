"""A chain whose process is killed has every block that it said it had, whole."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample_chain import machine, open_history

from evm_wasm.chain.chain import Chain
from evm_wasm.chain.replay import replay
from evm_wasm.primitives.hexadecimal import parse_hash

ROOT = Path(__file__).resolve().parents[3]
SUPPORT = ROOT / "tests/support"
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}"}
KILLS = 200 if os.environ.get("EWASM_SOAK") else 5


@pytest.mark.parametrize("kind", ["lmdb:", "sqlite:"])
def test_killed_chains_keep_what_they_acknowledged(kind: str, tmp_path: Path):
    chance = random.Random(kind)
    heads = []
    for _ in range(KILLS):
        seen = _write_and_kill(kind, tmp_path, seconds=chance.uniform(0.0, 0.2))
        chain = Chain.stored(open_history(kind, tmp_path, keep=4))
        numbers = [chain.number_of(parse_hash(line, what="hash")) for line in seen]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert numbers[-1] <= chain.head <= numbers[-1] + 1
        for number in range(numbers[0], chain.head + 1):
            block = chain.block(number)
            assert len(chain.receipts(number)) == len(block.transactions)
            for index, transaction in enumerate(block.transactions):
                place = chain.place(transaction.hash)
                assert (place.number, place.index) == (number, index)
        assert chain.block_hash(chain.head + 1) is None
        heads.append(chain.head)
        chain.close()
    assert heads == sorted(heads)
    assert heads[-1] > KILLS
    chain = Chain.stored(open_history(kind, tmp_path, keep=4))
    done = replay(chain, machine())
    assert (done.first, done.last, done.difference) == (0, chain.head, None)
    chain.close()


def _write_and_kill(kind: str, folder: Path, *, seconds: float) -> list[str]:
    """The hashes that a writer printed before it was killed, a while after the first."""
    program = [sys.executable, str(SUPPORT / "chain_writer.py"), kind, str(folder)]
    with subprocess.Popen(program, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as writer:
        first = writer.stdout.readline()
        time.sleep(seconds)
        writer.kill()
        printed = first + writer.stdout.read()
    # The last line may be cut off.
    return printed[: printed.rfind("\n")].splitlines()
