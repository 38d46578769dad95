"""`eth_*`: blocks, transactions in them, receipts and logs."""

from __future__ import annotations

from typing import Final

from evm_wasm.devnet.requests import PENDING, BlockId, LogQuery
from evm_wasm.devnet.results import FoundLog, FoundReceipt, FoundTransaction
from evm_wasm.model.block import Block
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.rpc.answers import (
    Json,
    block_to_json,
    header_to_json,
    log_to_json,
    receipt_to_json,
    transaction_to_json,
)
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.requests import LOG_QUERY
from evm_wasm.rpc.spec import Kind, Method, Param, optional
from evm_wasm.rpc.values import (
    ADDRESS,
    BLOCK,
    BOOLEAN,
    DATA,
    HASH,
    NUMBER,
    OBJECT,
    list_of,
    or_null,
    read_object,
)

TRANSACTION: Final = or_null(Kind("transaction object", "object", read_object, transaction_to_json))
RECEIPT: Final = Kind("receipt object", "object", read_object, receipt_to_json)
LOG: Final = Kind("log object", "object", read_object, log_to_json)
BLOCK_OBJECT: Final = or_null(Kind("block object", "object", read_object, lambda block: block))


def _get_block(node: Node, block: BlockId, full: bool) -> Json | None:
    found = node.devnet.block(block)
    if found is None:
        return None
    return block_to_json(found, full=full, is_pending=block is PENDING)


def _get_header(node: Node, block: BlockId) -> Json | None:
    found = node.devnet.block(block)
    return None if found is None else header_to_json(found)


def _count_transactions(node: Node, block: BlockId) -> int | None:
    found = node.devnet.block(block)
    return None if found is None else len(found.transactions)


def _count_uncles(node: Node, block: BlockId) -> int | None:
    return None if node.devnet.block(block) is None else 0


def _get_uncle(_node: Node, _block: BlockId, _index: int) -> None:
    return None


def _get_transaction(node: Node, transaction_hash: Hash32) -> FoundTransaction | None:
    return node.devnet.transaction(transaction_hash)


def _get_transaction_in(node: Node, block: BlockId, index: int) -> FoundTransaction | None:
    return node.devnet.transaction_in(block, index)


def _get_raw_transaction(node: Node, transaction_hash: Hash32) -> bytes | None:
    found = node.devnet.transaction(transaction_hash)
    return None if found is None else found.transaction.raw


def _get_raw_transaction_in(node: Node, block: BlockId, index: int) -> bytes | None:
    found = node.devnet.transaction_in(block, index)
    return None if found is None else found.transaction.raw


def _get_receipt(node: Node, transaction_hash: Hash32) -> FoundReceipt | None:
    return node.devnet.receipt(transaction_hash)


def _get_block_receipts(node: Node, block: BlockId) -> tuple[FoundReceipt, ...] | None:
    return node.devnet.block_receipts(block)


def _get_logs(node: Node, query: LogQuery) -> list[FoundLog]:
    return node.devnet.logs.find(query)


def _transaction_by_sender(node: Node, sender: Address, nonce: int) -> FoundTransaction | None:
    """Searches the pool, then the blocks from the newest to the one in which it must be."""
    devnet = node.devnet
    for waiting in (devnet.pool.pending(), devnet.pool.queued()):
        for transaction in waiting.get(sender, ()):
            if transaction.unsigned.nonce == nonce:
                return devnet.transaction(transaction.hash)
    return _mined_by_sender(node, sender, nonce)


def _mined_by_sender(node: Node, sender: Address, nonce: int) -> FoundTransaction | None:
    devnet = node.devnet
    for number in range(devnet.chain.head, -1, -1):
        block: Block | None = devnet.block(number)
        if block is None:
            return None
        for index, transaction in enumerate(block.transactions):
            if transaction.sender == sender and transaction.unsigned.nonce == nonce:
                return devnet.transaction_in(number, index)
    return None


_BLOCK: Final = Param("block", BLOCK)
_NUMBER: Final = Param("number", BLOCK)
_HASH: Final = Param("hash", HASH)
_INDEX: Final = Param("index", NUMBER)
_FULL: Final = optional("full", BOOLEAN, False)

METHODS: Final = (
    Method(
        "eth_getBlockByNumber",
        (_NUMBER, _FULL),
        BLOCK_OBJECT,
        _get_block,
        "A block with its transactions, or their hashes.",
    ),
    Method(
        "eth_getBlockByHash",
        (_HASH, _FULL),
        BLOCK_OBJECT,
        _get_block,
        "A block with its transactions, or their hashes.",
    ),
    Method(
        "eth_getHeaderByNumber", (_NUMBER,), BLOCK_OBJECT, _get_header, "The header of a block."
    ),
    Method("eth_getHeaderByHash", (_HASH,), BLOCK_OBJECT, _get_header, "The header of a block."),
    Method(
        "eth_getBlockTransactionCountByNumber",
        (_NUMBER,),
        or_null(NUMBER),
        _count_transactions,
        "How many transactions a block has.",
    ),
    Method(
        "eth_getBlockTransactionCountByHash",
        (_HASH,),
        or_null(NUMBER),
        _count_transactions,
        "How many transactions a block has.",
    ),
    Method(
        "eth_getUncleCountByBlockNumber", (_NUMBER,), or_null(NUMBER), _count_uncles, "Always 0."
    ),
    Method("eth_getUncleCountByBlockHash", (_HASH,), or_null(NUMBER), _count_uncles, "Always 0."),
    Method(
        "eth_getUncleByBlockNumberAndIndex",
        (_NUMBER, _INDEX),
        or_null(OBJECT),
        _get_uncle,
        "Always null: there are none.",
    ),
    Method(
        "eth_getUncleByBlockHashAndIndex",
        (_HASH, _INDEX),
        or_null(OBJECT),
        _get_uncle,
        "Always null: there are none.",
    ),
    Method(
        "eth_getTransactionByHash",
        (_HASH,),
        TRANSACTION,
        _get_transaction,
        "A transaction of a block or of the pool.",
    ),
    Method(
        "eth_getTransactionByBlockNumberAndIndex",
        (_NUMBER, _INDEX),
        TRANSACTION,
        _get_transaction_in,
        "A transaction by its place.",
    ),
    Method(
        "eth_getTransactionByBlockHashAndIndex",
        (_HASH, _INDEX),
        TRANSACTION,
        _get_transaction_in,
        "A transaction by its place.",
    ),
    Method(
        "eth_getTransactionBySenderAndNonce",
        (Param("sender", ADDRESS), Param("nonce", NUMBER)),
        TRANSACTION,
        _transaction_by_sender,
        "A transaction of an account by its nonce; looks at one block after the other.",
    ),
    Method(
        "eth_getRawTransactionByHash",
        (_HASH,),
        or_null(DATA),
        _get_raw_transaction,
        "The bytes of a transaction (EIP-2718).",
    ),
    Method(
        "eth_getRawTransactionByBlockNumberAndIndex",
        (_NUMBER, _INDEX),
        or_null(DATA),
        _get_raw_transaction_in,
        "The bytes of a transaction by its place.",
    ),
    Method(
        "eth_getRawTransactionByBlockHashAndIndex",
        (_HASH, _INDEX),
        or_null(DATA),
        _get_raw_transaction_in,
        "The bytes of a transaction by its place.",
    ),
    Method(
        "eth_getTransactionReceipt",
        (_HASH,),
        or_null(RECEIPT),
        _get_receipt,
        "The receipt of a transaction that is in a block.",
    ),
    Method(
        "eth_getBlockReceipts",
        (_BLOCK,),
        or_null(list_of(RECEIPT)),
        _get_block_receipts,
        "The receipts of a block.",
    ),
    Method(
        "eth_getLogs", (Param("filter", LOG_QUERY),), list_of(LOG), _get_logs, "Logs of blocks."
    ),
)
