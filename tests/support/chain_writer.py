"""Appends blocks to a chain in a store for ever, printing each hash once it is acknowledged.

chain_writer.py KIND FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from sample_chain import ALICE, BOB, BOB_KEY, CONFIG, ETHER, mine, open_history, signed

from evm_wasm.chain.chain import Chain
from evm_wasm.state.change import AccountChange

if __name__ == "__main__":
    chain = Chain(open_history(sys.argv[1], Path(sys.argv[2]), keep=4), CONFIG)
    print("0x" + chain.head_block.hash.hex(), flush=True)
    while True:
        nonce = chain.world.account(BOB).nonce
        if nonce % 3 == 0:
            chain.edit({ALICE: AccountChange(nonce=0, balance=ETHER + nonce)})
        if nonce % 2 == 0:
            mine(chain, signed(nonce, BOB_KEY, value=10**6))
            chain.rewind(chain.head - 1)
        built = mine(chain, *(signed(nonce + i, BOB_KEY, value=nonce + i) for i in range(3)))
        print("0x" + built.block.hash.hex(), flush=True)
