"""What methods work on: the devnet, and what a node has beside it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Final

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.rpc.subscriptions import Publisher
from evm_wasm.version import __version__

CLIENT: Final = f"ewasm/v{__version__}"
"""The name that `web3_clientVersion` gives; tools look for the name before the slash."""

INSTANCE_BYTES: Final = 32


@dataclass(slots=True)
class Node:
    """A running node.

    Attributes:
        devnet: The chain and its controls. Only the execution thread touches it, save for what
            methods with `Turn.IMMEDIATE` read.
        client: Name and version.
        publisher: Who is sent what as it happens.
        instance: Which start of a node this is, of no meaning otherwise.
    """

    devnet: Devnet
    publisher: Publisher
    client: str = CLIENT
    instance: bytes = field(default_factory=lambda: secrets.token_bytes(INSTANCE_BYTES))


def make_node(devnet: Devnet) -> Node:
    """A node for a devnet."""
    return Node(devnet, Publisher(devnet.events))
