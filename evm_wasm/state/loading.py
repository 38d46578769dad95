"""A whole state into an empty store, account by account, however large it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evm_wasm.errors import InputError, StateError, StoreError
from evm_wasm.model.account import EMPTY_CODE_HASH, EMPTY_TRIE_ROOT, Account
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.state.account_rlp import encode_account, encode_slot
from evm_wasm.state.database import encode_format, root_values
from evm_wasm.state.reader import World
from evm_wasm.state.records import (
    ACCOUNT_NODE,
    CODE,
    FORMAT_KEY,
    STORAGE_NODE,
    Records,
    account_key,
    slot_key,
)
from evm_wasm.store.base import Store
from evm_wasm.trie.bulk import build
from evm_wasm.trie.nodes import Node, encode
from evm_wasm.trie.stored import Stored

RECORDS_PER_BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class FullAccount:
    """An account with all it has.

    Attributes:
        address: Of the account.
        nonce: As of `Account`.
        balance: In wei.
        code: The code itself.
        slots: Keys and values, none of them zero; read once.
    """

    address: Address
    nonce: int
    balance: int
    code: bytes
    slots: Iterable[tuple[Word, Word]]


def full_accounts(world: World) -> Iterator[FullAccount]:
    """All accounts of a state, in order of their addresses."""
    for address, account in world.accounts():
        code = world.code(account.code_hash)
        yield FullAccount(address, account.nonce, account.balance, code, world.slots(address))


def load_state(
    store: Store,
    accounts: Iterable[FullAccount],
    *,
    consensus: str,
    number: int = 0,
    root: Hash32 | None = None,
) -> Hash32:
    """Fill an empty store; the state is there when this returns, and not before.

    Args:
        store: Belongs to the caller still.
        accounts: In any order.
        consensus: The version under which the state was made.
        number: The block after which this is the state.
        root: What the state root must be, if that is known.

    Returns:
        The state root.

    Raises:
        InputError: The root is another one.
        StateError: An address or a slot occurs twice.
        StoreError: The store is not empty or cannot be written.
    """
    if next(store.scan(b""), None) is not None:
        raise StoreError("a state can only be loaded into an empty store")
    loading = _Loading(Records(store))
    loading.put(FORMAT_KEY, encode_format(consensus))
    loading.flush()
    for account in accounts:
        loading.add(account)
    found = loading.finish()
    if root is not None and found != root:
        raise InputError(f"the state has the root 0x{found.hex()}, it should be 0x{root.hex()}")
    loading.records.write(root_values(number, found))
    return found


class _Loading:
    """Collects records into batches and the entries of the account trie."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self._batch: dict[bytes, bytes] = {}
        self._accounts: dict[bytes, bytes] = {}

    def put(self, key: bytes, value: bytes) -> None:
        """Have a record written with the batch that is being collected."""
        self._batch[key] = value
        if len(self._batch) >= RECORDS_PER_BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        self.records.write(self._batch)
        self._batch = {}

    def add(self, full: FullAccount) -> None:
        """Take up an account."""
        code_hash = EMPTY_CODE_HASH
        if full.code:
            code_hash = keccak256(full.code)
            self.put(CODE + code_hash, full.code)
        owner = f"account 0x{full.address.hex()}"
        entries: dict[bytes, bytes] = {}
        for key, value in full.slots:
            data = encode_slot(value)
            self.put(slot_key(full.address, key), data)
            _add(entries, key, data, what=f"{owner}: the slot 0x{key.hex()}")
        storage_root = self._save_trie(STORAGE_NODE + full.address, entries)
        data = encode_account(Account(full.nonce, full.balance, storage_root, code_hash))
        self.put(account_key(full.address), data)
        _add(self._accounts, full.address, data, what=owner)

    def finish(self) -> Hash32:
        """Write the account trie; the root."""
        root = self._save_trie(ACCOUNT_NODE, self._accounts)
        self.flush()
        return root

    def _save_trie(self, prefix: bytes, entries: dict[bytes, bytes]) -> Hash32:
        def save(path: str, node_hash: Hash32, data: bytes) -> Node[bytes]:
            self.put(prefix + path.encode("ascii"), data)
            return Stored(_nothing_to_read, path, node_hash)

        top = build(entries.items(), bytes, save)
        if top is None:
            return EMPTY_TRIE_ROOT
        data = encode(top, 0, bytes)
        self.put(prefix, data)
        return keccak256(data)


def _add(entries: dict[bytes, bytes], key: bytes, data: bytes, *, what: str) -> None:
    """Adds an entry of a trie whose keys are hashed; raises a `StateError` for a second one."""
    hashed = keccak256(key)
    if hashed in entries:
        raise StateError(f"{what} occurs twice")
    entries[hashed] = data


def _nothing_to_read(path: str, _node_hash: Hash32) -> bytes:
    raise StateError(f"the node at {path} was written and is not read back")
