"""`txpool_*`: transactions that wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from evm_wasm.devnet.results import FoundTransaction
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Address
from evm_wasm.rpc.answers import Json, transaction_to_json
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.spec import Method, Param
from evm_wasm.rpc.values import ADDRESS, OBJECT

Waiting = Mapping[Address, Sequence[RecoveredTransaction]]


def _status(node: Node) -> Json:
    counts = node.devnet.pool.status()
    return {"pending": format_quantity(counts.pending), "queued": format_quantity(counts.queued)}


def _content(node: Node) -> Json:
    return _both(node, _describe)


def _content_from(node: Node, sender: Address) -> Json:
    pool = node.devnet.pool
    return {
        "pending": _by_nonce(pool.pending().get(sender, ()), _describe),
        "queued": _by_nonce(pool.queued().get(sender, ()), _describe),
    }


def _inspect(node: Node) -> Json:
    return _both(node, _summarize)


def _both(node: Node, tell: Callable[[RecoveredTransaction], object]) -> Json:
    pool = node.devnet.pool
    return {
        "pending": _by_sender(pool.pending(), tell),
        "queued": _by_sender(pool.queued(), tell),
    }


def _by_sender(waiting: Waiting, tell: Callable[[RecoveredTransaction], object]) -> Json:
    return {
        format_bytes(sender): _by_nonce(transactions, tell)
        for sender, transactions in waiting.items()
    }


def _by_nonce(
    transactions: Sequence[RecoveredTransaction], tell: Callable[[RecoveredTransaction], object]
) -> Json:
    """The nonce is decimal text here, as in geth."""
    return {str(transaction.unsigned.nonce): tell(transaction) for transaction in transactions}


def _describe(transaction: RecoveredTransaction) -> Json:
    return transaction_to_json(FoundTransaction(transaction=transaction, block=None, index=None))


def _summarize(transaction: RecoveredTransaction) -> str:
    unsigned = transaction.unsigned
    target = "contract creation" if unsigned.to is None else format_bytes(unsigned.to)
    return (
        f"{target}: {unsigned.value} wei + {unsigned.gas_limit} gas × "
        f"{unsigned.max_fee_per_gas} wei"
    )


METHODS: Final = (
    Method("txpool_status", (), OBJECT, _status, "How many transactions wait."),
    Method("txpool_content", (), OBJECT, _content, "All that wait, by sender and nonce."),
    Method(
        "txpool_contentFrom",
        (Param("sender", ADDRESS),),
        OBJECT,
        _content_from,
        "What waits of one account, by nonce.",
    ),
    Method("txpool_inspect", (), OBJECT, _inspect, "All that wait, a line for each."),
)
