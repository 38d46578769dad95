"""Commits blocks to a store for ever, printing the number of each once it is acknowledged.

block_writer.py URL KEEP
"""

from __future__ import annotations

import sys

from sample_state import CONSENSUS, grow

from evm_wasm.state.database import StateDatabase
from evm_wasm.store.opening import open_store

if __name__ == "__main__":
    database = StateDatabase(
        open_store(sys.argv[1], create=True), consensus=CONSENSUS, keep=int(sys.argv[2])
    )
    print(database.head, flush=True)
    while True:
        grow(database, 1)
        print(database.head, flush=True)
