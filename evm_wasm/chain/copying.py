"""A chain's blocks as bytes for a file, and a chain in memory made of such bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from evm_wasm.chain.block_records import (
    decode_block,
    decode_receipts,
    encode_block,
    encode_receipts,
)
from evm_wasm.chain.block_store import CHAIN_KEY, BlockStore
from evm_wasm.chain.building import BuiltBlock
from evm_wasm.chain.chain import Chain
from evm_wasm.chain.chain_record import ChainConfig, encode_chain
from evm_wasm.chain.edits import Edit, decode_edits, encode_edits
from evm_wasm.chain.header_rlp import encode_header, header_hash
from evm_wasm.chain.memory_history import MemoryHistory
from evm_wasm.chain.receipt_rlp import encode_receipt
from evm_wasm.chain.roots import list_root
from evm_wasm.errors import EvmWasmError, InputError, StateError
from evm_wasm.model.block import Block
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.primitives.types import ZERO_HASH, Hash32
from evm_wasm.state.world import WorldState


@dataclass(frozen=True, slots=True)
class BlockCopy:
    """One block with all that the chain keeps of it.

    Attributes:
        block: As `block_records` has it.
        receipts: As `block_records` has them.
        edits: Made before the block, as `edits` has them; empty for none.
    """

    block: bytes
    receipts: bytes
    edits: bytes


def copy_blocks(chain: Chain) -> Iterator[BlockCopy]:
    """All blocks of a chain, block 0 first.

    Raises:
        StateError: The chain's store is damaged.
    """
    for number in range(chain.head + 1):
        block, receipts = chain.block(number), chain.receipts(number)
        if block is None or receipts is None:
            raise StateError(f"the store is damaged: block {number} is missing")
        edits = chain.edits_before(number)
        yield BlockCopy(
            encode_block(block, encode_header(block.header)),
            encode_receipts(receipts),
            encode_edits(edits) if edits else b"",
        )


def chain_of_copies(
    config: ChainConfig,
    copies: Iterable[BlockCopy],
    world: WorldState,
    new_edits: bytes = b"",
    *,
    keep: int | None = None,
) -> Chain:
    """A chain in memory with these blocks; of the states it has only the newest.

    Hashes and roots are computed anew. Senders are not recovered: a replay does that.

    Args:
        config: Of the chain.
        copies: All blocks, block 0 first.
        world: The state after the last of them.
        new_edits: What was edited after it, as `edits` has it; empty for nothing.
        keep: As of `MemoryHistory`.

    Raises:
        InputError: A copy does not decode, or does not fit to its header, its parent or the state.
    """
    history = MemoryHistory(keep=keep)
    store = BlockStore(history)
    parent, number = ZERO_HASH, -1
    for number, copy in enumerate(copies):
        block, receipts, edits = _decode(copy, number)
        _check(block, receipts, parent, number)
        built = BuiltBlock(
            block=block,
            encoded_header=encode_header(block.header),
            receipts=receipts,
            before=world,
            world=world,
        )
        history.put_data(store.records_of_block(built, edits))
        parent = block.hash
    if number < 0:
        raise InputError("there is no block")
    records = store.records_of_edits(_decode_edits(new_edits, number + 1))
    history.put_data({CHAIN_KEY: encode_chain(config), **records})
    history.restart(number, world)
    try:
        return Chain(history, config)
    except StateError as error:
        raise InputError(f"the state is not that of block {number}: {error}") from error


def _decode(
    copy: BlockCopy, number: int
) -> tuple[Block, tuple[BlockReceipt, ...], tuple[Edit, ...]]:
    try:
        block = decode_block(copy.block)
        receipts = decode_receipts(copy.receipts, block)
    except _WRONG as error:
        raise InputError(f"block {number} does not decode: {error}") from error
    return block, receipts, _decode_edits(copy.edits, number)


def _decode_edits(edits: bytes, number: int) -> tuple[Edit, ...]:
    try:
        return decode_edits(edits) if edits else ()
    except _WRONG as error:
        raise InputError(f"the edits before block {number} do not decode: {error}") from error


_WRONG: Final = (EvmWasmError, ValueError, LookupError, TypeError)
"""What decoders raise that are for our own records, where nothing is wrong but by damage."""


def _check(block: Block, receipts: tuple[BlockReceipt, ...], parent: Hash32, number: int) -> None:
    header = block.header
    raws = [transaction.raw for transaction in block.transactions]
    facts = (
        ("number", header.number, number),
        ("parent hash", header.parent_hash, parent),
        ("hash", block.hash, header_hash(encode_header(header))),
        ("transactions root", header.transactions_root, list_root(raws)),
        ("receipts root", header.receipts_root, list_root(map(encode_receipt, receipts))),
    )
    for name, stated, found in facts:
        if stated != found:
            raise InputError(f"block {number} does not fit: its {name} is another one")
