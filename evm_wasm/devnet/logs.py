"""Queries of logs: blooms first, receipts only where they say maybe."""

from __future__ import annotations

from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog


class Logs:
    """All logs of the chain."""

    def find(self, query: LogQuery) -> list[FoundLog]:
        """The logs a query asks for, in the chain's order.

        Raises:
            UnknownBlock: A block of the query is not there, or `first` is behind `last`.
            TooManyResults: More than `Bounds.log_results`.
        """
        raise NotImplementedError
