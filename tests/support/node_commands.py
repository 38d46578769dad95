"""What tests of the commands for a node share: accounts, a token, and reading what is printed."""

from __future__ import annotations

from pathlib import Path

from command_line import Ended, Ewasm
from eth_utils.address import to_checksum_address

# Accounts of the mnemonic that every devnet has, known to everybody.
ALICE = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
CAROL = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
CAROLS_KEY = "5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"
NOBODY = "0x000000000000000000000000000000000000bEEF"

TRANSFER = "Transfer(address indexed from,address indexed to,uint64 value)"
SUPPLY = 1_000_000


def address_of(done: Ended) -> str:
    """The account that a deployment printed as JSON has made."""
    return to_checksum_address(done.json["contractAddress"])


def rows(done: Ended) -> dict[str, str]:
    """The lines of a report that have a name, by name."""
    return {line[:12].strip(): line[12:] for line in done.out.splitlines() if line[:12].strip()}


def balance_of(ask: Ewasm, token: str, account: str, *more: str) -> int:
    done = ask("call", token, "balanceOf(address)(uint64)", account, *more)
    assert done.code == 0
    return int(done.out)


def transfer(ask: Ewasm, token: str, amount: int, *more: str | Path, to: str = BOB) -> Ended:
    return ask("send", token, "transfer(address,uint64)", to, str(amount), *more)
