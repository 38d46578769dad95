"""`eth_*`: filters that are asked for changes, and subscriptions over WebSocket."""

from __future__ import annotations

from typing import Final

from evm_wasm.devnet.requests import LogQuery
from evm_wasm.devnet.results import FoundLog
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rpc.answers import log_to_json
from evm_wasm.rpc.methods.blocks import LOG
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.requests import LOG_QUERY, read_log_query
from evm_wasm.rpc.session import Session
from evm_wasm.rpc.spec import Kind, Method, Param, Turn, optional
from evm_wasm.rpc.subscriptions import Topic
from evm_wasm.rpc.values import ANYTHING, BOOLEAN, NUMBER, TEXT, list_of, read_boolean


def _new_filter(node: Node, query: LogQuery) -> int:
    return node.devnet.filters.new_logs(query)


def _new_block_filter(node: Node) -> int:
    return node.devnet.filters.new_blocks()


def _new_pending_filter(node: Node) -> int:
    return node.devnet.filters.new_pending()


def _get_filter_changes(node: Node, identifier: int) -> list[object]:
    return [
        log_to_json(change) if isinstance(change, FoundLog) else format_bytes(change)
        for change in node.devnet.filters.changes(identifier)
    ]


def _get_filter_logs(node: Node, identifier: int) -> list[FoundLog]:
    return node.devnet.filters.logs(identifier)


def _uninstall_filter(node: Node, identifier: int) -> bool:
    return node.devnet.filters.uninstall(identifier)


def _subscribe(node: Node, session: Session, name: str, details: object) -> str:
    return node.publisher.subscribe(session, *read_subscription(name, details))


def _unsubscribe(_node: Node, session: Session, identifier: str) -> bool:
    return session.remove(identifier)


def read_subscription(name: str, details: object) -> tuple[Topic, LogQuery | None, bool]:
    """What is wanted: the topic, for logs which, and whether whole transactions.

    Raises:
        InputError: There is no such topic, or the details are not of it.
    """
    try:
        topic = Topic(name)
    except ValueError:
        known = ", ".join(topic.value for topic in Topic)
        raise InputError(f"subscription: there are {known}") from None
    if topic is Topic.LOGS:
        return topic, read_log_query({} if details is None else details, "filter"), False
    if topic is Topic.PENDING:
        return topic, None, details is not None and read_boolean(details, "full")
    if details is not None:
        raise InputError(f"subscription: {name} takes no further parameter")
    return topic, None, False


CHANGE: Final = Kind(
    "change", "log object, or hash", lambda value, _what: value, lambda value: value
)

_ID: Final = Param("id", NUMBER)

METHODS: Final = (
    Method(
        "eth_newFilter", (Param("filter", LOG_QUERY),), NUMBER, _new_filter, "A filter of logs."
    ),
    Method(
        "eth_newBlockFilter", (), NUMBER, _new_block_filter, "A filter of hashes of new blocks."
    ),
    Method(
        "eth_newPendingTransactionFilter",
        (),
        NUMBER,
        _new_pending_filter,
        "A filter of hashes of transactions that the pool takes.",
    ),
    Method(
        "eth_getFilterChanges",
        (_ID,),
        list_of(CHANGE),
        _get_filter_changes,
        "What is new since the last question. A filter that nobody asks for five minutes is gone.",
    ),
    Method(
        "eth_getFilterLogs", (_ID,), list_of(LOG), _get_filter_logs, "All logs of a filter of logs."
    ),
    Method(
        "eth_uninstallFilter",
        (_ID,),
        BOOLEAN,
        _uninstall_filter,
        "Takes a filter away: was it there?",
    ),
    Method(
        "eth_subscribe",
        (Param("topic", TEXT), optional("details", ANYTHING)),
        TEXT,
        _subscribe,
        "Sends `newHeads`, `logs` (with a log filter) or `newPendingTransactions` (with true for "
        "whole transactions) as they come; gives the id.",
        turn=Turn.SESSION,
    ),
    Method(
        "eth_unsubscribe",
        (Param("id", TEXT),),
        BOOLEAN,
        _unsubscribe,
        "Ends a subscription of this connection: was it there?",
        turn=Turn.SESSION,
    ),
)
