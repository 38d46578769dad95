"""The output is byte-identical across runs, processes and hash seeds."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from fuzz.gas import random_schedule
from fuzz.programs import program
from fuzz.proof import Tally, agree, chance
from fuzz.smith import core_module
from injector import LARGE_LIMITS, Counter, instrument

BATCH = 8
HASH_SEEDS = ("0", "1", "random")
ROOT = Path(__file__).resolve().parent.parent


def digests(seed: int) -> str:
    """Digests of the outputs for one batch of modules, one line each."""
    lines = []
    for number in range(seed * BATCH, (seed + 1) * BATCH):
        schedule = random_schedule(chance("repeat", number))
        contract = program("repeat", number)
        outputs = [instrument(contract, schedule=schedule, counter=counter) for counter in Counter]
        core = core_module("repeat", number)
        outputs.append(instrument(core, policy="core", schedule=schedule, limits=LARGE_LIMITS))
        lines += [hashlib.sha256(output).hexdigest() for output in outputs]
    return "\n".join(lines)


def output_is_repeatable(seed: int) -> Tally:
    """This process twice, and other processes with other hash seeds."""
    first = digests(seed)
    agree("second time", digests(seed), first, seed)
    code = f"from fuzz.repeat import digests; print(digests({seed}))"
    for hash_seed in HASH_SEEDS:
        done = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        agree("digests", done.stdout.strip(), first, seed, f"hash seed {hash_seed}")
    return Tally({"identical outputs": (1 + len(HASH_SEEDS)) * len(first.splitlines())})
