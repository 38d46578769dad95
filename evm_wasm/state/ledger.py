"""What a durable state holds at its newest block, and how older blocks differ from it."""

from __future__ import annotations

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.state.account_rlp import decode_account
from evm_wasm.state.records import (
    ACCOUNT,
    ACCOUNT_NODE,
    ROOT,
    SLOT,
    STORAGE_NODE,
    UNDO,
    Records,
    account_key,
    decode_undo,
    number_key,
)
from evm_wasm.trie.trie import Trie


class Ledger:
    """Where the newest block is, as all views of a store share it.

    Attributes:
        records: The tables.
        head: Number of the newest block.
        oldest: Number of the oldest block whose state is kept.
        rewinds: How often blocks were taken back, or block 0 replaced, since the store was opened.
    """

    def __init__(self, records: Records, head: int, oldest: int) -> None:
        self.records = records
        self.head = head
        self.oldest = oldest
        self.rewinds = 0

    def root(self, number: int) -> Hash32:
        """The state root after a block that is kept.

        Raises:
            StateError: The record is missing.
        """
        root = self.records.get(number_key(ROOT, number))
        if root is None or len(root) != 32:
            raise StateError(f"the store is damaged: the root of block {number} is missing")
        return Hash32(root)

    def undo(self, number: int) -> dict[bytes, bytes | None]:
        """What a block replaced, by key of the records.

        Raises:
            StateError: The record is missing.
        """
        data = self.records.get(number_key(UNDO, number))
        if data is None:
            raise StateError(f"the store is damaged: what block {number} replaced is missing")
        return decode_undo(data)


class NodeSource:
    """Reads the nodes of one trie of the newest block, and remembers which.

    Attributes:
        head: The block.
        seen: Paths of all nodes that were read: whatever a change removes is among them.
    """

    __slots__ = ("_ledger", "_prefix", "_rewinds", "head", "seen")

    def __init__(self, ledger: Ledger, prefix: bytes) -> None:
        self._ledger = ledger
        self._prefix = prefix
        self._rewinds = ledger.rewinds
        self.head = ledger.head
        self.seen: set[str] = set()

    def read(self, path: str, _node_hash: Hash32) -> bytes:
        """The node at a path.

        Raises:
            StateError: There is none, or the block is no longer the newest one.
        """
        if self._ledger.head != self.head or self._ledger.rewinds != self._rewinds:
            raise StateError(f"block {self.head} is no longer the newest: start from its successor")
        data = self._ledger.records.get(self._prefix + path.encode("ascii"))
        if data is None:
            place = f"the node at {path}" if path else "the top node"
            raise StateError(f"the store is damaged: {place} of a trie is missing")
        self.seen.add(path)
        return data


class BlockView:
    """The state after one block, as flat records and as tries; later blocks do not change it.

    It ends when blocks are taken back, even later ones than its own: nothing tells then any more
    which of the records it has looked at are still those of its chain.

    Attributes:
        number: The block.
        root: Its state root.
    """

    def __init__(self, ledger: Ledger, number: int) -> None:
        """Opens a view.

        Raises:
            StateError: The state of this block is not kept.
        """
        if not ledger.oldest <= number <= ledger.head:
            kept = f"{ledger.oldest} to {ledger.head}"
            raise StateError(f"the state of block {number} is not kept; there are blocks {kept}")
        self.ledger = ledger
        self.number = number
        self.root = ledger.root(number)
        self._rewinds = ledger.rewinds
        self._before: dict[bytes, bytes | None] = {}
        self._seen = number
        self._accounts: tuple[Trie[bytes], NodeSource] | None = None

    def get(self, key: bytes) -> bytes | None:
        """A record of the tables `a` and `s` as it was after the block."""
        before = self.replaced_since()
        return before[key] if key in before else self.ledger.records.get(key)

    def replaced_since(self) -> dict[bytes, bytes | None]:
        """What later blocks replaced, with the values after this block.

        Raises:
            StateError: They are no longer kept, or blocks were taken back.
        """
        self.check_chain()
        while self._seen < self.ledger.head:
            number = self._seen + 1
            if number <= self.ledger.oldest:
                raise StateError(f"the state of block {self.number} is no longer kept")
            self._before = {**self.ledger.undo(number), **self._before}
            self._seen = number
        return self._before

    def check_chain(self) -> None:
        """Refuses to go on after blocks were taken back.

        Raises:
            StateError: They were.
        """
        if self._rewinds != self.ledger.rewinds:
            raise StateError(
                f"the state of block {self.number} was taken before blocks were taken back; "
                "take it again"
            )

    def account_trie(self) -> tuple[Trie[bytes], NodeSource]:
        """The account trie, and where the nodes of the newest block come from.

        Raises:
            StateError: The records do not have the root that the block has.
        """
        self.check_chain()
        if self._accounts is None or self._accounts[1].head != self.ledger.head:
            source = NodeSource(self.ledger, ACCOUNT_NODE)
            newest = Trie.stored(self.ledger.root(self.ledger.head), source.read)
            trie = newest.update(self._replaced(ACCOUNT))
            _check_root(trie, self.root, f"the account trie of block {self.number}")
            self._accounts = trie, source
        return self._accounts

    def storage_trie(self, address: Address) -> tuple[Trie[bytes], NodeSource]:
        """The storage trie of an account; see `account_trie`."""
        key = account_key(address)
        source = NodeSource(self.ledger, STORAGE_NODE + address)
        newest = Trie.stored(_storage_root(self.ledger.records.get(key)), source.read)
        trie = newest.update(self._replaced(SLOT + address))
        what = f"the storage trie of 0x{address.hex()} after block {self.number}"
        _check_root(trie, _storage_root(self.get(key)), what)
        return trie, source

    def _replaced(self, prefix: bytes) -> dict[bytes, bytes | None]:
        """What later blocks replaced below a prefix, by the keys that the tries have."""
        return {
            keccak256(key[len(prefix) :]): value
            for key, value in self.replaced_since().items()
            if key.startswith(prefix)
        }


def _storage_root(account: bytes | None) -> Hash32:
    return EMPTY_TRIE_ROOT if account is None else decode_account(account).storage_root


def _check_root(trie: Trie[bytes], root: Hash32, what: str) -> None:
    if trie.root() != root:
        raise StateError(f"the store is damaged: {what} does not have its root")
