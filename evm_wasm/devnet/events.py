"""Who wants to be told what happens: called at once, on the thread that makes it happen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from evm_wasm.devnet.located import logs_of
from evm_wasm.devnet.results import FoundLog
from evm_wasm.model.block import Block
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.model.transaction import RecoveredTransaction


@dataclass(frozen=True, slots=True)
class NewBlock:
    """A block was appended.

    Attributes:
        block: The block.
        receipts: One for each of its transactions.
    """

    block: Block
    receipts: tuple[BlockReceipt, ...]

    @property
    def logs(self) -> tuple[FoundLog, ...]:
        """All its logs."""
        return tuple(logs_of(self.block, self.receipts))


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

    def __init__(self, events: Events, told: Callable[[DevnetEvent], None]) -> None:
        self._events = events
        self.told = told

    def cancel(self) -> None:
        """No more calls; a second time does nothing."""
        self._events.forget(self)


class Events:
    """All who are told."""

    def __init__(self) -> None:
        # A dictionary for its order: they are told in the order in which they came.
        self._subscriptions: dict[Subscription, None] = {}

    def subscribe(self, told: Callable[[DevnetEvent], None]) -> Subscription:
        """From now on calls `told` with every event, after it has happened.

        `told` must be quick, must not raise, and must not change the devnet.
        """
        subscription = Subscription(self, told)
        self._subscriptions[subscription] = None
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Ends a subscription, if there is such a one."""
        self._subscriptions.pop(subscription, None)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All there are, for `restore`."""
        return tuple(self._subscriptions)

    def restore(self, subscriptions: Iterable[Subscription]) -> None:
        """Just these are told from now on."""
        self._subscriptions = dict.fromkeys(subscriptions)

    def publish(self, event: DevnetEvent) -> None:
        """Tells everybody."""
        for subscription in tuple(self._subscriptions):
            subscription.told(event)
