"""Sending a transaction through a node and waiting for its receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from evm_wasm.chain.signing import sign_transaction
from evm_wasm.chain.transaction_rlp import encode_transaction, transaction_hash
from evm_wasm.client.answers import Answer, read_data, read_hash, read_object, read_quantity
from evm_wasm.client.connection import Node
from evm_wasm.client.wallet import Key
from evm_wasm.errors import InputError, NodeError, NodeRefusal
from evm_wasm.model.transaction import TransactionType, UnsignedTransaction
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Address, Hash32

REVERTED: Final = 3
"""The code of the error by which nodes say that a call reverted (go-ethereum, internal/ethapi)."""

_SPARE: Final = 5
"""A fifth more gas than estimated: the state may change until the transaction is in a block.
What is not used is not paid."""

_FEE_FACTOR: Final = 2
"""Times the base fee of the latest block: enough for six full blocks in between (EIP-1559: each
raises it by an eighth)."""

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0
"""Seconds between two questions for a receipt; each pause is half as long again as the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants sent; None is left to the node or worked out from its answers.

    Attributes:
        to: None creates a contract.
        value: In wei.
        data: Call data, or init code.
        gas: Limit, in gas.
        max_fee: In wei for one gas.
        priority_fee: In wei for one gas.
        nonce: Of the sender.
    """

    to: Address | None
    value: int
    data: bytes
    gas: int | None = None
    max_fee: int | None = None
    priority_fee: int | None = None
    nonce: int | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends.

    Attributes:
        address: The account.
        key: What signs here; None has the node sign.
    """

    address: Address
    key: Key | None


def call_object(sender: Address | None, order: Order) -> dict[str, object]:
    """A transaction as the methods of a node take it."""
    members: dict[str, object] = {
        "value": format_quantity(order.value),
        "data": format_bytes(order.data),
    }
    optional = {
        "gas": order.gas,
        "maxFeePerGas": order.max_fee,
        "maxPriorityFeePerGas": order.priority_fee,
        "nonce": order.nonce,
    }
    members |= {name: format_quantity(n) for name, n in optional.items() if n is not None}
    if sender is not None:
        members["from"] = format_bytes(sender)
    if order.to is not None:
        members["to"] = format_bytes(order.to)
    return members


def send(node: Node, sender: Sender, order: Order) -> Hash32:
    """Hands a transaction to the node.

    Returns:
        Its hash.

    Raises:
        NodeRefusal: The node does not take it; code 3 if it would revert.
        NodeError: The node cannot be used.
        InputError: The numbers contradict each other.
    """
    filled = _with_gas(node, sender.address, order)
    if sender.key is None:
        with _perhaps_sent("block"):
            answer = node.ask("eth_sendTransaction", call_object(sender.address, filled))
        return read_hash(answer, what="transaction hash")
    return _send_signed(node, sender.key, filled)


def wait_for_receipt(
    node: Node,
    transaction: Hash32,
    *,
    limit: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """The receipt of a transaction, once it is in a block.

    Args:
        node: Where it was sent.
        transaction: Its hash.
        limit: Seconds after which to give up.
        clock: Seconds since any time.
        sleep: Waits for seconds.

    Raises:
        NodeError: Not in a block in time, or the node cannot be used.
    """
    text = format_bytes(transaction)
    deadline = clock() + limit
    pause = _FIRST_PAUSE
    while (answer := node.ask("eth_getTransactionReceipt", text)) is None:
        if clock() > deadline:
            raise NodeError(
                f"transaction {text} was sent and is in no block after {limit:g} seconds; look "
                f"again with 'ewasm receipt {text}', or let the node mine"
            )
        sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)
    return read_object(answer, what="receipt")


def revert_output(node: Node, transaction: Hash32) -> bytes | None:
    """What a transaction that failed in a block gave back, None where the node cannot tell."""
    options = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
    try:
        trace = node.ask("debug_traceTransaction", format_bytes(transaction), options)
    except NodeRefusal:
        return None
    output = trace.get("output") if isinstance(trace, Mapping) else None
    return None if output is None else read_data(output, what="trace.output")


def _with_gas(node: Node, sender: Address, order: Order) -> Order:
    if order.gas is not None:
        return order
    answer = node.ask("eth_estimateGas", call_object(sender, order))
    estimate = read_quantity(answer, what="gas estimate")
    limit = _latest_block(node).quantity("gasLimit")
    return replace(order, gas=max(estimate, min(estimate + estimate // _SPARE, limit)))


def _send_signed(node: Node, key: Key, order: Order) -> Hash32:
    raw = encode_transaction(sign_transaction(_unsigned(node, key.address, order), key.secret))
    expected = transaction_hash(raw)
    with _perhaps_sent(f"receipt {format_bytes(expected)}"):
        answer = node.ask("eth_sendRawTransaction", format_bytes(raw))
    if read_hash(answer, what="transaction hash") != expected:
        raise NodeError(
            f"{node.place} gave another hash than that of the transaction it was sent, "
            f"{format_bytes(expected)}"
        )
    return expected


@contextmanager
def _perhaps_sent(command: str) -> Iterator[None]:
    """Where no answer came, the transaction may be on its way: says how to find out."""
    try:
        yield
    except NodeError as error:
        raise NodeError(
            f"{error}; the transaction may have been sent all the same: look with 'ewasm {command}'"
        ) from error


def _unsigned(node: Node, sender: Address, order: Order) -> UnsignedTransaction:
    """Everything that the node has to be asked before a key can sign."""
    if order.gas is None:
        raise ValueError("the gas limit must be known by now")
    priority_fee, max_fee = _fees(node, order)
    nonce = order.nonce
    if nonce is None:
        answer = node.ask("eth_getTransactionCount", format_bytes(sender), "pending")
        nonce = read_quantity(answer, what="nonce")
    return UnsignedTransaction(
        type=TransactionType.DYNAMIC_FEE,
        chain_id=read_quantity(node.ask("eth_chainId"), what="chain id"),
        nonce=nonce,
        max_fee_per_gas=max_fee,
        max_priority_fee_per_gas=priority_fee,
        gas_limit=order.gas,
        to=order.to,
        value=order.value,
        data=order.data,
    )


def _fees(node: Node, order: Order) -> tuple[int, int]:
    """Priority fee and greatest fee, in wei for one gas."""
    priority_fee = order.priority_fee
    if priority_fee is None:
        answer = node.ask("eth_maxPriorityFeePerGas")
        priority_fee = read_quantity(answer, what="priority fee")
        if order.max_fee is not None:
            priority_fee = min(priority_fee, order.max_fee)
    if order.max_fee is None:
        block = _latest_block(node)
        if not block.has("baseFeePerGas"):
            raise NodeError(
                f"the chain at {node.place} has no base fee; transactions of type 2, which are "
                "signed here, do not exist on it"
            )
        return priority_fee, _FEE_FACTOR * block.quantity("baseFeePerGas") + priority_fee
    if priority_fee > order.max_fee:
        raise InputError("--priority-fee: more than --max-fee, which includes it")
    return priority_fee, order.max_fee


def _latest_block(node: Node) -> Answer:
    return read_object(node.ask("eth_getBlockByNumber", "latest", False), what="block")
