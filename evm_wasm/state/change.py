"""What a block does to one account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evm_wasm.primitives.types import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """What becomes of one account.

    Attributes:
        nonce: New nonce.
        balance: New balance in wei.
        code: New code, or None to keep what is there.
        clears_storage: Whether all committed slots go before `slots` are written.
        slots: New values of storage slots; zero deletes.
    """

    nonce: int
    balance: int
    code: bytes | None = None
    clears_storage: bool = False
    slots: Mapping[Word, Word] = field(default_factory=dict)
