"""Making blocks of what waits in the pool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from evm_wasm.chain.base_fee import next_base_fee
from evm_wasm.chain.building import BlockBuilder, BuiltBlock
from evm_wasm.devnet.events import NewBlock
from evm_wasm.devnet.node import Node
from evm_wasm.errors import InvalidTransaction, MachineError
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.vm import run_deep


@dataclass(frozen=True, slots=True)
class _PendingKey:
    """What a pending block depends on."""

    parent: Hash32
    edits: int
    pool: int
    settings: tuple[object, ...]


class Miner:
    """Makes blocks, one at a time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._pending: tuple[_PendingKey, BuiltBlock] | None = None

    def next_base_fee(self) -> int:
        """Of the next block, in wei for one gas; 0 under rules without one."""
        settings = self._node.settings
        if settings.next_base_fee is not None:
            return settings.next_base_fee
        rules = self._node.vm.rules.base_fee
        return 0 if rules is None else next_base_fee(self._node.head.header, rules)

    def mine(self) -> BuiltBlock:
        """Appends a block of what waits, be it empty."""
        return self._append(run_deep(self._build))

    def mine_waiting(self) -> None:
        """Appends blocks as long as something that waits can go into one."""
        node = self._node
        while len(node.pool):
            built = run_deep(self._build)
            if not built.block.transactions:
                return
            self._append(built)

    def pending(self) -> BuiltBlock:
        """What a block made now would be; the chain is not changed."""
        node = self._node
        settings = node.settings
        key = _PendingKey(
            node.head.hash,
            len(node.chain.edits),
            node.pool.version,
            (settings.coinbase, settings.gas_limit, settings.next_base_fee, node.time.peek()),
        )
        if self._pending is None or self._pending[0] != key:
            self._pending = (key, run_deep(self._build))
        return self._pending[1]

    def _build(self) -> BuiltBlock:
        node = self._node
        settings = node.settings
        template = node.chain.template(
            timestamp=node.time.peek(),
            coinbase=settings.coinbase,
            gas_limit=settings.gas_limit,
            base_fee=self.next_base_fee(),
        )
        builder = node.chain.builder(node.vm, template)
        if len(node.pool):
            self._fill(builder)
        return builder.seal()

    def _fill(self, builder: BlockBuilder) -> None:
        candidates = self._node.pool.candidates(self.next_base_fee(), self._node.config.order)
        least = self._node.vm.rules.transaction.base
        for transaction in candidates:
            if builder.gas_left < least:
                return
            try:
                builder.add(transaction)
            except InvalidTransaction:
                # It waits for a block with more room, or for its sender's funds.
                continue
            except MachineError:
                # It would stop every block from now on.
                self._node.pool.drop(transaction.hash)
                raise
            candidates.accept(transaction)

    def _append(self, built: BuiltBlock) -> BuiltBlock:
        node = self._node
        node.chain.append(built)
        header = built.block.header
        node.time.advance(header.timestamp)
        node.settings.next_base_fee = None
        node.pool.drop_used(_senders(built.block.transactions))
        node.events.publish(NewBlock(built.block, built.receipts))
        return built


def _senders(transactions: tuple[RecoveredTransaction, ...]) -> Iterator[Address]:
    return iter(dict.fromkeys(transaction.sender for transaction in transactions))
