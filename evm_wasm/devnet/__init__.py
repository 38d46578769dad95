"""A chain for development, in process: no sockets, no threads of its own, no clock of its own.

    from evm_wasm.devnet import Devnet

    devnet = Devnet()
    receipt = devnet.deploy(wasm)
    devnet.transact(receipt.receipt.contract_address, data)

`evm_wasm.rpc` puts it on the network.
"""

from evm_wasm.devnet.config import Bounds, DevnetConfig, Order
from evm_wasm.devnet.devnet import Devnet
from evm_wasm.devnet.requests import (
    LATEST,
    PENDING,
    AccountOverride,
    BlockOverrides,
    BlockTag,
    CallRequest,
    LogQuery,
)

__all__ = [
    "LATEST",
    "PENDING",
    "AccountOverride",
    "BlockOverrides",
    "BlockTag",
    "Bounds",
    "CallRequest",
    "Devnet",
    "DevnetConfig",
    "LogQuery",
    "Order",
]
