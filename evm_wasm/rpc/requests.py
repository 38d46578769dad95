"""Kinds of the objects that clients send: calls, overrides, filters, options of a trace."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from evm_wasm.devnet.requests import (
    LATEST,
    AccountOverride,
    BlockOverrides,
    CallRequest,
    LogQuery,
)
from evm_wasm.errors import InputError
from evm_wasm.model.transaction import AccessEntry, TransactionType
from evm_wasm.primitives.hexadecimal import parse_hash, parse_word
from evm_wasm.primitives.json_text import as_list
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.rpc.spec import Kind
from evm_wasm.rpc.values import (
    read_address,
    read_block,
    read_data,
    read_list,
    read_number,
    read_object,
    read_optional,
    read_small_number,
)

UNSUPPORTED: Final = {
    "maxFeePerBlobGas": "blob transactions (EIP-4844)",
    "blobVersionedHashes": "blob transactions (EIP-4844)",
    "blobs": "blob transactions (EIP-4844)",
    "authorizationList": "code delegations (EIP-7702)",
}
"""Members of transactions that mean something elsewhere: refused, not overlooked."""

MOST_TOPICS: Final = 4
"""Positions of topics in a log (yellow paper, section 4.3.1)."""

MOST_ALTERNATIVES: Final = 1_000
"""Addresses, or words in one position, that a filter names; geth's bound."""


def read_call(value: object, what: str) -> CallRequest:
    """A transaction with holes; `data` and `input` mean the same."""
    members = read_object(value, what)
    for name, meaning in UNSUPPORTED.items():
        if members.get(name):
            raise InputError(f"{what}.{name}: {meaning} are not supported")
    return CallRequest(
        sender=read_optional(members, "from", read_address, what),
        to=read_optional(members, "to", read_address, what),
        value=read_optional(members, "value", read_number, what) or 0,
        data=_read_input(members, what),
        gas=read_optional(members, "gas", read_small_number, what),
        gas_price=read_optional(members, "gasPrice", read_number, what),
        max_fee_per_gas=read_optional(members, "maxFeePerGas", read_number, what),
        max_priority_fee_per_gas=read_optional(members, "maxPriorityFeePerGas", read_number, what),
        nonce=read_optional(members, "nonce", read_small_number, what),
        access_list=read_optional(members, "accessList", read_access_list, what),
        type=read_optional(members, "type", _read_type, what),
        chain_id=read_optional(members, "chainId", read_number, what),
    )


def _read_input(members: dict[str, object], what: str) -> bytes:
    data = read_optional(members, "data", read_data, what)
    given = read_optional(members, "input", read_data, what)
    if data is not None and given is not None and data != given:
        raise InputError(f"{what}: data and input differ; give one of them")
    return given or data or b""


def _read_type(value: object, what: str) -> TransactionType:
    number = read_small_number(value, what)
    try:
        return TransactionType(number)
    except ValueError:
        raise InputError(f"{what}: transactions of type {number} are not supported") from None


def read_access_list(value: object, what: str) -> tuple[AccessEntry, ...]:
    """Accounts and their slots (EIP-2930)."""
    return read_list(value, what, _read_access_entry)


def _read_access_entry(value: object, what: str) -> AccessEntry:
    members = read_object(value, what)
    keys = read_list(members.get("storageKeys", []), f"{what}.storageKeys", _read_word)
    return AccessEntry(read_address(members.get("address"), f"{what}.address"), keys)


def _read_word(value: object, what: str) -> Word:
    return parse_word(value, what=what)


def _read_full_word(value: object, what: str) -> Word:
    return Word(parse_hash(value, what=what))


def read_state_overrides(value: object, what: str) -> Mapping[Address, AccountOverride]:
    """Accounts as a call sees them, by address."""
    return {
        read_address(address, f"{what}: an address"): _read_override(override, f"{what}.{address}")
        for address, override in read_object(value, what).items()
    }


def _read_override(value: object, what: str) -> AccountOverride:
    members = read_object(value, what)
    unknown = members.keys() - {"balance", "nonce", "code", "state", "stateDiff"}
    if unknown:
        raise InputError(f"{what}: unknown member {min(unknown)}")
    if members.get("state") is not None and members.get("stateDiff") is not None:
        raise InputError(f"{what}: either state or stateDiff, not both")
    return AccountOverride(
        balance=read_optional(members, "balance", read_number, what),
        nonce=read_optional(members, "nonce", read_small_number, what),
        code=read_optional(members, "code", read_data, what),
        state=read_optional(members, "state", _read_slots, what),
        state_diff=read_optional(members, "stateDiff", _read_slots, what),
    )


def _read_slots(value: object, what: str) -> Mapping[Word, Word]:
    return {
        _read_word(key, f"{what}: a slot"): _read_word(word, f"{what}.{key}")
        for key, word in read_object(value, what).items()
    }


def read_block_overrides(value: object, what: str) -> BlockOverrides:
    """Fields of the block as a call sees them, under the names of geth and of the headers."""
    members = read_object(value, what)

    def number(*names: str) -> int | None:
        for name in names:
            found = read_optional(members, name, partial(read_number, bits=256), what)
            if found is not None:
                return found
        return None

    coinbase = read_optional(members, "feeRecipient", read_address, what)
    return BlockOverrides(
        number=number("number"),
        timestamp=number("time", "timestamp"),
        coinbase=coinbase or read_optional(members, "coinbase", read_address, what),
        difficulty=number("difficulty"),
        gas_limit=number("gasLimit"),
        base_fee=number("baseFeePerGas", "baseFee"),
        block_hashes=read_optional(members, "blockHash", _read_hashes, what) or {},
    )


def _read_hashes(value: object, what: str) -> Mapping[int, Hash32]:
    return {
        read_small_number(number, f"{what}: a block number"): parse_hash(
            text, what=f"{what}.{number}"
        )
        for number, text in read_object(value, what).items()
    }


def read_log_query(value: object, what: str) -> LogQuery:
    """A filter of logs (EIP-1474 and EIP-234)."""
    members = read_object(value, what)
    block_hash = read_optional(members, "blockHash", _read_hash, what)
    if block_hash is not None and (members.get("fromBlock") or members.get("toBlock")):
        raise InputError(f"{what}: either blockHash or fromBlock and toBlock, not both")
    first = read_optional(members, "fromBlock", read_block, what)
    last = read_optional(members, "toBlock", read_block, what)
    return LogQuery(
        first=LATEST if first is None else first,
        last=LATEST if last is None else last,
        block_hash=block_hash,
        addresses=read_optional(members, "address", _read_addresses, what) or frozenset(),
        topics=read_optional(members, "topics", _read_topics, what) or (),
    )


def _read_hash(value: object, what: str) -> Hash32:
    return parse_hash(value, what=what)


def _read_addresses(value: object, what: str) -> frozenset[Address]:
    if isinstance(value, str):
        return frozenset({read_address(value, what)})
    return frozenset(read_list(_bounded(value, what), what, read_address))


def _read_topics(value: object, what: str) -> tuple[frozenset[Word], ...]:
    topics = read_list(value, what, _read_topic)
    if len(topics) > MOST_TOPICS:
        raise InputError(f"{what}: {len(topics)} positions; a log has at most {MOST_TOPICS} topics")
    return topics


def _read_topic(value: object, what: str) -> frozenset[Word]:
    if value is None:
        return frozenset()
    if isinstance(value, str):
        return frozenset({_read_full_word(value, what)})
    alternatives = as_list(_bounded(value, what), what=what)
    if None in alternatives:
        return frozenset()
    return frozenset(read_list(alternatives, what, _read_full_word))


def _bounded(value: object, what: str) -> object:
    if isinstance(value, list) and len(value) > MOST_ALTERNATIVES:
        raise InputError(f"{what}: {len(value)} alternatives; at most {MOST_ALTERNATIVES}")
    return value


def _one_way(value: object) -> object:
    return value


CALL: Final = Kind(
    "transaction",
    "object with any of from, to, value, data or input, gas, gasPrice, maxFeePerGas, "
    "maxPriorityFeePerGas, nonce, accessList, type, chainId",
    read_call,
    _one_way,
)
STATE_OVERRIDES: Final = Kind(
    "state overrides",
    "object from addresses to objects with any of balance, nonce, code, state, stateDiff",
    read_state_overrides,
    _one_way,
)
BLOCK_OVERRIDES: Final = Kind(
    "block overrides",
    "object with any of number, time, feeRecipient, difficulty, gasLimit, baseFeePerGas, blockHash",
    read_block_overrides,
    _one_way,
)
LOG_QUERY: Final = Kind(
    "log filter",
    "object with any of fromBlock, toBlock, blockHash, address, topics",
    read_log_query,
    _one_way,
)
