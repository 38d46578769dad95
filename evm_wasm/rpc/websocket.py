"""One WebSocket: requests in, answers and notifications out, neither without bound."""

from __future__ import annotations

import asyncio
from collections import deque

from aiohttp import WSCloseCode, WSMsgType, web

from evm_wasm.rpc.dispatch import Dispatcher
from evm_wasm.rpc.limits import ServerLimits
from evm_wasm.rpc.session import Session


class WebSocketConnection:
    """A client that stays. Requests are worked on side by side, answers go out as they come."""

    def __init__(self, dispatcher: Dispatcher, limits: ServerLimits) -> None:
        self._dispatcher = dispatcher
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._socket = web.WebSocketResponse(
            max_msg_size=limits.body_bytes,
            heartbeat=limits.ping_seconds,
            timeout=limits.stop_seconds,
            compress=False,
        )
        self._session = Session(self._send_from_any_thread)
        self._slots = asyncio.Semaphore(limits.in_flight)
        self._tasks: set[asyncio.Task[None]] = set()
        self._unsent: deque[str] = deque()
        self._unsent_size = 0
        self._has_unsent = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    async def serve(self, request: web.BaseRequest) -> web.WebSocketResponse:
        """Serves the client until either side closes."""
        await self._socket.prepare(request)
        self._transport = request.transport
        writer = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    await self._slots.acquire()
                    task = asyncio.create_task(self._answer(message.data))
                    self._tasks.add(task)
                    task.add_done_callback(self._finished)
        finally:
            writer.cancel()
            # Subscriptions belong to the execution thread; it may be busy, the client is gone.
            self._dispatcher.execution.submit(self._session.close)
        return self._socket

    async def close(self, code: int = WSCloseCode.GOING_AWAY) -> None:
        """Tells the client that this is the end, without waiting for what is worked on."""
        await self._socket.close(code=code)

    async def _answer(self, data: str | bytes) -> None:
        text = await self._dispatcher.answer(data, self._session)
        if text is not None:
            self._enqueue(text)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._slots.release()

    def _send_from_any_thread(self, text: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._enqueue, text)

    def _enqueue(self, text: str) -> None:
        if self._socket.closed:
            return
        self._unsent.append(text)
        self._unsent_size += len(text)
        self._has_unsent.set()
        if self._unsent_size > self._limits.unsent_bytes:
            self._give_up()

    async def _write(self) -> None:
        while True:
            await self._has_unsent.wait()
            while self._unsent:
                text = self._unsent.popleft()
                self._unsent_size -= len(text)
                try:
                    async with asyncio.timeout(self._limits.write_seconds):
                        await self._socket.send_str(text)
                except (TimeoutError, ConnectionError):
                    self._give_up()
                    return
            self._has_unsent.clear()

    def _give_up(self) -> None:
        """Ends a connection whose client does not read; a polite end would wait for it again."""
        self._unsent.clear()
        self._unsent_size = 0
        if self._transport is not None:
            self._transport.abort()
