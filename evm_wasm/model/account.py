"""An account as the state trie holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evm_wasm.primitives.types import Hash32

EMPTY_CODE_HASH: Final = Hash32(
    bytes.fromhex("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
)
"""keccak256 of no bytes: the code hash of an account without code."""

EMPTY_TRIE_ROOT: Final = Hash32(
    bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
)
"""keccak256(rlp(b"")): the root of a trie without entries."""


@dataclass(frozen=True, slots=True)
class Account:
    """The four fields of an account (yellow paper, section 4.1).

    Attributes:
        nonce: Transactions sent, or contracts created, from this account.
        balance: In wei, not negative.
        storage_root: Root of the account's storage trie.
        code_hash: keccak256 of the deployed code, exactly as it was deployed.
    """

    nonce: int = 0
    balance: int = 0
    storage_root: Hash32 = EMPTY_TRIE_ROOT
    code_hash: Hash32 = EMPTY_CODE_HASH

    @property
    def is_empty(self) -> bool:
        """Empty in the sense of EIP-161: nonce 0, balance 0, no code (storage does not count)."""
        return self.nonce == 0 and self.balance == 0 and self.code_hash == EMPTY_CODE_HASH


EMPTY_ACCOUNT: Final = Account()
