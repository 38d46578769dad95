"""The committed state: every account with its storage and code, immutable, with a root hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_ACCOUNT, EMPTY_CODE_HASH, Account
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Hash32, Word
from evm_wasm.state.account_rlp import encode_account, encode_slot
from evm_wasm.state.change import AccountChange
from evm_wasm.trie.trie import Trie


@dataclass(frozen=True, slots=True)
class _Slot:
    """A value of a storage trie. The root covers the key's hash only, dumps need the key."""

    key: Word
    value: Word


@dataclass(frozen=True, slots=True)
class _Entry:
    """A value of the account trie. The root covers the address' hash only."""

    address: Address
    account: Account
    storage: Trie[_Slot]


def _encode_slot(slot: _Slot) -> bytes:
    return encode_slot(slot.value)


def _encode_entry(entry: _Entry) -> bytes:
    return encode_account(entry.account)


_EMPTY_STORAGE: Final = Trie(_encode_slot)


@dataclass(frozen=True, slots=True, eq=False)
class WorldState:
    """All accounts at one moment. `apply` gives the next moment and leaves this one as it is.

    Both tries are secure ones: the key of an account is the hash of its address, the key of a
    slot the hash of its number (yellow paper, section 4.1). Successive states share what did not
    change, so keeping old ones is cheap.
    """

    EMPTY: ClassVar[WorldState]

    _accounts: Trie[_Entry]
    _codes: Trie[bytes]

    @property
    def root(self) -> Hash32:
        """The root of the account trie."""
        return self._accounts.root()

    def exists(self, address: Address) -> bool:
        """Whether there is an account, be it an empty one."""
        return self._entry(address) is not None

    def account(self, address: Address) -> Account:
        """The account, `EMPTY_ACCOUNT` where there is none."""
        return self.find(address) or EMPTY_ACCOUNT

    def find(self, address: Address) -> Account | None:
        """The account, None where there is none."""
        entry = self._entry(address)
        return entry.account if entry is not None else None

    def storage(self, address: Address, key: Word) -> Word:
        """The value of a storage slot, zero where nothing was stored."""
        entry = self._entry(address)
        slot = entry.storage.get(keccak256(key)) if entry is not None else None
        return slot.value if slot is not None else ZERO_WORD

    def code(self, code_hash: Hash32) -> bytes:
        """The code with this hash.

        Raises:
            StateError: No account of this state, or of one before it, has had such code.
        """
        if code_hash == EMPTY_CODE_HASH:
            return b""
        code = self._codes.get(code_hash)
        if code is None:
            raise StateError(f"the state holds no code with the hash 0x{code_hash.hex()}")
        return code

    def accounts(self) -> Iterator[tuple[Address, Account]]:
        """All accounts, in order of their addresses."""
        entries = [entry for _, entry in self._accounts.items()]
        for entry in sorted(entries, key=lambda entry: entry.address):
            yield entry.address, entry.account

    def slots(self, address: Address) -> Iterator[tuple[Word, Word]]:
        """All storage slots of an account that are not zero, in order of their keys."""
        entry = self._entry(address)
        if entry is not None:
            slots = [slot for _, slot in entry.storage.items()]
            for slot in sorted(slots, key=lambda slot: slot.key):
                yield slot.key, slot.value

    def account_proof(self, address: Address) -> tuple[bytes, ...]:
        """The nodes of the account trie that show what is at an address (`trie.proof`)."""
        return self._accounts.prove(keccak256(address))

    def storage_proof(self, address: Address, key: Word) -> tuple[bytes, ...]:
        """The nodes of an account's storage trie that show what is in a slot."""
        entry = self._entry(address)
        return entry.storage.prove(keccak256(key)) if entry is not None else ()

    def apply(self, changes: Mapping[Address, AccountChange | None]) -> WorldState:
        """The state after some accounts changed; None deletes an account with all it has."""
        accounts: dict[bytes, _Entry | None] = {}
        codes: dict[bytes, bytes | None] = {}
        for address, change in changes.items():
            key = keccak256(address)
            if change is None:
                accounts[key] = None
                continue
            entry = self._changed(address, change)
            accounts[key] = entry
            if change.code:
                codes[entry.account.code_hash] = change.code
        return WorldState(self._accounts.update(accounts), self._codes.update(codes))

    def _entry(self, address: Address) -> _Entry | None:
        return self._accounts.get(keccak256(address))

    def _changed(self, address: Address, change: AccountChange) -> _Entry:
        before = self._entry(address)
        storage = _EMPTY_STORAGE
        if before is not None and not change.clears_storage:
            storage = before.storage
        storage = storage.update(
            {
                keccak256(key): _Slot(key, value) if value != ZERO_WORD else None
                for key, value in change.slots.items()
            }
        )
        if change.code is not None:
            code_hash = keccak256(change.code)
        else:
            code_hash = before.account.code_hash if before is not None else EMPTY_CODE_HASH
        account = Account(change.nonce, change.balance, storage.root(), code_hash)
        return _Entry(address, account, storage)


WorldState.EMPTY = WorldState(Trie(_encode_entry), Trie.empty())
