"""HTTP and WebSocket on one port."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from evm_wasm.rpc.access import Access
from evm_wasm.rpc.dispatch import Dispatcher
from evm_wasm.rpc.errors import LIMIT_EXCEEDED, RpcError
from evm_wasm.rpc.jsonrpc import unread_refusal
from evm_wasm.rpc.limits import DEFAULT_LIMITS, ServerLimits
from evm_wasm.rpc.websocket import WebSocketConnection

BACKLOG: Final = 1_024
"""Connections that the operating system holds until they are taken."""

_JSON: Final = {hdrs.CONTENT_TYPE: "application/json"}

# Strangers must not be able to fill the terminal with complaints about what they sent.
_QUIET: Final = logging.getLogger("evm_wasm.rpc.http")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class RpcServer:
    """A server on one address; make and use it on one event loop."""

    def __init__(
        self, dispatcher: Dispatcher, access: Access, limits: ServerLimits = DEFAULT_LIMITS
    ) -> None:
        self._dispatcher = dispatcher
        self._access = access
        self._limits = limits
        self._bodies = 0
        self._sockets: set[WebSocketConnection] = set()
        self._web = web.Server(
            self._handle,
            keepalive_timeout=limits.idle_seconds,
            logger=_QUIET,
            access_log=None,
            # A small compressed body may be a huge one.
            auto_decompress=False,
        )
        self._listener: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> list[tuple[str, int]]:
        """Begins to listen.

        Args:
            host: Address or name of this machine.
            port: 0 for any that is free.

        Returns:
            Addresses and ports that are listened on.

        Raises:
            OSError: The address is taken or not of this machine.
        """
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(
            self._accept, host, port, backlog=BACKLOG, reuse_address=True
        )
        return [socket.getsockname()[:2] for socket in self._listener.sockets]

    async def stop(self) -> None:
        """Takes no more connections, lets what has begun end, and closes all connections."""
        if self._listener is not None:
            self._listener.close()
        for socket in tuple(self._sockets):
            await socket.close()
        self._web.pre_shutdown()
        await self._web.shutdown(self._limits.stop_seconds)

    def _accept(self) -> asyncio.Protocol:
        if len(self._web.connections) >= self._limits.connections:
            return _Refused()
        return self._web()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if not self._access.allows_host(request.headers.get(hdrs.HOST)):
            return _plain(
                HTTPStatus.FORBIDDEN, "this node is not called by this name; see --allow-host"
            )
        origin = request.headers.get(hdrs.ORIGIN)
        if not self._access.allows_origin(origin):
            return _plain(
                HTTPStatus.FORBIDDEN, "pages from this origin may not use it; see --allow-origin"
            )
        if request.method == hdrs.METH_POST:
            return await self._answer_post(request, origin)
        if request.method == hdrs.METH_OPTIONS:
            headers = self._access.preflight_headers(origin)
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
        if request.headers.get(hdrs.UPGRADE, "").lower() == "websocket":
            return await self._serve_websocket(request)
        return _plain(
            HTTPStatus.METHOD_NOT_ALLOWED, "an ewasm node: send JSON-RPC by POST, or over WebSocket"
        )

    async def _answer_post(self, request: web.BaseRequest, origin: str | None) -> web.Response:
        if (request.content_length or 0) > self._limits.body_bytes:
            return self._too_large()
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                refusal = await self._read(request, body)
            if refusal is not None:
                return refusal
            text = await self._dispatcher.answer(bytes(body))
        except TimeoutError:
            return _plain(HTTPStatus.REQUEST_TIMEOUT, "the request did not come to its end")
        finally:
            self._bodies -= len(body)
        response = _answer(text, self._access.answer_headers(origin))
        async with asyncio.timeout(self._limits.write_seconds):
            await response.prepare(request)
            await response.write_eof()
        return response

    async def _read(self, request: web.BaseRequest, body: bytearray) -> web.Response | None:
        """Reads the body, and gives the answer to one that is not taken."""
        limits = self._limits
        async for chunk in request.content.iter_any():
            body += chunk
            self._bodies += len(chunk)
            if len(body) > limits.body_bytes:
                return self._too_large()
            if self._bodies > limits.bodies_bytes:
                error = RpcError(LIMIT_EXCEEDED, "the node is busy with other large requests")
                return _answer(unread_refusal(error), {})
        return None

    def _too_large(self) -> web.Response:
        text = f"a request may have {self._limits.body_bytes} bytes"
        return _plain(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)

    async def _serve_websocket(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = WebSocketConnection(self._dispatcher, self._limits)
        self._sockets.add(connection)
        try:
            return await connection.serve(request)
        except web.HTTPException:
            return _plain(HTTPStatus.BAD_REQUEST, "this is no WebSocket handshake")
        finally:
            self._sockets.discard(connection)


class _Refused(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Closes it."""
        transport.close()


def _answer(text: str | None, headers: dict[str, str]) -> web.Response:
    """An answer; a message that wants none, of notifications, has a response without a body."""
    if text is None:
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
    return web.Response(body=text.encode(), headers=_JSON | headers)


def _plain(status: HTTPStatus, text: str) -> web.Response:
    response = web.Response(status=status, text=text + "\n")
    if status is not HTTPStatus.METHOD_NOT_ALLOWED:
        # The rest of the request may never come.
        response.force_close()
    return response
