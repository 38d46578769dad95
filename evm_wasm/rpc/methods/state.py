"""`eth_*`: accounts, calls and gas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evm_wasm.devnet.requests import (
    LATEST,
    PENDING,
    BlockId,
    BlockOverrides,
    CallRequest,
    StateOverrides,
)
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.primitives.types import Address, Word
from evm_wasm.rpc.answers import Json, access_list_to_json, fee_history_to_json
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.requests import BLOCK_OVERRIDES, CALL, STATE_OVERRIDES
from evm_wasm.rpc.spec import Kind, Method, Param, optional
from evm_wasm.rpc.values import (
    ADDRESS,
    BLOCK,
    DATA,
    NUMBER,
    OBJECT,
    QUANTITY,
    WORD,
    list_of,
)
from evm_wasm.state.account_proof import AccountProof, proof_to_json

HUNDREDTHS: Final = 100
"""Of a percent in a percent."""


def _get_balance(node: Node, address: Address, block: BlockId) -> int:
    return node.devnet.balance(address, block)


def _get_transaction_count(node: Node, address: Address, block: BlockId) -> int:
    return node.devnet.nonce(address, block)


def _get_code(node: Node, address: Address, block: BlockId) -> bytes:
    return node.devnet.code(address, block)


def _get_storage_at(node: Node, address: Address, key: Word, block: BlockId) -> Word:
    return node.devnet.storage(address, key, block)


def _get_proof(node: Node, address: Address, keys: Sequence[Word], block: BlockId) -> AccountProof:
    return node.devnet.proof(address, keys, block)


def _get_account(node: Node, address: Address, block: BlockId) -> Json:
    account = node.devnet.proof(address, (), block).account
    return {
        "nonce": format_quantity(account.nonce),
        "balance": format_quantity(account.balance),
        "storageRoot": format_bytes(account.storage_root),
        "codeHash": format_bytes(account.code_hash),
    }


def _get_account_info(node: Node, address: Address, block: BlockId) -> Json:
    devnet = node.devnet
    return {
        "nonce": format_quantity(devnet.nonce(address, block)),
        "balance": format_quantity(devnet.balance(address, block)),
        "code": format_bytes(devnet.code(address, block)),
    }


def _call(
    node: Node,
    request: CallRequest,
    block: BlockId,
    state: StateOverrides | None,
    overrides: BlockOverrides | None,
) -> bytes:
    return node.devnet.call(request, block, state=state, overrides=overrides)


def _estimate_gas(
    node: Node,
    request: CallRequest,
    block: BlockId,
    state: StateOverrides | None,
    overrides: BlockOverrides | None,
) -> int:
    return node.devnet.estimate_gas(request, block, state=state, overrides=overrides)


def _create_access_list(node: Node, request: CallRequest, block: BlockId) -> Json:
    result = node.devnet.access_list(request, block)
    members: Json = {
        "accessList": access_list_to_json(result.access_list),
        "gasUsed": format_quantity(result.gas_used),
    }
    return members | {"error": result.error} if result.error else members


def _gas_price(node: Node) -> int:
    return node.devnet.fees.gas_price()


def _max_priority_fee(node: Node) -> int:
    return node.devnet.fees.max_priority_fee()


def _blob_base_fee(_node: Node) -> int:
    return 1


def _fee_history(
    node: Node, count: int, newest: BlockId, percentiles: Sequence[int] | None
) -> Json:
    history = node.devnet.fees.history(count, newest, percentiles or None)
    return fee_history_to_json(history)


def read_percentile(value: object, what: str) -> int:
    """A percentile as a JSON number, in hundredths of a percent, rounded down."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise InputError(f"{what}: a percentile is a number between 0 and 100")
    return int(value * HUNDREDTHS)


PERCENTILE: Final = Kind("percentile", "JSON number from 0 to 100", read_percentile, lambda n: n)
PROOF: Final = Kind("proof", "object; EIP-1186", lambda value, _what: value, proof_to_json)

_AT: Final = optional("block", BLOCK, LATEST)
_OVERRIDES: Final = (
    optional("stateOverrides", STATE_OVERRIDES),
    optional("blockOverrides", BLOCK_OVERRIDES),
)

METHODS: Final = (
    Method("eth_getBalance", (Param("address", ADDRESS), _AT), QUANTITY, _get_balance, "In wei."),
    Method(
        "eth_getTransactionCount",
        (Param("address", ADDRESS), _AT),
        NUMBER,
        _get_transaction_count,
        "The next nonce; with `pending` behind all that waits in the pool.",
    ),
    Method(
        "eth_getCode",
        (Param("address", ADDRESS), _AT),
        DATA,
        _get_code,
        "The wasm exactly as it was deployed.",
    ),
    Method(
        "eth_getStorageAt",
        (Param("address", ADDRESS), Param("slot", WORD), _AT),
        WORD,
        _get_storage_at,
        "A slot of an account.",
    ),
    Method(
        "eth_getProof",
        (Param("address", ADDRESS), Param("slots", list_of(WORD)), _AT),
        PROOF,
        _get_proof,
        "Merkle proof of an account and of slots of it.",
    ),
    Method(
        "eth_getAccount",
        (Param("address", ADDRESS), _AT),
        OBJECT,
        _get_account,
        "The four fields of an account.",
    ),
    Method(
        "eth_getAccountInfo",
        (Param("address", ADDRESS), _AT),
        OBJECT,
        _get_account_info,
        "Nonce, balance and code of an account.",
    ),
    Method(
        "eth_call",
        (Param("transaction", CALL), _AT, *_OVERRIDES),
        DATA,
        _call,
        "What a call answers; nothing is kept. Gas is capped.",
    ),
    Method(
        "eth_estimateGas",
        (Param("transaction", CALL), optional("block", BLOCK, PENDING), *_OVERRIDES),
        NUMBER,
        _estimate_gas,
        "The least gas limit with which a transaction succeeds.",
    ),
    Method(
        "eth_createAccessList",
        (Param("transaction", CALL), optional("block", BLOCK, PENDING)),
        OBJECT,
        _create_access_list,
        "Accounts and slots that a transaction uses.",
    ),
    Method("eth_gasPrice", (), QUANTITY, _gas_price, "Suggested price, in wei for one gas."),
    Method(
        "eth_maxPriorityFeePerGas",
        (),
        QUANTITY,
        _max_priority_fee,
        "Suggested priority fee, in wei for one gas.",
    ),
    Method(
        "eth_blobBaseFee",
        (),
        QUANTITY,
        _blob_base_fee,
        "Always 1, the least there is: blocks have no blobs.",
    ),
    Method(
        "eth_feeHistory",
        (
            Param("count", NUMBER),
            Param("newest", BLOCK),
            optional("percentiles", list_of(PERCENTILE)),
        ),
        OBJECT,
        _fee_history,
        "What up to 1,024 blocks paid.",
    ),
)
