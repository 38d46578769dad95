"""A state that lasts: opened with checks, changed by whole blocks, each in one atomic batch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from evm_wasm.errors import StateError, StoreError
from evm_wasm.model.account import EMPTY_TRIE_ROOT
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.state.checking import find_damage
from evm_wasm.state.ledger import BlockView, Ledger, NodeSource
from evm_wasm.state.reader import World
from evm_wasm.state.records import (
    ACCOUNT_NODE,
    CODE,
    DATA,
    FORMAT_KEY,
    HEAD_KEY,
    ROOT,
    SLOT,
    STORAGE_NODE,
    UNDO,
    Records,
    Values,
    decode_head,
    encode_head,
    encode_undo,
    number_key,
)
from evm_wasm.state.stored_world import StoredWorld
from evm_wasm.store.base import Store
from evm_wasm.trie.trie import Trie

FORMAT: Final = 1
"""Version of the tables; see `records`."""

BLOCKS_ON_DISK: Final = 128
"""Blocks before the newest whose state is kept unless another number is asked for."""


class StateDatabase:
    """The states of a chain's last blocks in a store.

    One thread at a time may use it. Views of kept blocks stay valid while blocks are committed,
    and end when blocks are taken back.
    """

    def __init__(self, store: Store, *, consensus: str, keep: int | None = None) -> None:
        """Opens the state in a store; an empty store becomes a state without accounts at block 0.

        Args:
            store: Belongs to the database from now on, unless this raises.
            consensus: The version under which blocks are made (`rules.consensus`).
            keep: Blocks before the newest whose state stays available; None for all.

        Raises:
            StateError: Damaged or half-written.
            StoreError: Not readable, not a state, of a newer format, or of another consensus
                version.
        """
        self._records = Records(store)
        self._keep = keep
        check_format(self._records, consensus=consensus)
        head = self._records.get(HEAD_KEY)
        if head is None:
            raise StateError(
                "the store is half-written: a load into it did not end; remove it and load again"
            )
        self._ledger = Ledger(self._records, *decode_head(head))
        self._check_head()

    @property
    def head(self) -> int:
        """Number of the newest block."""
        return self._ledger.head

    @property
    def oldest(self) -> int:
        """Number of the oldest block whose state is kept."""
        return self._ledger.oldest

    @property
    def world(self) -> StoredWorld:
        """The state after the newest block."""
        return self.world_at(self.head)

    def world_at(self, number: int) -> StoredWorld:
        """The state after a block; changes to it cannot be committed unless it is the newest.

        Raises:
            StateError: It is not kept.
        """
        return StoredWorld(BlockView(self._ledger, number))

    def data(self, key: bytes) -> bytes | None:
        """What a block's commit kept beside the state under a key."""
        return self._records.get(DATA + key)

    def put_data(self, data: Values) -> None:
        """Change what is kept beside the state, in one batch; None deletes."""
        self._records.write(_data_values(data))

    def begin(self, world: World, data: Values | None = None) -> StoredWorld:
        """Make a world the state of block 0 while that is the only block, in one batch.

        Args:
            world: Follows from the state of block 0 by `apply`, or is it.
            data: As of `commit`.

        Raises:
            StateError: There are further blocks, or the world does not follow from block 0.
            StoreError: The store cannot be written; it is as it was.
        """
        if self.head:
            raise StateError(f"the chain has begun already: its newest block is {self.head}")
        values, _ = self._changes(self._following(world))
        values.update(_data_values(data or {}))
        values[number_key(ROOT, 0)] = world.root
        self._records.write(values)
        self._ledger.rewinds += 1
        return self.world

    def commit(self, world: World, data: Values | None = None) -> StoredWorld:
        """Make a world the state after the next block, in one batch; durable when it returns.

        Args:
            world: Follows from the state after the newest block by `apply`, or is it.
            data: What to keep beside the state, the block itself for example; None deletes.

        Returns:
            The same state, read from the store from now on.

        Raises:
            StateError: The world follows from another block, or the store is damaged.
            StoreError: The store cannot be written; the newest block stays as it was.
        """
        number = self.head + 1
        values, undo = self._changes(self._following(world))
        values.update(_data_values(data or {}))
        values[number_key(ROOT, number)] = world.root
        values[number_key(UNDO, number)] = encode_undo(undo)
        oldest = self._prune(number, values)
        values[HEAD_KEY] = encode_head(number, oldest)
        self._records.write(values)
        self._ledger.head, self._ledger.oldest = number, oldest
        return self.world

    def rewind(self, number: int, data: Values | None = None) -> StoredWorld:
        """Take back all blocks after one, in one batch; durable when it returns.

        Args:
            number: Of the block that is the newest then.
            data: As of `commit`.

        Raises:
            StateError: The state of the block is not kept, or the store is damaged.
            StoreError: The store cannot be written; the newest block stays as it was.
        """
        values = _restoring(BlockView(self._ledger, number))
        values.update(_data_values(data or {}))
        for later in range(number + 1, self.head + 1):
            values[number_key(ROOT, later)] = None
            values[number_key(UNDO, later)] = None
        values[HEAD_KEY] = encode_head(number, self.oldest)
        self._records.write(values)
        self._ledger.head = number
        self._ledger.rewinds += 1
        return self.world

    def find_damage(self, on_account: Callable[[], None] = lambda: None) -> Iterator[str]:
        """What is wrong with anything that is stored; see `checking`."""
        return find_damage(self._ledger, on_account)

    def close(self) -> None:
        """Let go of the store."""
        self._records.store.close()

    def _check_head(self) -> None:
        """Compares the newest block with the nodes that should have its root.

        Raises:
            StateError: They differ.
        """
        trie = Trie.stored(
            self._ledger.root(self.head), NodeSource(self._ledger, ACCOUNT_NODE).read
        )
        trie.get(b"")

    def _following(self, world: World) -> StoredWorld:
        """The world, if it follows from the newest block.

        Raises:
            StateError: It does not.
        """
        if (
            not isinstance(world, StoredWorld)
            or world.view.ledger is not self._ledger
            or world.view.number != self.head
        ):
            raise StateError("only what follows from the newest block can be committed")
        world.view.check_chain()
        return world

    def _changes(self, world: StoredWorld) -> tuple[dict[bytes, bytes | None], Values]:
        """New records, and what the flat ones among them replace."""
        values, undo = self._flat_changes(world)
        values.update(self._node_changes(world))
        return values, undo

    def _flat_changes(
        self, world: StoredWorld
    ) -> tuple[dict[bytes, bytes | None], dict[bytes, bytes | None]]:
        """New records of accounts, slots and codes, and what those replace."""
        values: dict[bytes, bytes | None] = {}
        undo: dict[bytes, bytes | None] = {}
        for key, value in world.pending.values.items():
            before = self._records.get(key)
            if before != value:
                values[key], undo[key] = value, before
        for code_hash, code in world.pending.codes.items():
            values[CODE + code_hash] = code
        return values, undo

    def _node_changes(self, world: StoredWorld) -> dict[bytes, bytes | None]:
        """New nodes, and None for those that are gone."""
        values: dict[bytes, bytes | None] = {}
        if world.pending.accounts is not None:
            source = world.view.account_trie()[1]
            values.update(_changed_nodes(ACCOUNT_NODE, world.pending.accounts, source.seen))
        for address, storage in world.pending.storages.items():
            prefix = STORAGE_NODE + address
            if storage.source is None:
                values.update({key: None for key, _ in self._records.scan(prefix)})
            seen = storage.source.seen if storage.source is not None else set()
            values.update(_changed_nodes(prefix, storage.trie, seen))
        return values

    def _prune(self, number: int, values: dict[bytes, bytes | None]) -> int:
        """Have a batch remove what only blocks need that are no longer kept.

        Returns:
            The oldest block that is kept after it.
        """
        oldest = self._ledger.oldest
        if self._keep is None:
            return oldest
        while oldest < number - self._keep:
            values[number_key(ROOT, oldest)] = None
            oldest += 1
            values[number_key(UNDO, oldest)] = None
        return oldest


def _restoring(view: BlockView) -> dict[bytes, bytes | None]:
    """The records of accounts, slots and nodes that differ after a block from the newest ones."""
    values = dict(view.replaced_since())
    trie, source = view.account_trie()
    addresses = sorted({Address(key[1:21]) for key in values if key.startswith(SLOT)})
    values.update(_changed_nodes(ACCOUNT_NODE, trie, source.seen))
    for address in addresses:
        trie, source = view.storage_trie(address)
        values.update(_changed_nodes(STORAGE_NODE + address, trie, source.seen))
    return values


def _data_values(data: Values) -> dict[bytes, bytes | None]:
    return {DATA + key: value for key, value in data.items()}


def _changed_nodes(prefix: bytes, trie: Trie[bytes], seen: set[str]) -> dict[bytes, bytes | None]:
    """What a trie of the next block changes among the stored nodes.

    Args:
        prefix: Of the keys of its nodes.
        trie: The trie.
        seen: Paths of the stored nodes that were read to make it.
    """
    written: dict[str, bytes | None] = dict(trie.unsaved_nodes())
    for path in seen - written.keys():
        if not trie.has_node_at(path):
            written[path] = None
    return {prefix + path.encode("ascii"): node for path, node in written.items()}


def check_format(records: Records, *, consensus: str) -> None:
    """Refuses what is no state, or one that this program must not go on with.

    An empty store becomes a state without accounts.

    Raises:
        StateError: The record that says what it is is damaged.
        StoreError: It is something else, newer, or of another consensus version.
    """
    data = records.get(FORMAT_KEY)
    if data is None:
        if next(records.store.scan(b""), None) is not None:
            raise StoreError("the store holds something else than a state")
        records.write({FORMAT_KEY: encode_format(consensus), **root_values(0, EMPTY_TRIE_ROOT)})
        return
    members = json.loads(data)
    if members["format"] != FORMAT:
        raise StoreError(
            f"the store has format {members['format']}; this program reads format {FORMAT}"
        )
    if members["consensus"] != consensus:
        raise StoreError(
            "the store was made under another consensus version: "
            f"it has '{members['consensus']}', this program runs '{consensus}'"
        )


def stored_consensus(store: Store) -> str:
    """The consensus version under which a store was made, for who goes by that of the store.

    Raises:
        StateError: The record that says so is damaged.
        StoreError: The store holds no state.
    """
    data = Records(store).get(FORMAT_KEY)
    if data is None:
        raise StoreError("the store holds no state")
    return str(json.loads(data)["consensus"])


def encode_format(consensus: str) -> bytes:
    """The record that says what a store is."""
    return json.dumps({"format": FORMAT, "consensus": consensus}).encode()


def root_values(number: int, root: Hash32) -> dict[bytes, bytes]:
    """The records that make a block the only one that is kept."""
    return {number_key(ROOT, number): root, HEAD_KEY: encode_head(number, number)}
