"""What users ask a devnet for: calls, overrides and queries, already parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from evm_wasm.model.transaction import AccessEntry, TransactionType
from evm_wasm.primitives.types import Address, Hash32, Word


class BlockTag(Enum):
    """Blocks by their role. `SAFE` and `FINALIZED` mean `LATEST` here: nothing is ever undone."""

    EARLIEST = "earliest"
    LATEST = "latest"
    PENDING = "pending"
    SAFE = "safe"
    FINALIZED = "finalized"


BlockId: TypeAlias = "int | Hash32 | BlockTag"
"""A block by number, hash or role."""

LATEST = BlockTag.LATEST
PENDING = BlockTag.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """A transaction with holes in it: what is None is filled in.

    Attributes:
        sender: Who sends; the zero address in calls, the first account in transactions.
        to: The account called; None creates one.
        value: In wei.
        data: Call data or init code.
        gas: In gas; None is the call gas cap in calls and an estimate in transactions.
        gas_price: In wei for one gas, for the types without a priority fee.
        max_fee_per_gas: In wei for one gas, not together with `gas_price`.
        max_priority_fee_per_gas: In wei for one gas, not together with `gas_price`.
        nonce: None is the sender's next one.
        access_list: None for no list at all.
        type: None is found from the fields that are given.
        chain_id: Must be the chain's if given.
    """

    sender: Address | None = None
    to: Address | None = None
    value: int = 0
    data: bytes = b""
    gas: int | None = None
    gas_price: int | None = None
    max_fee_per_gas: int | None = None
    max_priority_fee_per_gas: int | None = None
    nonce: int | None = None
    access_list: tuple[AccessEntry, ...] | None = None
    type: TransactionType | None = None
    chain_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOverride:
    """What a call sees of an account instead of what there is; None leaves a field as it is.

    Attributes:
        balance: In wei.
        nonce: Number.
        code: Wasm.
        state: All slots: those not named are zero. Not together with `state_diff`.
        state_diff: Some slots.
    """

    balance: int | None = None
    nonce: int | None = None
    code: bytes | None = None
    state: Mapping[Word, Word] | None = None
    state_diff: Mapping[Word, Word] | None = None


StateOverrides: TypeAlias = Mapping[Address, AccountOverride]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOverrides:
    """What a call sees of its block instead of what there is; None leaves a field as it is.

    Attributes:
        number: Of the block.
        timestamp: In seconds.
        coinbase: Who gets fees.
        difficulty: 256 bits.
        gas_limit: In gas.
        base_fee: In wei for one gas.
        block_hashes: Hashes of other blocks by their numbers.
    """

    number: int | None = None
    timestamp: int | None = None
    coinbase: Address | None = None
    difficulty: int | None = None
    gas_limit: int | None = None
    base_fee: int | None = None
    block_hashes: Mapping[int, Hash32] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which logs are wanted (`eth_getLogs`).

    Attributes:
        first: First block.
        last: Last block.
        block_hash: Only this block; `first` and `last` do not count then.
        addresses: Of any of these; empty for all.
        topics: For each position the words that may stand there; an empty set for any. A log with
            fewer topics than positions does not match.
    """

    first: BlockId = LATEST
    last: BlockId = LATEST
    block_hash: Hash32 | None = None
    addresses: frozenset[Address] = frozenset()
    topics: tuple[frozenset[Word], ...] = ()
