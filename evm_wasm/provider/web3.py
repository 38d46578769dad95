"""The provider for web3.py (extra `web3`)."""

from __future__ import annotations

import json
from typing import Any, cast

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.rpc import jsonrpc
from evm_wasm.rpc.node import make_node


class EwasmProvider(JSONBaseProvider):
    """Answers web3.py from a devnet, by the same table of methods as the node.

    One thread at a time may use it.

    Example:
        ```python
        from web3 import Web3
        from evm_wasm.provider import EwasmProvider

        w3 = Web3(EwasmProvider())
        w3.eth.block_number
        ```

    Attributes:
        devnet: What it answers from.
    """

    def __init__(self, devnet: Devnet | None = None, **options: Any) -> None:  # noqa: ANN401 - web3's
        """Makes a provider.

        Args:
            devnet: Defaults to a fresh one with the usual accounts.
            options: Of web3.py's providers.
        """
        super().__init__(**options)
        self.devnet = Devnet() if devnet is None else devnet
        self._node = make_node(self.devnet)

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:  # noqa: ANN401 - web3's
        """The answer to one request."""
        return cast("RPCResponse", self._answer(self.encode_rpc_request(method, params)))

    def make_batch_request(
        self, requests: list[tuple[RPCEndpoint, Any]]
    ) -> list[RPCResponse] | RPCResponse:
        """The answers to several requests, in their order."""
        return cast("list[RPCResponse]", self._answer(self.encode_batch_rpc_request(requests)))

    def is_connected(self, show_traceback: bool = False) -> bool:  # noqa: ARG002 - web3's
        """Always true."""
        return True

    def _answer(self, body: bytes) -> object:
        text = jsonrpc.answer(self._node, jsonrpc.read(body))
        return None if text is None else json.loads(text)
