"""From blocks and receipts to records that say where things stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evm_wasm.devnet.results import FoundLog, FoundReceipt
from evm_wasm.model.block import Block
from evm_wasm.model.receipt import BlockReceipt


def logs_of(block: Block, receipts: Sequence[BlockReceipt]) -> Iterator[FoundLog]:
    """All logs of a block, in order."""
    for index, receipt in enumerate(receipts):
        if receipt.logs:
            yield from logs_of_transaction(block, index, receipt)


def logs_of_transaction(block: Block, index: int, receipt: BlockReceipt) -> Iterator[FoundLog]:
    """The logs of one transaction of a block, in order."""
    transaction_hash = block.transactions[index].hash
    for place, log in enumerate(receipt.logs, receipt.first_log):
        yield FoundLog(
            log=log,
            block_number=block.header.number,
            block_hash=block.hash,
            timestamp=block.header.timestamp,
            transaction_hash=transaction_hash,
            transaction_index=index,
            log_index=place,
        )


def located_receipt(block: Block, index: int, receipt: BlockReceipt) -> FoundReceipt:
    """A receipt with its place."""
    return FoundReceipt(
        receipt=receipt, transaction=block.transactions[index], block=block, index=index
    )
