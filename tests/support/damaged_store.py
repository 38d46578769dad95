"""Flips one bit of a store and reads everything: run as a program, because a library may crash.

    damaged_store.py SCHEME WHOLE_STORE SCRATCH BLOCKS SEED...

For each seed it prints `SEED OUTCOME DETAIL`. Outcomes: `harmless` (everything reads as it was
written), `detected` (an error of ours says so), `wrong` (something else was read).
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from sample_state import CONSENSUS, contents, twins

from evm_wasm.errors import EvmWasmError
from evm_wasm.state.database import StateDatabase
from evm_wasm.store.opening import open_store


def flip(scheme: str, store: Path, seed: int) -> None:
    file = store / "data.mdb" if scheme == "lmdb" else store
    chance = random.Random(seed)
    data = bytearray(file.read_bytes())
    while True:
        position = chance.randrange(len(data))
        if any(data[position - position % 512 :][:512]):
            break  # A place in use, as far as one can see: most of a small store is not.
    data[position] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def read_all(url: str, expected: list[dict]) -> str:
    store = None
    try:
        store = open_store(url)
        database = StateDatabase(store, consensus=CONSENSUS)
        if database.head != len(expected) - 1:
            return f"wrong head {database.head}"
        for number in range(database.oldest, database.head + 1):
            if contents(database.world_at(number)) != expected[number]:
                return f"wrong contents of block {number}"
    except EvmWasmError as error:
        return f"detected {str(error)!a}"
    else:
        return "harmless"
    finally:
        if store is not None:
            store.close()


def main(scheme: str, whole: str, scratch: str, blocks: str, *seeds: str) -> None:
    expected = [contents(world) for world in twins(int(blocks))]
    place = Path(scratch, "state")
    for seed in seeds:
        if scheme == "lmdb":
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(whole, place)
        else:
            shutil.copy(whole, place)
        flip(scheme, place, int(seed))
        print(seed, read_all(f"{scheme}:{place}", expected), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
