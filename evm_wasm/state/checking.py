"""A walk through everything a durable state holds, to find what is damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_CODE_HASH, Account
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.state.account_rlp import decode_account, decode_slot
from evm_wasm.state.ledger import BlockView, Ledger, NodeSource
from evm_wasm.state.records import ACCOUNT, ACCOUNT_NODE, CODE, SLOT, STORAGE_NODE
from evm_wasm.trie.trie import Trie


def find_damage(ledger: Ledger, on_account: Callable[[], None]) -> Iterator[str]:
    """What is wrong with a state, nothing if all is well.

    Accounts and slots must give the roots that are stored, every node must be there and no other,
    and the oldest block that is kept must still be reachable.

    Args:
        ledger: Of the state.
        on_account: Called after each account.

    Raises:
        StoreError: The store cannot be read.
    """
    checking = _Checking(ledger, on_account)
    for check in (checking.accounts, checking.tables, checking.codes, checking.history):
        try:
            yield from check()
        except StateError as error:
            yield str(error)


class _Checking:
    def __init__(self, ledger: Ledger, on_account: Callable[[], None]) -> None:
        self._ledger = ledger
        self._on_account = on_account
        self._slots = 0
        self._storage_nodes = 0
        self._account_nodes = 0

    def accounts(self) -> Iterator[str]:
        """The newest block: every account with its storage and code."""
        entries = {}
        for key, data in self._ledger.records.scan(ACCOUNT):
            address = Address(key[1:])
            entries[keccak256(address)] = data
            try:
                yield from self._account(address, decode_account(data))
            except StateError as error:
                yield f"account 0x{address.hex()}: {error}"
            self._on_account()
        root = self._ledger.root(self._ledger.head)
        if _root_of(entries) != root:
            yield "the accounts do not have the root of the newest block"
        self._account_nodes = self._walk(ACCOUNT_NODE, root)

    def tables(self) -> Iterator[str]:
        """Whether there is anything that belongs to no account."""
        for table, count, what in (
            (SLOT, self._slots, "slots"),
            (STORAGE_NODE, self._storage_nodes, "nodes of storage tries"),
            (ACCOUNT_NODE, self._account_nodes, "nodes of the account trie"),
        ):
            found = sum(1 for _ in self._ledger.records.scan(table))
            if found != count:
                yield f"{found} {what} are stored, {count} belong to the newest block"

    def codes(self) -> Iterator[str]:
        """Whether every code has its hash."""
        for key, code in self._ledger.records.scan(CODE):
            if keccak256(code) != key[1:]:
                yield f"the code with the hash 0x{key[1:].hex()} is another one"

    def history(self) -> Iterator[str]:
        """Whether the older blocks can be given."""
        ledger = self._ledger
        for number in range(ledger.oldest, ledger.head + 1):
            ledger.root(number)
        view = BlockView(ledger, ledger.oldest)
        view.account_trie()
        for key in sorted(view.replaced_since()):
            if key[:1] == ACCOUNT:
                view.storage_trie(Address(key[1:]))
        yield from ()

    def _account(self, address: Address, account: Account) -> Iterator[str]:
        records = self._ledger.records
        if account.code_hash != EMPTY_CODE_HASH and records.get(CODE + account.code_hash) is None:
            yield f"account 0x{address.hex()}: its code is missing"
        entries = {}
        for key, data in records.scan(SLOT + address):
            decode_slot(data)
            entries[keccak256(key[21:])] = data
        self._slots += len(entries)
        if _root_of(entries) != account.storage_root:
            yield f"account 0x{address.hex()}: its slots do not have its storage root"
        self._storage_nodes += self._walk(STORAGE_NODE + address, account.storage_root)

    def _walk(self, prefix: bytes, root: Hash32) -> int:
        """Reads every node of a trie, each of which is checked against its hash; how many."""
        source = NodeSource(self._ledger, prefix)
        for _ in Trie.stored(root, source.read).items():
            pass
        return len(source.seen)


def _root_of(entries: Mapping[Hash32, bytes]) -> Hash32:
    return Trie.build(bytes, entries.items()).root()
