"""Who is sent what as it happens: `eth_subscribe`.

The text of an event is made once, however many want it. Everything here runs on the execution
thread; a session's `send` hands the text over to the connection.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final

from evm_wasm.devnet.events import DevnetEvent, Events, NewBlock, NewTransaction
from evm_wasm.devnet.logs import matches
from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog, FoundTransaction
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rpc.answers import header_to_json, log_to_json, transaction_to_json
from evm_wasm.rpc.errors import LIMIT_EXCEEDED, RpcError
from evm_wasm.rpc.session import Session

MOST_SUBSCRIPTIONS: Final = 1_000
"""Of one connection."""

ID_BYTES: Final = 16
"""Of a subscription's id, so that no client can guess another's."""

_encode: Final = json.JSONEncoder(separators=(",", ":")).encode


class Topic(Enum):
    """What can be subscribed to, as clients spell it."""

    HEADS = "newHeads"
    LOGS = "logs"
    PENDING = "newPendingTransactions"


@dataclass(frozen=True, slots=True)
class _Subscriber:
    """Who wants what.

    Attributes:
        topic: What.
        send: Takes the text of a notification.
        query: Which logs.
        full: Whether whole transactions and not their hashes.
    """

    topic: Topic
    send: Callable[[str], None]
    query: LogQuery | None
    full: bool


class Publisher:
    """All subscribers of a node."""

    def __init__(self, events: Events) -> None:
        self._subscribers: dict[str, _Subscriber] = {}
        events.subscribe(self._publish)

    def subscribe(self, session: Session, topic: Topic, query: LogQuery | None, full: bool) -> str:
        """Sends what happens from now on; the session can end it.

        Returns:
            The subscription's id.

        Raises:
            RpcError: The session has too many.
        """
        if len(session) >= MOST_SUBSCRIPTIONS:
            raise RpcError(LIMIT_EXCEEDED, f"more than {MOST_SUBSCRIPTIONS} subscriptions")
        identifier = format_bytes(secrets.token_bytes(ID_BYTES))
        self._subscribers[identifier] = _Subscriber(topic, session.send, query, full)
        session.add(identifier, lambda: self._forget(identifier))
        return identifier

    def _forget(self, identifier: str) -> None:
        self._subscribers.pop(identifier, None)

    def _publish(self, event: DevnetEvent) -> None:
        if not self._subscribers:
            return
        if isinstance(event, NewBlock):
            self._tell(Topic.HEADS, _Text(lambda: header_to_json(event.block)))
            if event.logs:
                self._tell_logs(event.logs)
        elif isinstance(event, NewTransaction):
            transaction = event.transaction
            found = FoundTransaction(transaction=transaction, block=None, index=None)
            self._tell(Topic.PENDING, _Text(lambda: format_bytes(transaction.hash)), full=False)
            self._tell(Topic.PENDING, _Text(lambda: transaction_to_json(found)), full=True)

    def _tell(self, topic: Topic, text: _Text, *, full: bool = False) -> None:
        for identifier, subscriber in self._subscribers.items():
            if subscriber.topic is topic and subscriber.full is full:
                subscriber.send(_notification(identifier, text.get()))

    def _tell_logs(self, logs: Iterable[FoundLog]) -> None:
        for found in logs:
            text = _Text(partial(log_to_json, found))
            for identifier, subscriber in self._subscribers.items():
                if subscriber.query is not None and matches(subscriber.query, found.log):
                    subscriber.send(_notification(identifier, text.get()))


class _Text:
    """The JSON text of something, made when it is first wanted."""

    __slots__ = ("_make", "_text")

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._text: str | None = None

    def get(self) -> str:
        if self._text is None:
            self._text = _encode(self._make())
        return self._text


def _notification(identifier: str, result: str) -> str:
    return (
        '{"jsonrpc":"2.0","method":"eth_subscription","params":'
        f'{{"subscription":"{identifier}","result":{result}}}}}'
    )
