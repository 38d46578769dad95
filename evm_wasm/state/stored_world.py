"""The committed state in a store, as the journaled view reads it and as blocks change it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_ACCOUNT, EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Account
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Hash32, Word
from evm_wasm.state.account_rlp import decode_account, decode_slot, encode_account, encode_slot
from evm_wasm.state.change import AccountChange
from evm_wasm.state.ledger import BlockView, NodeSource
from evm_wasm.state.records import ACCOUNT, CODE, SLOT, account_key, slot_key
from evm_wasm.trie.trie import Trie

_EMPTY_TRIE: Final = Trie.empty()


@dataclass(frozen=True, slots=True)
class StorageTrie:
    """A storage trie that was changed.

    Attributes:
        trie: As it is now.
        source: Where its nodes of the newest block come from; None where all of them go, because
            the account lost its storage.
    """

    trie: Trie[bytes]
    source: NodeSource | None


@dataclass(frozen=True, slots=True)
class Pending:
    """What was changed since the block of a view and is not committed.

    Attributes:
        values: New records of the tables `a` and `s`; None deletes.
        codes: New codes.
        storages: The storage tries that changed.
        accounts: The account trie; None where it is that of the block.
    """

    values: Mapping[bytes, bytes | None]
    codes: Mapping[Hash32, bytes]
    storages: Mapping[Address, StorageTrie]
    accounts: Trie[bytes] | None


NOTHING: Final = Pending({}, {}, {}, None)


class StoredWorld:
    """All accounts after one block, and after changes that are not committed; never changes.

    Reads go to the flat records: one look-up for an account or a slot. That something is *not*
    there is confirmed by the tries, because a record that was lost has no checksum to miss.
    """

    __slots__ = ("pending", "view")

    def __init__(self, view: BlockView, pending: Pending = NOTHING) -> None:
        self.view = view
        self.pending = pending

    @property
    def root(self) -> Hash32:
        """The root of the account trie."""
        accounts = self.pending.accounts
        return self.view.root if accounts is None else accounts.root()

    def exists(self, address: Address) -> bool:
        """Whether there is an account, be it an empty one."""
        return self.find(address) is not None

    def account(self, address: Address) -> Account:
        """The account, `EMPTY_ACCOUNT` where there is none."""
        return self.find(address) or EMPTY_ACCOUNT

    def find(self, address: Address) -> Account | None:
        """The account, None where there is none.

        Raises:
            StateError: The store is damaged, or the block is no longer kept.
        """
        key = account_key(address)
        if key in self.pending.values:
            data = self.pending.values[key]
        else:
            data = self.view.get(key)
            if data is None and self.view.account_trie()[0].get(keccak256(address)) is not None:
                raise StateError(f"the store is damaged: the account 0x{address.hex()} is missing")
        return None if data is None else decode_account(data)

    def storage(self, address: Address, key: Word) -> Word:
        """The value of a storage slot, zero where nothing was stored; errors as of `find`."""
        record = slot_key(address, key)
        if record in self.pending.values:
            data = self.pending.values[record]
        else:
            data = self.view.get(record)
            if data is None:
                self._confirm_zero(address, key)
        return ZERO_WORD if data is None else decode_slot(data)

    def code(self, code_hash: Hash32) -> bytes:
        """The code with this hash.

        Raises:
            StateError: There is none, or it is damaged.
        """
        if code_hash == EMPTY_CODE_HASH:
            return b""
        code = self.pending.codes.get(code_hash)
        if code is None:
            code = self.view.ledger.records.get(CODE + code_hash)
        if code is None:
            raise StateError(f"the state holds no code with the hash 0x{code_hash.hex()}")
        return code

    def accounts(self) -> Iterator[tuple[Address, Account]]:
        """All accounts, in order of their addresses.

        Raises:
            StateError: At the end: they do not have the root, so that some were lost.
        """
        entries = []
        for key, data in self._scan(ACCOUNT):
            entries.append((keccak256(key[1:]), data))
            yield Address(key[1:]), decode_account(data)
        if Trie.build(bytes, entries).root() != self.root:
            raise StateError("the store is damaged: accounts are missing")

    def slots(self, address: Address) -> Iterator[tuple[Word, Word]]:
        """All storage slots of an account that are not zero, in order of their keys.

        Raises:
            StateError: They do not have the account's storage root, so that some were lost.
        """
        slots = [(Word(key[21:]), data) for key, data in self._scan(SLOT + address)]
        trie = Trie.build(bytes, ((keccak256(key), data) for key, data in slots))
        if trie.root() != self.account(address).storage_root:
            raise StateError(f"the store is damaged: slots of 0x{address.hex()} are missing")
        for key, data in slots:
            yield key, decode_slot(data)

    def account_trie(self) -> Trie[bytes]:
        """The account trie."""
        accounts = self.pending.accounts
        return accounts if accounts is not None else self.view.account_trie()[0]

    def storage_trie(self, address: Address) -> Trie[bytes]:
        """The storage trie of an account."""
        changed = self.pending.storages.get(address)
        return changed.trie if changed is not None else self.view.storage_trie(address)[0]

    def account_proof(self, address: Address) -> tuple[bytes, ...]:
        """The nodes of the account trie that show what is at an address (`trie.proof`)."""
        return self.account_trie().prove(keccak256(address))

    def storage_proof(self, address: Address, key: Word) -> tuple[bytes, ...]:
        """The nodes of an account's storage trie that show what is in a slot."""
        return self.storage_trie(address).prove(keccak256(key))

    def apply(self, changes: Mapping[Address, AccountChange | None]) -> StoredWorld:
        """The state after some accounts changed; None deletes an account with all it has.

        Nothing is written. One of the worlds that follow from the newest block can be committed.

        Raises:
            StateError: The block of the view is no longer kept, or its tries are needed and it is
                no longer the newest one.
        """
        building = _Building(self)
        for address, change in changes.items():
            building.change(address, change)
        return StoredWorld(self.view, building.finish())

    def _confirm_zero(self, address: Address, key: Word) -> None:
        account = self.find(address)
        if account is None or account.storage_root == EMPTY_TRIE_ROOT:
            return
        if self.storage_trie(address).get(keccak256(key)) is not None:
            raise StateError(
                f"the store is damaged: slot 0x{key.hex()} of 0x{address.hex()} is missing"
            )

    def _scan(self, prefix: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Records below a prefix as they are in this world, in order."""
        changed = {**self.view.replaced_since(), **self.pending.values}
        ours = [
            (key, value)
            for key, value in sorted(changed.items(), key=lambda item: item[0])
            if key.startswith(prefix) and value is not None
        ]
        stored = (
            record for record in self.view.ledger.records.scan(prefix) if record[0] not in changed
        )
        return heapq.merge(stored, ours, key=lambda record: record[0])


class _Building:
    """The changes to a world while they are being collected."""

    def __init__(self, world: StoredWorld) -> None:
        self._world = world
        self._values = dict(world.pending.values)
        self._codes = dict(world.pending.codes)
        self._storages = dict(world.pending.storages)
        self._accounts: dict[bytes, bytes | None] = {}

    def change(self, address: Address, change: AccountChange | None) -> None:
        """Take up what becomes of an account."""
        before = self._world.find(address)
        if before is not None and (change is None or change.clears_storage):
            self._clear_storage(address)
        data = None
        if change is not None:
            data = encode_account(self._changed(address, before, change))
        self._values[account_key(address)] = data
        self._accounts[keccak256(address)] = data

    def finish(self) -> Pending:
        """All changes."""
        accounts = self._world.account_trie().update(self._accounts)
        return Pending(self._values, self._codes, self._storages, accounts)

    def _changed(self, address: Address, before: Account | None, change: AccountChange) -> Account:
        account = before or EMPTY_ACCOUNT
        if change.code is not None:
            account = replace(account, code_hash=keccak256(change.code))
            if change.code:
                self._codes[account.code_hash] = change.code
        if change.slots:
            self._write_slots(address, change.slots)
        if address in self._storages:
            account = replace(account, storage_root=self._storages[address].trie.root())
        return replace(account, nonce=change.nonce, balance=change.balance)

    def _write_slots(self, address: Address, slots: Mapping[Word, Word]) -> None:
        storage = self._storages.get(address)
        if storage is None:
            storage = StorageTrie(*self._world.view.storage_trie(address))
        data = {
            key: None if value == ZERO_WORD else encode_slot(value) for key, value in slots.items()
        }
        trie = storage.trie.update({keccak256(key): value for key, value in data.items()})
        self._storages[address] = StorageTrie(trie, storage.source)
        self._values.update({slot_key(address, key): value for key, value in data.items()})

    def _clear_storage(self, address: Address) -> None:
        for key, _ in self._world.slots(address):
            self._values[slot_key(address, key)] = None
        self._storages[address] = StorageTrie(_EMPTY_TRIE, None)
