"""Where chains under our own rules differ from the main network, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evm_wasm.rules.limits import MAX_GAS


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as there.

    Attributes:
        topic: A few words.
        mainnet: How it is on Ethereum's main network under London, or later where that is said.
        here: How it is here.
    """

    topic: str
    mainnet: str
    here: str


DIFFERENCES: Final = (
    Difference(
        "code",
        "EVM bytecode",
        "WebAssembly modules that import the Ethereum Environment Interface, revision 4; other "
        "bytes can be stored as code, running them fails",
    ),
    Difference(
        "gas of instructions",
        "by opcode",
        "by the schedule of prices for wasm instructions; one gas is 10,000 particles, and a "
        "transaction's total is rounded up once",
    ),
    Difference(
        "gas of storage and accounts",
        "warm and cold (EIP-2929), net metering (EIP-2200)",
        "the flat prices of the table below",
    ),
    Difference(
        "access lists",
        "warm what they name",
        "are paid for as in EIP-2930 and have no other effect",
    ),
    Difference(
        "refunds",
        "4,800 for a cleared slot, none for self-destruction (EIP-3529)",
        "what the table below says; the cap is that of EIP-3529",
    ),
    Difference(
        "size of code",
        "24,576 bytes (EIP-170), no 0xEF at the start (EIP-3541)",
        "1 MiB, any start; each byte of wasm that is run as init code or deployed costs compiling",
    ),
    Difference(
        "precompiled contracts",
        "at the addresses 1 to 9",
        "those addresses are empty accounts unless a genesis puts contracts there",
    ),
    Difference(
        "gas limit of a transaction",
        "below 2^64",
        f"at most {MAX_GAS:,}, because frames count particles in 63 bits",
    ),
    Difference(
        "values",
        "256 bits everywhere",
        "contracts see values and balances with 128 bits; a larger one fails the frame that asks",
    ),
    Difference(
        "gas limit of a block",
        "changes by at most one part in 1,024 from block to block",
        "100,000,000, or whatever the operator sets",
    ),
    Difference(
        "base fee",
        "follows from the block before (EIP-1559)",
        "the same, unless the operator sets that of the next block",
    ),
    Difference(
        "time of a block",
        "later than that of the block before",
        "not before that of the block before",
    ),
    Difference(
        "consensus",
        "proof of work, later proof of stake; ommers, rewards, withdrawals",
        "none: one node makes the blocks; difficulty, nonce and mix hash are zero unless they are "
        "set, there are no ommers and no rewards",
    ),
    Difference(
        "types of transactions",
        "0, 1, 2; later 3 (blobs) and 4 (set code)",
        "0, 1, 2",
    ),
    Difference(
        "senders without a key",
        "none",
        "accounts that the operator impersonates: their transactions have the account's address as "
        "r and 0 as s, which no key makes; they may be contracts, EIP-3607 or not",
    ),
    Difference(
        "changes without a transaction",
        "none",
        "what the operator sets between two blocks; the next block's record keeps it for replays",
    ),
    Difference(
        "what later forks added",
        "PUSH0, transient storage, init code price, new precompiled contracts and so on",
        "none of it; revision 4 of the interface has no method for chain id, base fee, own "
        "balance, code hash or create2 either",
    ),
)
