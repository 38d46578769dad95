"""Blocks, and what a frame can learn of its block and its transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evm_wasm.model.transaction import RecoveredTransaction
from evm_wasm.primitives.types import Address, Hash32


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockContext:
    """The block a transaction runs in.

    Attributes:
        number: Of this block.
        timestamp: In seconds.
        coinbase: Who gets the fees.
        difficulty: An unsigned 256-bit integer.
        gas_limit: In gas.
        block_hash: The hash of an earlier block by its number, None where it is not known.
        base_fee: In wei for one gas, what of the price nobody gets (EIP-1559); 0 before London.
    """

    number: int
    timestamp: int
    coinbase: Address
    difficulty: int
    gas_limit: int
    block_hash: Callable[[int], Hash32 | None]
    base_fee: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionContext:
    """The transaction a frame runs in.

    Attributes:
        origin: Its sender.
        gas_price: In wei for one gas.
    """

    origin: Address
    gas_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A block header (yellow paper, section 4.4; EIP-1559).

    Attributes:
        parent_hash: Of the block before.
        ommers_hash: Always that of an empty list here.
        coinbase: Who gets the fees.
        state_root: After the block.
        transactions_root: Of the trie of its transactions.
        receipts_root: Of the trie of their receipts.
        logs_bloom: 256 bytes over all logs.
        difficulty: An unsigned 256-bit integer.
        number: 0 for the genesis block.
        gas_limit: In gas.
        gas_used: In gas.
        timestamp: In seconds.
        extra_data: At most 32 bytes.
        mix_hash: Of no meaning here.
        nonce: 8 bytes, of no meaning here.
        base_fee_per_gas: In wei; None before London, where the header has one field less.
    """

    parent_hash: Hash32
    ommers_hash: Hash32
    coinbase: Address
    state_root: Hash32
    transactions_root: Hash32
    receipts_root: Hash32
    logs_bloom: bytes
    difficulty: int
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    mix_hash: Hash32
    nonce: bytes
    base_fee_per_gas: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of a chain.

    Attributes:
        header: What the hash covers.
        hash: keccak256 of the header's RLP form.
        size: Bytes of the block's RLP form: header, transactions and no ommers.
        transactions: In the order they ran.
    """

    header: Header
    hash: Hash32
    size: int
    transactions: tuple[RecoveredTransaction, ...]
