"""The way of a transaction from the user into the pool, and under automine into a block."""

from __future__ import annotations

from collections.abc import Iterable

from evm_wasm.devnet.admission import Admission
from evm_wasm.devnet.events import NewTransaction
from evm_wasm.devnet.mining import Miner
from evm_wasm.devnet.node import Node
from evm_wasm.errors import EvmWasmError
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import Hash32


class Sender:
    """Takes transactions."""

    def __init__(self, node: Node, miner: Miner) -> None:
        self._node = node
        self._miner = miner
        self._admission = Admission(node, miner)

    def take_raw(self, raw: bytes) -> Hash32:
        """Takes a signed transaction; errors as of `Devnet.send_raw`."""
        return self.take(self._admission.decode(raw))

    def take(self, transaction: RecoveredTransaction) -> Hash32:
        """Takes a transaction; under automine its block is there when this returns."""
        self._admit(transaction)
        self._mine_if_automine()
        return transaction.hash

    def take_batch(self, raws: Iterable[bytes]) -> list[Hash32 | EvmWasmError]:
        """Takes several transactions in order, then mines; see `Devnet.send_raw_batch`."""
        results: list[Hash32 | EvmWasmError] = []
        for raw in raws:
            try:
                transaction = self._admission.decode(raw)
                self._admit(transaction)
                results.append(transaction.hash)
            except EvmWasmError as error:
                results.append(error)
        self._mine_if_automine()
        return results

    def _admit(self, transaction: RecoveredTransaction) -> None:
        pool, sender, nonce = self._node.pool, transaction.sender, transaction.unsigned.nonce
        end = pool.next_nonce(sender)
        self._admission.admit(transaction)
        if nonce > end:
            return
        # It fills a gap, and others may follow on it; or it replaces one.
        last = pool.next_nonce(sender) if nonce == end else nonce + 1
        for each in range(nonce, last):
            ready = pool.waiting(sender, each)
            if ready is not None:
                self._node.events.publish(NewTransaction(ready))

    def _mine_if_automine(self) -> None:
        if self._node.settings.automine:
            self._miner.mine_waiting()
