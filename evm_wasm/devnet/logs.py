"""Queries of logs: blooms first, receipts only where they say maybe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from evm_wasm.chain.bloom import EMPTY, may_hold
from evm_wasm.devnet.blocks import Blocks
from evm_wasm.devnet.errors import TooManyResults, UnknownBlock
from evm_wasm.devnet.located import logs_of
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog
from evm_wasm.model.message import Log


class Logs:
    """All logs of the chain."""

    def __init__(self, node: Node, blocks: Blocks) -> None:
        self._node = node
        self._blocks = blocks

    def find(self, query: LogQuery) -> list[FoundLog]:
        """The logs a query asks for, in the chain's order; those of a pending block never.

        Raises:
            UnknownBlock: A block of the query is not there, or `first` is behind `last`.
            TooManyResults: More than `Bounds.log_results`.
        """
        return self.find_between(query, *self._range(query))

    def find_between(self, query: LogQuery, first: int, last: int) -> list[FoundLog]:
        """The logs of these blocks, both included, that a query asks for; errors as of `find`."""
        found: list[FoundLog] = []
        most = self._node.config.bounds.log_results
        for number in range(first, last + 1):
            found += self._in_block(query, number)
            if len(found) > most:
                raise TooManyResults(
                    f"more than {most} logs; ask for fewer blocks at a time (up to {number} it "
                    f"is {len(found)})"
                )
        return found

    def _range(self, query: LogQuery) -> tuple[int, int]:
        if query.block_hash is not None:
            number = self._blocks.number(query.block_hash)
            return number, number
        head = self._node.chain.head
        first = self._blocks.number(query.first)
        # Blocks that are not there yet have no logs; clients ask for them when they race the head.
        last = query.last if isinstance(query.last, int) else self._blocks.number(query.last)
        if isinstance(query.first, int) and first > last:
            raise UnknownBlock(f"invalid block range: from {first} to {last}")
        return first, min(last, head)

    def _in_block(self, query: LogQuery, number: int) -> Iterator[FoundLog]:
        chain = self._node.chain
        bloom = chain.logs_bloom(number)
        if bloom is None or not may_match(query, bloom):
            return
        block, receipts = chain.block(number), chain.receipts(number)
        if block is None or receipts is None:
            return
        for found in logs_of(block, receipts):
            if matches(query, found.log):
                yield found


def may_match(query: LogQuery, bloom: bytes) -> bool:
    """Whether a block with this bloom may have logs that a query asks for."""
    if bloom == EMPTY:
        return False
    wanted: Sequence[Iterable[bytes]] = (query.addresses, *query.topics)
    return all(not values or any(may_hold(bloom, value) for value in values) for values in wanted)


def matches(query: LogQuery, log: Log) -> bool:
    """Whether a query asks for a log, wherever it stands."""
    if query.addresses and log.address not in query.addresses:
        return False
    if len(query.topics) > len(log.topics):
        return False
    return all(
        not wanted or topic in wanted
        for wanted, topic in zip(query.topics, log.topics, strict=False)
    )
