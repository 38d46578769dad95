"""What the journaled view needs of the committed state below it, wherever that lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from evm_wasm.model.account import Account
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.state.change import AccountChange


class World(Protocol):
    """All accounts at one moment; never changes."""

    @property
    def root(self) -> Hash32:
        """The root of the account trie."""

    def exists(self, address: Address) -> bool:
        """Whether there is an account, be it an empty one."""

    def account(self, address: Address) -> Account:
        """The account, `EMPTY_ACCOUNT` where there is none."""

    def find(self, address: Address) -> Account | None:
        """The account, None where there is none."""

    def storage(self, address: Address, key: Word) -> Word:
        """The value of a storage slot, zero where nothing was stored."""

    def code(self, code_hash: Hash32) -> bytes:
        """The code with this hash; `StateError` if there is none."""

    def accounts(self) -> Iterator[tuple[Address, Account]]:
        """All accounts, in order of their addresses."""

    def slots(self, address: Address) -> Iterator[tuple[Word, Word]]:
        """All storage slots of an account that are not zero, in order of their keys."""

    def account_proof(self, address: Address) -> tuple[bytes, ...]:
        """The nodes of the account trie that show what is at an address (`trie.proof`)."""

    def storage_proof(self, address: Address, key: Word) -> tuple[bytes, ...]:
        """The nodes of an account's storage trie that show what is in a slot."""

    def apply(self, changes: Mapping[Address, AccountChange | None]) -> World:
        """The state after some accounts changed; None deletes an account with all it has."""
