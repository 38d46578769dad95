"""Remembering everything, and going back to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evm_wasm.chain.chain import Chain, Edit
from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.events import Reverted
from evm_wasm.devnet.mempool import PoolEntry
from evm_wasm.devnet.node import Node, fresh_chain, keeps_store
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.timekeeping import TimeMark
from evm_wasm.errors import InputError
from evm_wasm.primitives.types import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A devnet at one moment.

    Attributes:
        head: Number of the newest block.
        edits: Since then.
        time: Settings of the clock.
        settings: A copy.
        pool: What waited.
        impersonated: Accounts.
    """

    head: int
    edits: tuple[Edit, ...]
    time: TimeMark
    settings: Settings
    pool: tuple[PoolEntry, ...]
    impersonated: tuple[Address, ...]


class Snapshots:
    """The snapshots that were taken, by id: 0, 1, 2 and so on, never used twice."""

    def __init__(self, node: Node, blocks: Blocks) -> None:
        self._node = node
        self._blocks = blocks
        self._start = self._take()
        self._snapshots: dict[int, Snapshot] = {}
        self._next_id = 0

    def ids(self) -> tuple[int, ...]:
        """Of all snapshots there are, the oldest first."""
        return tuple(self._snapshots)

    def take(self) -> int:
        """Remembers everything and gives the id."""
        while len(self._snapshots) >= self._node.config.bounds.snapshots:
            del self._snapshots[next(iter(self._snapshots))]
        snapshot_id = self._next_id
        self._next_id += 1
        self._snapshots[snapshot_id] = self._take()
        return snapshot_id

    def revert(self, snapshot_id: int) -> bool:
        """Goes back; errors as of `Devnet.revert`."""
        snapshot = self._snapshots.get(snapshot_id)
        if snapshot is None:
            return False
        self._go_back(snapshot.head, snapshot.edits)
        self._restore(snapshot)
        for later in [other for other in self._snapshots if other >= snapshot_id]:
            del self._snapshots[later]
        return True

    def rollback(self, depth: int) -> None:
        """Takes blocks away; errors as of `Devnet.rollback`."""
        head = self._node.chain.head
        if not 0 <= depth <= head:
            raise InputError(
                "Rollback depth must not exceed current chain height: "
                f"current height {head}, depth {depth}"
            )
        self._go_back(head - depth, ())
        self.forget_above(head - depth)

    def reset(self) -> None:
        """Starts anew; errors as of `Devnet.reset`."""
        node = self._node
        if keeps_store(node.config):
            self._go_back(0, ())
        else:
            self.replace_chain(fresh_chain(node))
        self._restore(self._start)
        self.forget()

    def replace_chain(self, chain: Chain) -> None:
        """Goes on with another chain, which has been opened."""
        node = self._node
        node.chain.close()
        node.chain = chain
        node.time.follow()
        node.events.publish(Reverted(node.head))

    def forget(self) -> None:
        """There are no snapshots any more."""
        self._snapshots.clear()

    def forget_above(self, head: int) -> None:
        """Forgets the snapshots of blocks that are gone."""
        self._snapshots = {
            snapshot_id: snapshot
            for snapshot_id, snapshot in self._snapshots.items()
            if snapshot.head <= head
        }

    def _go_back(self, head: int, edits: tuple[Edit, ...]) -> None:
        self._blocks.check_kept(head)
        self._node.chain.rewind(head, edits)
        self._node.pool.drop_used(self._node.pool.senders())
        self._node.time.follow()
        self._node.events.publish(Reverted(self._node.head))

    def _take(self) -> Snapshot:
        node = self._node
        return Snapshot(
            head=node.chain.head,
            edits=node.chain.edits,
            time=node.time.mark(),
            settings=replace(node.settings),
            pool=node.pool.entries(),
            impersonated=node.signers.impersonated(),
        )

    def _restore(self, snapshot: Snapshot) -> None:
        node = self._node
        node.settings.assign(snapshot.settings)
        node.time.restore(snapshot.time)
        node.pool.restore(snapshot.pool)
        node.signers.restore(snapshot.impersonated)
