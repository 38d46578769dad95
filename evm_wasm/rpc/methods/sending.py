"""`eth_*`: transactions handed in, and what accounts of the node sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from evm_wasm.chain.transaction_rlp import encode_transaction
from evm_wasm.devnet.requests import PENDING, CallRequest
from evm_wasm.devnet.results import FoundReceipt
from evm_wasm.errors import EvmWasmError, InputError
from evm_wasm.model.transaction import SignedTransaction
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.json_text import as_object, parse_json
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.rpc.answers import Json, unsigned_to_json
from evm_wasm.rpc.errors import SERVER_ERROR, RpcError
from evm_wasm.rpc.methods.blocks import RECEIPT
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.requests import CALL
from evm_wasm.rpc.spec import Kind, Method, Param, optional
from evm_wasm.rpc.values import ADDRESS, DATA, HASH, NUMBER, OBJECT


def _send_transaction(node: Node, request: CallRequest) -> Hash32:
    return node.devnet.send(request)


def _send_raw_transaction(node: Node, raw: bytes) -> Hash32:
    return node.devnet.send_raw(raw)


def _send_raw_transactions(
    node: Node, values: Sequence[Sequence[bytes]]
) -> Sequence[Hash32 | EvmWasmError]:
    return node.devnet.send_raw_batch([raw for (raw,) in values])


def _send_transaction_sync(node: Node, request: CallRequest, _timeout: int) -> FoundReceipt:
    return _receipt(node, node.devnet.send(request))


def _send_raw_transaction_sync(node: Node, raw: bytes, _timeout: int) -> FoundReceipt:
    return _receipt(node, node.devnet.send_raw(raw))


def _receipt(node: Node, transaction_hash: Hash32) -> FoundReceipt:
    receipt = node.devnet.receipt(transaction_hash)
    if receipt is None:
        raise RpcError(
            SERVER_ERROR,
            "the transaction waits in the pool: blocks do not come at once here",
            format_bytes(transaction_hash),
        )
    return receipt


def _sign_transaction(node: Node, request: CallRequest) -> bytes:
    unsigned = node.devnet.fill(request)
    return node.devnet.signers.sign_transaction(_sender(node, request), unsigned).raw


def _fill_transaction(node: Node, request: CallRequest) -> Json:
    """One that would fail is an error here, while those that send take it, as in Anvil."""
    if request.gas is None:
        request = replace(request, gas=node.devnet.estimate_gas(request, PENDING))
    unsigned = node.devnet.fill(request)
    raw = encode_transaction(SignedTransaction(unsigned=unsigned, y_parity=0, r=0, s=0))
    return {
        "raw": format_bytes(raw),
        "tx": unsigned_to_json(unsigned, _sender(node, request)),
    }


def _sender(node: Node, request: CallRequest) -> Address:
    """Who sends: the first account unless another is named."""
    if request.sender is not None:
        return request.sender
    if not node.devnet.accounts:
        raise InputError("from is missing, and the node has no account of its own")
    return node.devnet.accounts[0].address


def _sign(node: Node, address: Address, message: bytes) -> bytes:
    return node.devnet.signers.sign_message(address, message)


def _personal_sign(node: Node, message: bytes, address: Address, _password: str) -> bytes:
    return node.devnet.signers.sign_message(address, message)


def _sign_typed_data(node: Node, address: Address, typed_data: Json) -> bytes:
    return node.devnet.signers.sign_typed_data(address, typed_data)


def read_typed_data(value: object, what: str) -> Json:
    """Typed data (EIP-712), as an object or, as some wallets send it, as the text of one."""
    if isinstance(value, str):
        value = parse_json(value, what=what)
    return dict(as_object(value, what=what))


def _anything(value: object, _what: str = "") -> object:
    return value


TYPED_DATA: Final = Kind("typed data", "object, or its JSON text; EIP-712", read_typed_data, dict)
PASSWORD: Final = Kind("password", "anything; it is not looked at", _anything, _anything)

_TRANSACTION: Final = (Param("transaction", CALL),)
_RAW: Final = (Param("raw", DATA),)
_TIMEOUT: Final = optional("timeout", NUMBER, 0)

METHODS: Final = (
    Method(
        "eth_sendTransaction",
        _TRANSACTION,
        HASH,
        _send_transaction,
        "Fills in, signs and takes a transaction of an account of the node. Under automine its "
        "block is there before the answer.",
    ),
    Method(
        "eth_sendRawTransaction",
        _RAW,
        HASH,
        _send_raw_transaction,
        "Takes a signed transaction. Under automine its block is there before the answer; "
        "neighbours in a batch share blocks.",
        together=_send_raw_transactions,
    ),
    Method(
        "eth_sendTransactionSync",
        (*_TRANSACTION, _TIMEOUT),
        RECEIPT,
        _send_transaction_sync,
        "As `eth_sendTransaction`, with the receipt as the answer.",
    ),
    Method(
        "eth_sendRawTransactionSync",
        (*_RAW, _TIMEOUT),
        RECEIPT,
        _send_raw_transaction_sync,
        "As `eth_sendRawTransaction`, with the receipt as the answer (EIP-7966).",
    ),
    Method(
        "eth_signTransaction",
        _TRANSACTION,
        DATA,
        _sign_transaction,
        "Fills in and signs a transaction, without sending it.",
    ),
    Method(
        "eth_fillTransaction",
        _TRANSACTION,
        OBJECT,
        _fill_transaction,
        "Fills in what a transaction leaves open.",
    ),
    Method(
        "eth_sign",
        (Param("address", ADDRESS), Param("message", DATA)),
        DATA,
        _sign,
        "The signature of a message (EIP-191).",
    ),
    Method(
        "personal_sign",
        (Param("message", DATA), Param("address", ADDRESS), optional("password", PASSWORD)),
        DATA,
        _personal_sign,
        "As `eth_sign`, with the parameters the other way round.",
    ),
    Method(
        "eth_signTypedData_v4",
        (Param("address", ADDRESS), Param("data", TYPED_DATA)),
        DATA,
        _sign_typed_data,
        "The signature of typed data (EIP-712).",
        aliases=("eth_signTypedData",),
    ),
)
