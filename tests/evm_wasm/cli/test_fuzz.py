"""Random and mutated modules through `check` and `exec`: an exit code each time, never a surprise.

`EWASM_FUZZ_RUNS` sets how many modules are tried. Each run has its own number as seed, so that a
failure names what to repeat.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from command_line import CONTRACTS, Ewasm

RUNS = int(os.environ.get("EWASM_FUZZ_RUNS", "300"))
GAS = "400000"
CHUNK = 100
SEEDS = [path.read_bytes() for path in sorted(CONTRACTS.rglob("*.wasm"))]
OPTIONS = (
    (),
    ("--deploy",),
    ("--call", "f()"),
    ("--schedule", "unit", "--trace"),
    ("--input", "0x5d359fbd" + "00" * 64, "--json"),
)


def hostile(chance: random.Random) -> bytes:
    """A contract of ours with a few bytes changed, cut, repeated or mixed; or only noise."""
    if chance.random() < 0.05:
        return b"\0asm\1\0\0\0" + chance.randbytes(chance.randrange(200))
    module = bytearray(chance.choice(SEEDS))
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        position = chance.randrange(len(module))
        length = chance.choice((1, 1, 2, 8, 40))
        match chance.randrange(6):
            case 0 | 1:
                module[position] = chance.randrange(256)
            case 2:
                module[position] ^= 1 << chance.randrange(8)
            case 3:
                del module[position : position + length]
            case 4:
                module[position:position] = module[position : position + length]
            case _:
                donor = chance.choice(SEEDS)
                start = chance.randrange(len(donor))
                module[position : position + length] = donor[start : start + length]
        if not module:
            return b""
    return bytes(module)


@pytest.mark.parametrize("first", range(0, RUNS, CHUNK))
def test_hostile_modules_end_with_an_exit_code(ewasm: Ewasm, tmp_path: Path, first: int) -> None:
    contract = tmp_path / "contract.wasm"
    for seed in range(first, min(first + CHUNK, RUNS)):
        chance = random.Random(seed)
        contract.write_bytes(hostile(chance))
        checked = ewasm("check", contract)
        assert checked.code in (0, 1), (seed, checked.err)
        done = ewasm("exec", contract, "--gas", GAS, *chance.choice(OPTIONS))
        # 2 is for init code of which even the data does not fit into the gas.
        assert done.code in (0, 1, 2), (seed, done.err)
        if checked.code == 1:
            assert done.code == 1, (seed, done.err)
            assert done.out == "", seed
