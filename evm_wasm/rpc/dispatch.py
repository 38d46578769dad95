"""From the text of a message to the text of its answer, on the right thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evm_wasm.rpc import jsonrpc
from evm_wasm.rpc.errors import RpcError
from evm_wasm.rpc.execution import ExecutionThread
from evm_wasm.rpc.jsonrpc import Message
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.session import Session

SMALL_BODY: Final = 64 << 10
"""Bytes; reading JSON of more would hold up the event loop for a millisecond or longer."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Answers messages of all connections.

    Attributes:
        node: What methods work on.
        execution: The thread that may touch it.
        seen: Told of each message before it is answered.
    """

    node: Node
    execution: ExecutionThread
    seen: Callable[[Message], None]

    async def answer(self, body: bytes | str, session: Session | None = None) -> str | None:
        """The answer to a message, None if it wants none."""
        if len(body) > SMALL_BODY:
            return await self._answer_large(body, session)
        message = jsonrpc.read(body, has_session=session is not None)
        self.seen(message)
        if message.is_immediate:
            return jsonrpc.answer(self.node, message, session)
        try:
            return await self.execution.run(lambda: jsonrpc.answer(self.node, message, session))
        except RpcError as error:
            return jsonrpc.refusal(message, error)

    async def _answer_large(self, body: bytes | str, session: Session | None) -> str | None:
        def read_and_answer() -> str | None:
            message = jsonrpc.read(body, has_session=session is not None)
            self.seen(message)
            return jsonrpc.answer(self.node, message, session)

        try:
            return await self.execution.run(read_and_answer)
        except RpcError as error:
            return jsonrpc.unread_refusal(error)
