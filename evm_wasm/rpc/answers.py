"""Blocks, transactions, receipts and logs as JSON objects, in the shape of ethereum/execution-apis."""

from __future__ import annotations

from evm_wasm.devnet.results import FeeHistory, FoundLog, FoundReceipt, FoundTransaction
from evm_wasm.model.block import Block
from evm_wasm.model.message import Log, Status
from evm_wasm.model.transaction import AccessEntry, TransactionType, UnsignedTransaction
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Address

Json = dict[str, object]


def header_to_json(block: Block) -> Json:
    """The fields of a header and its hash: what `newHeads` sends."""
    header = block.header
    members: Json = {
        "number": format_quantity(header.number),
        "hash": format_bytes(block.hash),
        "parentHash": format_bytes(header.parent_hash),
        "sha3Uncles": format_bytes(header.ommers_hash),
        "miner": format_bytes(header.coinbase),
        "stateRoot": format_bytes(header.state_root),
        "transactionsRoot": format_bytes(header.transactions_root),
        "receiptsRoot": format_bytes(header.receipts_root),
        "logsBloom": format_bytes(header.logs_bloom),
        "difficulty": format_quantity(header.difficulty),
        "gasLimit": format_quantity(header.gas_limit),
        "gasUsed": format_quantity(header.gas_used),
        "timestamp": format_quantity(header.timestamp),
        "extraData": format_bytes(header.extra_data),
        "mixHash": format_bytes(header.mix_hash),
        "nonce": format_bytes(header.nonce),
    }
    if header.base_fee_per_gas is not None:
        members["baseFeePerGas"] = format_quantity(header.base_fee_per_gas)
    return members


def block_to_json(block: Block, *, full: bool, is_pending: bool = False) -> Json:
    """A block with its transactions or their hashes; a pending one has no hash and no nonce."""
    members = header_to_json(block)
    transactions: list[object]
    if full:
        transactions = [
            transaction_to_json(
                FoundTransaction(
                    transaction=transaction, block=None if is_pending else block, index=index
                )
            )
            for index, transaction in enumerate(block.transactions)
        ]
    else:
        transactions = [format_bytes(transaction.hash) for transaction in block.transactions]
    members |= {
        # No work has ever been done here, so its sum is the difficulty of the genesis block.
        "totalDifficulty": format_quantity(block.header.difficulty),
        "size": format_quantity(block.size),
        "uncles": [],
        "transactions": transactions,
    }
    if is_pending:
        members |= {"hash": None, "nonce": None}
    return members


def transaction_to_json(found: FoundTransaction) -> Json:
    """A signed transaction and where it stands; nulls while it waits in the pool."""
    transaction, block = found.transaction, found.block
    signed = transaction.signed
    members: Json = {
        "hash": format_bytes(transaction.hash),
        **_unsigned(transaction.unsigned),
        "from": format_bytes(transaction.sender),
        "r": format_quantity(signed.r),
        "s": format_quantity(signed.s),
        "v": format_quantity(_v(transaction.unsigned, signed.y_parity)),
        "gasPrice": format_quantity(found.effective_gas_price),
        "blockHash": None,
        "blockNumber": None,
        "transactionIndex": None,
    }
    if transaction.unsigned.type is not TransactionType.LEGACY:
        members["yParity"] = format_quantity(signed.y_parity)
    if block is not None and found.index is not None:
        members |= {
            "blockHash": format_bytes(block.hash),
            "blockNumber": format_quantity(block.header.number),
            "blockTimestamp": format_quantity(block.header.timestamp),
            "transactionIndex": format_quantity(found.index),
        }
    return members


def unsigned_to_json(unsigned: UnsignedTransaction, sender: Address) -> Json:
    """A transaction that has all but its signature, as `eth_fillTransaction` gives it."""
    members = {**_unsigned(unsigned), "from": format_bytes(sender)}
    if unsigned.type is not TransactionType.DYNAMIC_FEE:
        members["gasPrice"] = format_quantity(unsigned.max_fee_per_gas)
    return members


def _unsigned(unsigned: UnsignedTransaction) -> Json:
    members: Json = {
        "type": format_quantity(unsigned.type),
        "nonce": format_quantity(unsigned.nonce),
        "gas": format_quantity(unsigned.gas_limit),
        "to": address_or_null(unsigned.to),
        "value": format_quantity(unsigned.value),
        "input": format_bytes(unsigned.data),
    }
    if unsigned.chain_id is not None:
        members["chainId"] = format_quantity(unsigned.chain_id)
    if unsigned.type is not TransactionType.LEGACY:
        members["accessList"] = access_list_to_json(unsigned.access_list)
    if unsigned.type is TransactionType.DYNAMIC_FEE:
        members["maxFeePerGas"] = format_quantity(unsigned.max_fee_per_gas)
        members["maxPriorityFeePerGas"] = format_quantity(unsigned.max_priority_fee_per_gas)
    return members


def _v(unsigned: UnsignedTransaction, y_parity: int) -> int:
    """The v of the older form (EIP-155), the parity itself for the typed ones."""
    if unsigned.type is not TransactionType.LEGACY:
        return y_parity
    return y_parity + (27 if unsigned.chain_id is None else 35 + 2 * unsigned.chain_id)


def access_list_to_json(entries: tuple[AccessEntry, ...]) -> list[Json]:
    """An access list (EIP-2930)."""
    return [
        {
            "address": format_bytes(entry.address),
            "storageKeys": [format_bytes(key) for key in entry.storage_keys],
        }
        for entry in entries
    ]


def receipt_to_json(found: FoundReceipt) -> Json:
    """A receipt with its logs."""
    receipt, block = found.receipt, found.block
    place: Json = {
        "transactionHash": format_bytes(found.transaction.hash),
        "transactionIndex": format_quantity(found.index),
        "blockHash": format_bytes(block.hash),
        "blockNumber": format_quantity(block.header.number),
    }
    timestamp = format_quantity(block.header.timestamp)
    return {
        **place,
        "type": format_quantity(receipt.type),
        "status": "0x1" if receipt.status is Status.SUCCESS else "0x0",
        "from": format_bytes(receipt.sender),
        "to": address_or_null(receipt.to),
        "contractAddress": address_or_null(receipt.contract_address),
        "cumulativeGasUsed": format_quantity(receipt.cumulative_gas_used),
        "gasUsed": format_quantity(receipt.gas_used),
        "effectiveGasPrice": format_quantity(receipt.effective_gas_price),
        "logs": [
            {
                **plain_log_to_json(log),
                **place,
                "blockTimestamp": timestamp,
                "logIndex": format_quantity(receipt.first_log + index),
                "removed": False,
            }
            for index, log in enumerate(receipt.logs)
        ],
        "logsBloom": format_bytes(receipt.bloom),
    }


def plain_log_to_json(log: Log) -> Json:
    """What a contract logged, wherever that was."""
    return {
        "address": format_bytes(log.address),
        "topics": [format_bytes(topic) for topic in log.topics],
        "data": format_bytes(log.data),
    }


def log_to_json(found: FoundLog) -> Json:
    """A log and where it stands."""
    return {
        **plain_log_to_json(found.log),
        "blockNumber": format_quantity(found.block_number),
        "blockHash": format_bytes(found.block_hash),
        "blockTimestamp": format_quantity(found.timestamp),
        "transactionHash": format_bytes(found.transaction_hash),
        "transactionIndex": format_quantity(found.transaction_index),
        "logIndex": format_quantity(found.log_index),
        "removed": False,
    }


def fee_history_to_json(history: FeeHistory) -> Json:
    """What blocks paid; the share of its gas limit that each block used is a JSON number."""
    members: Json = {
        "oldestBlock": format_quantity(history.oldest_block),
        "baseFeePerGas": [format_quantity(fee) for fee in history.base_fees],
        "gasUsedRatio": [used / limit if limit else 0.0 for used, limit in history.gas_used],
    }
    if history.rewards is not None:
        members["reward"] = [
            [format_quantity(reward) for reward in rewards] for rewards in history.rewards
        ]
    return members


def address_or_null(address: Address | None) -> str | None:
    """An address, null where there is none."""
    return None if address is None else format_bytes(address)
