"""Blocks, receipts and where transactions are, as records of a history.

    C                    what chain this is (`chain_record`)
    B NUMBER             block
    R NUMBER             its receipts
    D NUMBER             edits between the block before and this one, if any; of block 0 its accounts
    E INDEX              edits since the newest block
    H HASH               number of the block with this hash
    T HASH               number of the block with this transaction, and its index; once more for
                         each later block that has it again, because a nonce was set back

Numbers have 8 bytes, indexes 4; both are big-endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evm_wasm.chain.block_records import (
    bloom_in,
    decode_block,
    decode_receipts,
    encode_block,
    encode_receipts,
    hash_in,
    transaction_hashes_in,
)
from evm_wasm.chain.building import BuiltBlock
from evm_wasm.chain.edits import Edit, decode_edits, encode_edits
from evm_wasm.chain.history import StateHistory
from evm_wasm.chain.recent import Recent
from evm_wasm.errors import StateError
from evm_wasm.model.block import Block
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.primitives.types import Hash32

CHAIN_KEY: Final = b"C"
_BLOCK: Final = b"B"
_RECEIPTS: Final = b"R"
_EDITS: Final = b"D"
_NEW_EDIT: Final = b"E"
_BY_HASH: Final = b"H"
_TRANSACTION: Final = b"T"

_PLACE: Final = 8 + 4
"""Bytes of the number of a block and an index in it."""

_MOST_REMEMBERED: Final = 2_048
"""Transactions of decoded blocks that are kept at hand, each block counting as one more."""

Records = dict[bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class TransactionPlace:
    """Where a transaction is.

    Attributes:
        number: Of its block.
        index: In the block, from 0.
    """

    number: int
    index: int


class BlockStore:
    """Reads records, and says which ones a change of the chain needs; writes nothing itself."""

    def __init__(self, history: StateHistory) -> None:
        self._history = history
        self._blocks = Recent[Block](_MOST_REMEMBERED)
        self._receipts = Recent[tuple[BlockReceipt, ...]](_MOST_REMEMBERED)

    def block(self, number: int) -> Block | None:
        """The block with a number, None where there is none."""
        block = self._blocks.get(number)
        if block is None:
            record = self._record(_BLOCK, number)
            if record is None:
                return None
            block = decode_block(record)
            self._blocks.put(number, block, 1 + len(block.transactions))
        return block

    def receipts(self, number: int) -> tuple[BlockReceipt, ...] | None:
        """The receipts of a block, None where there is none."""
        receipts = self._receipts.get(number)
        if receipts is None:
            block, record = self.block(number), self._record(_RECEIPTS, number)
            if block is None or record is None:
                return None
            receipts = decode_receipts(record, block)
            self._receipts.put(number, receipts, 1 + len(receipts))
        return receipts

    def block_hash(self, number: int) -> Hash32 | None:
        """The hash of a block."""
        record = self._record(_BLOCK, number)
        return None if record is None else hash_in(record)

    def logs_bloom(self, number: int) -> bytes | None:
        """The bloom of a block."""
        record = self._record(_BLOCK, number)
        return None if record is None else bloom_in(record)

    def number_of(self, block_hash: Hash32) -> int | None:
        """The number of the block with a hash."""
        record = self._history.data(_BY_HASH + block_hash)
        return None if record is None else int.from_bytes(record, "big")

    def place(self, transaction_hash: Hash32) -> TransactionPlace | None:
        """Where a transaction is; the last place of one that was sent again after a nonce was set."""
        places = self._places(transaction_hash)
        if not places:
            return None
        number, index = places[-_PLACE:-4], places[-4:]
        return TransactionPlace(int.from_bytes(number, "big"), int.from_bytes(index, "big"))

    def edits_before(self, number: int) -> tuple[Edit, ...]:
        """What was edited between a block and the one before it."""
        record = self._record(_EDITS, number)
        return () if record is None else decode_edits(record)

    def new_edits(self) -> tuple[Edit, ...]:
        """What was edited since the newest block."""
        edits: list[Edit] = []
        while (record := self._history.data(_new_edit_key(len(edits)))) is not None:
            edits += decode_edits(record)
        return tuple(edits)

    @staticmethod
    def records_of_edits(edits: tuple[Edit, ...], start: int = 0) -> Records:
        """What keeps edits since the newest block, the first of them at an index."""
        return {
            _new_edit_key(index): encode_edits([edit]) for index, edit in enumerate(edits, start)
        }

    @staticmethod
    def no_edits(count: int, start: int = 0) -> Records:
        """What removes edits since the newest block: all from `start` on, of `count`."""
        return {_new_edit_key(index): None for index in range(start, count)}

    def records_of_block(self, built: BuiltBlock, edits: tuple[Edit, ...]) -> Records:
        """What keeps a block that is built on some edits."""
        block = built.block
        number = _number(block.header.number)
        records: Records = {
            _BLOCK + number: encode_block(block, built.encoded_header),
            _RECEIPTS + number: encode_receipts(built.receipts),
            _BY_HASH + block.hash: number,
        }
        if edits:
            records[_EDITS + number] = encode_edits(edits)
        for index, transaction in enumerate(block.transactions):
            places = self._places(transaction.hash) + number + index.to_bytes(4, "big")
            records[_TRANSACTION + transaction.hash] = places
        return records

    def no_blocks_above(self, number: int) -> Records:
        """What removes all blocks after one.

        Raises:
            StateError: One of them is not there.
        """
        records: Records = {}
        for gone in range(number + 1, self._history.head + 1):
            record = self._record(_BLOCK, gone)
            if record is None:
                raise StateError(f"the store is damaged: block {gone} is missing")
            records.update({table + _number(gone): None for table in (_BLOCK, _RECEIPTS, _EDITS)})
            records[_BY_HASH + hash_in(record)] = None
            for transaction_hash in transaction_hashes_in(record):
                kept = self._places(transaction_hash, up_to=number)
                records[_TRANSACTION + transaction_hash] = kept or None
        return records

    def remember(self, built: BuiltBlock) -> None:
        """Keep a block at hand that has just been written: it is what clients ask for next."""
        number, weight = built.block.header.number, 1 + len(built.receipts)
        self._blocks.put(number, built.block, weight)
        self._receipts.put(number, built.receipts, weight)

    def forget(self, *, above: int = -1) -> None:
        """Let go of what is at hand of the blocks above a number, because they were taken back."""
        self._blocks.drop_above(above)
        self._receipts.drop_above(above)

    def _places(self, transaction_hash: Hash32, *, up_to: int | None = None) -> bytes:
        """The record of a transaction, empty where there is none; only its blocks up to a number."""
        places = self._history.data(_TRANSACTION + transaction_hash) or b""
        while up_to is not None and places and int.from_bytes(places[-_PLACE:-4], "big") > up_to:
            places = places[:-_PLACE]
        return places

    def _record(self, table: bytes, number: int) -> bytes | None:
        if not 0 <= number <= self._history.head:
            return None
        return self._history.data(table + _number(number))


def _number(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _new_edit_key(index: int) -> bytes:
    return _NEW_EDIT + index.to_bytes(4, "big")
