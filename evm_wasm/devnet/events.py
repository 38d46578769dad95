"""Who wants to be told what happens: called at once, on the thread that makes it happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from evm_wasm.devnet.results import FoundLog
from evm_wasm.model.block import Block
from evm_wasm.model.transaction import RecoveredTransaction


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block was appended.

    Attributes:
        block: The block.
        logs: All its logs.
    """

    block: Block
    logs: tuple[FoundLog, ...]


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """The pool took a transaction that could go into a block."""

    transaction: RecoveredTransaction


@dataclass(frozen=True, slots=True)
class Reverted:
    """Blocks were taken away: the newest is now this one."""

    head: Block


DevnetEvent: TypeAlias = "NewBlock | NewTransaction | Reverted"


class Subscription:
    """One who is told."""

    def cancel(self) -> None:
        """No more calls; a second time does nothing."""
        raise NotImplementedError


class Events:
    """All who are told."""

    def subscribe(self, told: Callable[[DevnetEvent], None]) -> Subscription:
        """From now on calls `told` with every event, after it has happened.

        `told` must be quick, must not raise, and must not change the devnet.
        """
        raise NotImplementedError
