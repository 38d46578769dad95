"""The byte form of receipts that the receipts root covers (EIP-658, EIP-2718)."""

from __future__ import annotations

from evm_wasm.model.message import Log, Status
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.model.transaction import TransactionType
from evm_wasm.primitives.rlp import Item, encode, encode_integer


def encode_receipt(receipt: BlockReceipt) -> bytes:
    """Status, cumulative gas, bloom and logs; behind the type unless that is the legacy one."""
    data = encode(
        [
            encode_integer(int(receipt.status is Status.SUCCESS)),
            encode_integer(receipt.cumulative_gas_used),
            receipt.bloom,
            [log_item(log) for log in receipt.logs],
        ]
    )
    if receipt.type is TransactionType.LEGACY:
        return data
    return bytes((receipt.type,)) + data


def log_item(log: Log) -> Item:
    """A log as an RLP item."""
    return [log.address, log.topics, log.data]
