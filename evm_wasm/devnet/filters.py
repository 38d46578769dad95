"""Queries that remember what they have told already."""

from __future__ import annotations

from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog
from evm_wasm.primitives.types import Hash32


class Filters:
    """The installed filters, by id: 1, 2, 3 and so on, never used twice."""

    def new_logs(self, query: LogQuery) -> int:
        """Installs a filter of logs."""
        raise NotImplementedError

    def new_blocks(self) -> int:
        """Installs a filter of the hashes of new blocks."""
        raise NotImplementedError

    def new_pending(self) -> int:
        """Installs a filter of the hashes of transactions that the pool takes."""
        raise NotImplementedError

    def changes(self, filter_id: int) -> list[FoundLog] | list[Hash32]:
        """What is new since the last question.

        Raises:
            UnknownFilter: It is not there.
        """
        raise NotImplementedError

    def logs(self, filter_id: int) -> list[FoundLog]:
        """All that a filter of logs asks for, told or not.

        Raises:
            UnknownFilter: It is not there, or no filter of logs.
        """
        raise NotImplementedError

    def uninstall(self, filter_id: int) -> bool:
        """Takes a filter away; gives whether it was there."""
        raise NotImplementedError
