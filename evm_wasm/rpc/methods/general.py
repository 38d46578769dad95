"""Who the node is: `web3_*`, `net_*`, `rpc_modules`, and what of `eth_*` never changes."""

from __future__ import annotations

from typing import Final

from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Hash32
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.spec import Method, Param, Turn
from evm_wasm.rpc.values import ADDRESS, BOOLEAN, DATA, HASH, NUMBER, QUANTITY, TEXT, list_of

PROTOCOL_VERSION: Final = 65
"""What `eth_protocolVersion` answers; there is no network whose protocol it could be."""


def _client_version(node: Node) -> str:
    return node.client


def _sha3(_node: Node, data: bytes) -> Hash32:
    return keccak256(data)


def _net_version(node: Node) -> str:
    return str(node.devnet.chain.config.chain_id)


def _yes(_node: Node) -> bool:
    return True


def _no(_node: Node) -> bool:
    return False


def _zero(_node: Node) -> int:
    return 0


def _chain_id(node: Node) -> int:
    return node.devnet.chain.config.chain_id


def _block_number(node: Node) -> int:
    return node.devnet.chain.head


def _accounts(node: Node) -> tuple[Address, ...]:
    return node.devnet.signers.addresses()


def _coinbase(node: Node) -> Address:
    return node.devnet.settings.coinbase


def _mining(node: Node) -> bool:
    settings = node.devnet.settings
    return settings.automine or settings.block_time is not None


def _protocol_version(_node: Node) -> int:
    return PROTOCOL_VERSION


METHODS: Final = (
    Method(
        "web3_clientVersion",
        (),
        TEXT,
        _client_version,
        "Name and version of the node.",
        turn=Turn.IMMEDIATE,
    ),
    Method("web3_sha3", (Param("data", DATA),), HASH, _sha3, "keccak-256 of bytes."),
    Method(
        "net_version", (), TEXT, _net_version, "The chain id as decimal text.", turn=Turn.IMMEDIATE
    ),
    Method("net_listening", (), BOOLEAN, _yes, "Always true.", turn=Turn.IMMEDIATE),
    Method(
        "net_peerCount", (), QUANTITY, _zero, "Always 0: there are no peers.", turn=Turn.IMMEDIATE
    ),
    Method("eth_chainId", (), NUMBER, _chain_id, "What signatures name.", turn=Turn.IMMEDIATE),
    Method(
        "eth_blockNumber",
        (),
        NUMBER,
        _block_number,
        "Number of the newest block.",
        turn=Turn.IMMEDIATE,
    ),
    Method(
        "eth_syncing",
        (),
        BOOLEAN,
        _no,
        "Always false: the node is all there is.",
        turn=Turn.IMMEDIATE,
    ),
    Method(
        "eth_accounts",
        (),
        list_of(ADDRESS),
        _accounts,
        "Accounts that the node signs for, impersonated ones included.",
        aliases=("eth_requestAccounts",),
    ),
    Method("eth_coinbase", (), ADDRESS, _coinbase, "Who gets the fees.", turn=Turn.IMMEDIATE),
    Method("eth_mining", (), BOOLEAN, _mining, "Whether blocks come by themselves."),
    Method("eth_hashrate", (), QUANTITY, _zero, "Always 0.", turn=Turn.IMMEDIATE),
    Method(
        "eth_protocolVersion",
        (),
        QUANTITY,
        _protocol_version,
        "Always the same number.",
        turn=Turn.IMMEDIATE,
    ),
)
