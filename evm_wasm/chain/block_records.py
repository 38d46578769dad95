"""Blocks and receipts as the records that a history keeps.

A block is its hash, its header behind a length of two bytes, and the RLP list of its transactions,
each a pair of sender and bytes. Hash and bloom are at fixed places, so that they can be read
without the rest.

Receipts are the RLP list of what cannot be computed from the block: status, output, logs and where
the gas went. Records are our own bytes behind checksums: what is wrong in one is damage.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, cast

from evm_wasm.chain.base_fee import effective_gas_price
from evm_wasm.chain.bloom import LENGTH as BLOOM_LENGTH
from evm_wasm.chain.bloom import logs_bloom
from evm_wasm.chain.header_rlp import BLOOM_OFFSET, decode_header, join_block
from evm_wasm.chain.receipt_rlp import log_item
from evm_wasm.chain.transaction_rlp import decode_transaction, transaction_hash
from evm_wasm.errors import InputError, StateError
from evm_wasm.model.block import Block
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.message import HaltReason, Log, Status
from evm_wasm.model.receipt import BlockReceipt, GasReport
from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.rlp import Item, decode, encode, encode_integer
from evm_wasm.primitives.types import Address, Hash32, Word

_HASH: Final = 32
_HEADER: Final = _HASH + 2
_BLOOM: Final = _HEADER + BLOOM_OFFSET

_Items = Sequence[Item]


def encode_block(block: Block, header: bytes) -> bytes:
    """A block as a record.

    Args:
        block: The block.
        header: The bytes of its header.
    """
    pairs = [[transaction.sender, transaction.raw] for transaction in block.transactions]
    return b"".join((block.hash, len(header).to_bytes(2, "big"), header, encode(pairs)))


def decode_block(record: bytes) -> Block:
    """Inverse of `encode_block`.

    Raises:
        StateError: Damaged.
    """
    header = record[_HEADER : _transactions_at(record)]
    try:
        pairs = list(_pairs(record))
        return Block(
            header=decode_header(header),
            hash=hash_in(record),
            size=len(join_block(header, [raw for _, raw in pairs])),
            transactions=tuple(_transaction(sender, raw) for sender, raw in pairs),
        )
    except InputError as error:
        raise StateError(f"the store is damaged: a block does not decode: {error}") from error


def hash_in(record: bytes) -> Hash32:
    """The hash of the block in a record."""
    return Hash32(record[:_HASH])


def bloom_in(record: bytes) -> bytes:
    """The bloom of the block in a record."""
    return record[_BLOOM : _BLOOM + BLOOM_LENGTH]


def transaction_hashes_in(record: bytes) -> tuple[Hash32, ...]:
    """The hashes of the transactions of the block in a record."""
    return tuple(transaction_hash(raw) for _, raw in _pairs(record))


def encode_receipts(receipts: Sequence[BlockReceipt]) -> bytes:
    """The receipts of a block as a record."""
    return encode([_receipt_item(receipt) for receipt in receipts])


def decode_receipts(record: bytes, block: Block) -> tuple[BlockReceipt, ...]:
    """Inverse of `encode_receipts`."""
    items = cast("Sequence[_Items]", decode(record, what="receipts"))
    used = accumulate(_number(item[1]) for item in items)
    receipts: list[BlockReceipt] = []
    first_log = 0
    for item, transaction, cumulative in zip(items, block.transactions, used, strict=True):
        logs = tuple(_log(cast("_Items", log)) for log in cast("_Items", item[2]))
        base_fee = block.header.base_fee_per_gas or 0
        receipts.append(_receipt(item, transaction, base_fee, cumulative, logs, first_log))
        first_log += len(logs)
    return tuple(receipts)


def _transactions_at(record: bytes) -> int:
    return _HEADER + int.from_bytes(record[_HASH:_HEADER], "big")


def _pairs(record: bytes) -> Iterator[tuple[Address, bytes]]:
    """Senders and bytes of the transactions of a block."""
    pairs = decode(record[_transactions_at(record) :], what="transactions")
    return iter(cast("Sequence[tuple[Address, bytes]]", pairs))


def _transaction(sender: Address, raw: bytes) -> RecoveredTransaction:
    return RecoveredTransaction(
        signed=decode_transaction(raw), sender=sender, hash=transaction_hash(raw), raw=raw
    )


def _receipt_item(receipt: BlockReceipt) -> Item:
    gas = receipt.gas
    return [
        encode_integer(receipt.status),
        encode_integer(receipt.gas_used),
        [log_item(log) for log in receipt.logs],
        receipt.output,
        receipt.halt.name.encode() if receipt.halt is not None else b"",
        receipt.detail.encode(),
        encode_integer(gas.scale),
        encode_integer(gas.intrinsic),
        encode_integer(gas.eei),
        encode_integer(gas.deposit),
        encode_integer(gas.instructions),
        encode_integer(gas.burned),
        encode_integer(gas.refund_gas),
    ]


def _receipt(
    item: _Items,
    transaction: RecoveredTransaction,
    base_fee: int,
    cumulative: int,
    logs: tuple[Log, ...],
    first_log: int,
) -> BlockReceipt:
    status, gas_used, _, output, halt, detail, *gas = cast("Sequence[bytes]", item)
    unsigned, used = transaction.unsigned, _number(gas_used)
    scale, intrinsic, eei, deposit, instructions, burned, refund = map(_number, gas)
    return BlockReceipt(
        type=unsigned.type,
        status=Status(_number(status)),
        cumulative_gas_used=cumulative,
        gas_used=used,
        effective_gas_price=effective_gas_price(
            unsigned.max_fee_per_gas, unsigned.max_priority_fee_per_gas, base_fee
        ),
        logs=logs,
        first_log=first_log,
        bloom=logs_bloom(logs),
        sender=transaction.sender,
        to=unsigned.to,
        contract_address=created_address(transaction),
        output=output,
        halt=HaltReason[halt.decode()] if halt else None,
        detail=detail.decode(),
        gas=GasReport(
            scale=scale,
            intrinsic=intrinsic,
            eei=eei,
            deposit=deposit,
            instructions=instructions,
            burned=burned,
            refund_gas=refund,
            used_gas=used,
        ),
    )


def created_address(transaction: RecoveredTransaction) -> Address | None:
    """The account that a transaction creates, also where that fails; None if it is a call."""
    if transaction.unsigned.to is not None:
        return None
    return contract_address(transaction.sender, transaction.unsigned.nonce)


def _log(item: _Items) -> Log:
    address, topics, data = item
    words = tuple(cast("Sequence[Word]", topics))
    return Log(Address(cast("bytes", address)), words, cast("bytes", data))


def _number(item: Item) -> int:
    return int.from_bytes(cast("bytes", item), "big")
