"""A node without sockets for tests of methods, and a running one for tests of the server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from node_process import Refused, RunningNode, node_process

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.rpc import jsonrpc
from evm_wasm.rpc.node import make_node


class InProcess:
    """Sends messages to the table without any server."""

    def __init__(self) -> None:
        self.devnet = Devnet()
        self.node = make_node(self.devnet)

    def send(self, body: bytes | str) -> object:
        text = jsonrpc.answer(self.node, jsonrpc.read(body))
        return None if text is None else json.loads(text)

    def request(self, method: str, *params: object) -> dict:
        return {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}

    def answer(self, method: str, *params: object) -> dict:
        return self.send(json.dumps(self.request(method, *params)))

    def call(self, method: str, *params: object):
        answer = self.answer(method, *params)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def refusal(self, method: str, *params: object) -> Refused:
        with pytest.raises(Refused) as caught:
            self.call(method, *params)
        return caught.value


@pytest.fixture
def rpc() -> Iterator[InProcess]:
    """A fresh node without sockets."""
    node = InProcess()
    yield node
    node.devnet.close()


@pytest.fixture(scope="module")
def node() -> Iterator[RunningNode]:
    """A running node that the tests of a module share."""
    with node_process() as running:
        yield running
