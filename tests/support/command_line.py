"""What tests of the command line share: our contracts, their addresses, how a command ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
COUNTER = str(CONTRACTS / "counter" / "counter.wasm")
TOKEN = str(CONTRACTS / "token" / "token.wasm")
TOKEN_DEPLOY = str(CONTRACTS / "token" / "token_deploy.wasm")
CALLER = str(CONTRACTS / "caller" / "caller.wasm")

ALICE = "0x00000000000000000000000000000000000a11ce"
BOB = "0x0000000000000000000000000000000000000b0b"
INSTALLED = "0x000000000000000000000000000000000000c0de"
DEPLOYED = "0x6b182f1488e8efeb2eb298155ed5bd7ff8a14042"
"""The first contract that ALICE creates."""

ERROR = "ewasm: error: "


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)

    @property
    def error(self) -> str:
        """The one line of error, without its prefix."""
        assert self.err.startswith(ERROR), self.err
        assert self.err.count("\n") == 1, self.err
        assert self.err.endswith("\n")
        return self.err.removeprefix(ERROR).rstrip("\n")


Ewasm = Callable[..., Ended]
"""Runs a command: its words, and bytes for its standard input as `stdin`."""
