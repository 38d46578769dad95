"""The byte form of headers and blocks (yellow paper, section 4.4.3; EIP-1559)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evm_wasm.chain.bloom import LENGTH as BLOOM_LENGTH
from evm_wasm.errors import InputError
from evm_wasm.model.block import Header
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.rlp import Item, decode, decode_integer, encode, encode_integer, join
from evm_wasm.primitives.types import ADDRESS_LENGTH, Address, Hash32

EMPTY_OMMERS_HASH: Final = Hash32(
    bytes.fromhex("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")
)
"""keccak256 of the RLP form of an empty list."""

EXTRA_DATA_LENGTH: Final = 32
"""Bytes at most."""
NONCE_LENGTH: Final = 8

BLOOM_OFFSET: Final = 3 + 2 * 33 + 21 + 3 * 33 + 3
"""Where the bloom begins: behind the list's prefix, five hashes, the coinbase and its own prefix,
which all have the same length in every header."""

_BEFORE_LONDON: Final = 15
_NUMBER_BITS: Final = 64
_FIRST_LIST: Final = 0xC0


def encode_header(header: Header) -> bytes:
    """The bytes that a block's hash covers."""
    fields: list[Item] = [
        header.parent_hash,
        header.ommers_hash,
        header.coinbase,
        header.state_root,
        header.transactions_root,
        header.receipts_root,
        header.logs_bloom,
        encode_integer(header.difficulty),
        encode_integer(header.number),
        encode_integer(header.gas_limit),
        encode_integer(header.gas_used),
        encode_integer(header.timestamp),
        header.extra_data,
        header.mix_hash,
        header.nonce,
    ]
    if header.base_fee_per_gas is not None:
        fields.append(encode_integer(header.base_fee_per_gas))
    return encode(fields)


def decode_header(data: bytes, *, what: str = "header") -> Header:
    """Inverse of `encode_header`; accepts nothing that encodes to other bytes.

    Raises:
        InputError: Not such bytes; names the field.
    """
    fields = decode(data, what=what)
    if isinstance(fields, bytes) or len(fields) - _BEFORE_LONDON not in {0, 1}:
        raise InputError(f"{what}: not a list of {_BEFORE_LONDON} or {_BEFORE_LONDON + 1} fields")
    base_fee = None
    if len(fields) > _BEFORE_LONDON:
        base_fee = decode_integer(fields[15], what=f"{what}.baseFeePerGas")
    return Header(
        parent_hash=Hash32(_bytes(fields[0], 32, f"{what}.parentHash")),
        ommers_hash=Hash32(_bytes(fields[1], 32, f"{what}.sha3Uncles")),
        coinbase=Address(_bytes(fields[2], ADDRESS_LENGTH, f"{what}.miner")),
        state_root=Hash32(_bytes(fields[3], 32, f"{what}.stateRoot")),
        transactions_root=Hash32(_bytes(fields[4], 32, f"{what}.transactionsRoot")),
        receipts_root=Hash32(_bytes(fields[5], 32, f"{what}.receiptsRoot")),
        logs_bloom=_bytes(fields[6], BLOOM_LENGTH, f"{what}.logsBloom"),
        difficulty=decode_integer(fields[7], what=f"{what}.difficulty"),
        number=decode_integer(fields[8], what=f"{what}.number", bits=_NUMBER_BITS),
        gas_limit=decode_integer(fields[9], what=f"{what}.gasLimit", bits=_NUMBER_BITS),
        gas_used=decode_integer(fields[10], what=f"{what}.gasUsed", bits=_NUMBER_BITS),
        timestamp=decode_integer(fields[11], what=f"{what}.timestamp", bits=_NUMBER_BITS),
        extra_data=_extra_data(fields[12], f"{what}.extraData"),
        mix_hash=Hash32(_bytes(fields[13], 32, f"{what}.mixHash")),
        nonce=_bytes(fields[14], NONCE_LENGTH, f"{what}.nonce"),
        base_fee_per_gas=base_fee,
    )


def header_hash(encoded: bytes) -> Hash32:
    """The hash of a block, from the bytes of its header."""
    return keccak256(encoded)


def join_block(header: bytes, transactions: Sequence[bytes]) -> bytes:
    """The byte form of a whole block.

    Args:
        header: Its bytes.
        transactions: Their bytes; typed ones become byte strings (EIP-2718).
    """
    items = (raw if raw[0] >= _FIRST_LIST else encode(raw) for raw in transactions)
    return join((header, join(items), join(())))


def _bytes(item: Item, length: int, what: str) -> bytes:
    if not isinstance(item, bytes) or len(item) != length:
        raise InputError(f"{what}: not {length} bytes")
    return item


def _extra_data(item: Item, what: str) -> bytes:
    if not isinstance(item, bytes) or len(item) > EXTRA_DATA_LENGTH:
        raise InputError(f"{what}: not a byte string of at most {EXTRA_DATA_LENGTH} bytes")
    return item
