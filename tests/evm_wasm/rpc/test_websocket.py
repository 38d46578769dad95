"""WebSocket: requests side by side, subscriptions, clients that do not read, and the end of a node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
import rpc_shapes as shapes
from command_line import TOKEN_DEPLOY
from jsonschema import Draft202012Validator
from node_process import FIRST, PATIENCE, SECOND, node_process

from evm_wasm.devnet.devnet import Devnet
from evm_wasm.rpc.access import Access
from evm_wasm.rpc.dispatch import Dispatcher
from evm_wasm.rpc.execution import ExecutionThread
from evm_wasm.rpc.limits import ServerLimits
from evm_wasm.rpc.node import make_node
from evm_wasm.rpc.server import RpcServer


class Socket:
    """A client that keeps answers and notifications apart."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.notes: list[dict] = []
        self._count = 0

    async def call(self, method: str, *params: object) -> object:
        self._count += 1
        request = {"jsonrpc": "2.0", "id": self._count, "method": method, "params": list(params)}
        await self.socket.send_json(request)
        while True:
            message = await self.socket.receive_json(timeout=PATIENCE)
            if message.get("id") == self._count:
                assert "error" not in message, message
                return message["result"]
            self.notes.append(message)

    async def note(self) -> tuple[str, object]:
        """The next notification: its subscription and what it says."""
        if not self.notes:
            self.notes.append(await self.socket.receive_json(timeout=PATIENCE))
        note = self.notes.pop(0)
        assert note["method"] == "eth_subscription"
        assert note["jsonrpc"] == "2.0"
        return note["params"]["subscription"], note["params"]["result"]


@asynccontextmanager
async def served(limits: ServerLimits) -> AsyncIterator[tuple[RpcServer, str]]:
    """A server with its own limits in this process, and its address."""
    devnet = Devnet()
    execution = ExecutionThread(longest_wait=limits.queue_seconds)
    dispatcher = Dispatcher(make_node(devnet), execution, lambda _message: None)
    server = RpcServer(dispatcher, Access(), limits)
    ((host, port),) = await server.start("127.0.0.1", 0)
    try:
        yield server, f"{host}:{port}"
    finally:
        await server.stop()
        await execution.close()
        devnet.close()


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Socket]:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"ws://{address}") as socket:
        yield Socket(socket)


def run(coroutine_function) -> None:
    asyncio.run(asyncio.wait_for(coroutine_function(), PATIENCE))


def test_new_heads():
    async def scenario() -> None:
        async with served(ServerLimits()) as (_, address), connected(address) as client:
            subscription = await client.call("eth_subscribe", "newHeads")
            await client.call("anvil_mine", 3)
            for number in (1, 2, 3):
                told, head = await client.note()
                assert told == subscription
                Draft202012Validator(shapes.HEADER).validate(head)
                assert head["number"] == hex(number)
                block = await client.call("eth_getBlockByNumber", hex(number))
                assert head["hash"] == block["hash"]
            assert await client.call("eth_unsubscribe", subscription) is True
            assert await client.call("eth_unsubscribe", subscription) is False
            await client.call("anvil_mine", 1)
            assert not client.notes

    run(scenario)


def test_logs_and_pending_transactions():
    code = "0x" + Path(TOKEN_DEPLOY).read_bytes().hex()

    async def scenario() -> None:
        async with served(ServerLimits()) as (_, address), connected(address) as client:
            deploy = {"from": FIRST, "data": code}
            token = (await client.call("eth_sendTransactionSync", deploy))["contractAddress"]
            wanted = await client.call("eth_subscribe", "logs", {"address": token})
            await client.call("eth_subscribe", "logs", {"address": SECOND})
            hashes = await client.call("eth_subscribe", "newPendingTransactions")
            whole = await client.call("eth_subscribe", "newPendingTransactions", True)
            data = "0x5d359fbd" + SECOND[2:].rjust(64, "0") + f"{3:064x}"
            sent = await client.call(
                "eth_sendTransaction", {"from": FIRST, "to": token, "data": data}
            )
            notes = dict([await client.note() for _ in range(3)])
            assert notes[hashes] == sent
            Draft202012Validator(shapes.WAITING_TRANSACTION).validate(notes[whole])
            assert notes[whole]["hash"] == sent
            receipt = await client.call("eth_getTransactionReceipt", sent)
            assert [notes[wanted]] == receipt["logs"]
            assert not client.notes

    run(scenario)


@pytest.mark.parametrize(
    "params", [[], ["nothing"], [1], ["newHeads", {}], ["logs", 1], ["newPendingTransactions", 1]]
)
def test_malformed_subscriptions(params):
    async def scenario() -> None:
        async with served(ServerLimits()) as (_, address), connected(address) as client:
            request = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": params}
            await client.socket.send_json(request)
            answer = await client.socket.receive_json(timeout=PATIENCE)
            assert answer["error"]["code"] == -32602

    run(scenario)


def test_messages_that_are_no_requests():
    async def scenario() -> None:
        async with served(ServerLimits()) as (_, address), connected(address) as client:
            for data in ("{", "[]", "1", ""):
                await client.socket.send_str(data)
                answer = await client.socket.receive_json(timeout=PATIENCE)
                assert answer["error"]["code"] == -32600
            await client.socket.send_bytes(b'{"jsonrpc":"2.0","id":5,"method":"eth_chainId"}')
            assert (await client.socket.receive_json(timeout=PATIENCE))["result"] == "0x7a69"

    run(scenario)


def test_many_requests_at_once_are_all_answered():
    async def scenario() -> None:
        async with served(ServerLimits(in_flight=4)) as (_, address), connected(address) as client:
            for number in range(500):
                method = "eth_getBalance" if number % 2 else "eth_chainId"
                params = [FIRST] if number % 2 else []
                request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                await client.socket.send_json(request)
            answers = [await client.socket.receive_json(timeout=PATIENCE) for _ in range(500)]
            assert {answer["id"] for answer in answers} == set(range(500))

    run(scenario)


def test_a_message_too_large_ends_the_connection():
    async def scenario() -> None:
        limits = ServerLimits(body_bytes=1_000)
        async with served(limits) as (_, address), connected(address) as client:
            await client.socket.send_str(" " * 2_000)
            message = await client.socket.receive(timeout=PATIENCE)
            assert message.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}

    run(scenario)


def test_a_client_that_does_not_read_is_cut_off():
    async def scenario() -> None:
        limits = ServerLimits(unsent_bytes=100_000)
        async with served(limits) as (_, address), connected(address) as reader:
            host, port = address.split(":")
            _, writer = await asyncio.open_connection(host, int(port), limit=1)
            writer.write(
                f"GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            request = b'{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'
            mask = bytes(4)
            writer.write(bytes((0x81, 0x80 | len(request))) + mask + request)
            await writer.drain()
            # The system holds some megabytes for a reader that does not read; then it is over.
            while not writer.is_closing():
                await reader.call("anvil_mine", 1_000)
                try:
                    writer.write(bytes((0x89, 0x80)) + mask)
                    await writer.drain()
                except ConnectionError:
                    break
            assert await reader.call("eth_chainId") == "0x7a69"

    run(scenario)


def test_an_idle_connection_is_closed():
    async def scenario() -> None:
        async with served(ServerLimits(idle_seconds=0.1)) as (_, address):
            host, port = address.split(":")
            for first_bytes in (b"", b"POST / HTTP/1.1\r\nHost: local"):
                reader, writer = await asyncio.open_connection(host, int(port))
                writer.write(first_bytes)
                await writer.drain()
                assert await reader.read() == b""
                writer.close()

    run(scenario)


def test_a_body_that_does_not_end_is_given_up():
    async def scenario() -> None:
        async with served(ServerLimits(body_seconds=0.1)) as (_, address):
            host, port = address.split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
            assert b" 408 " in await reader.readline()
            writer.close()

    run(scenario)


def test_connections_are_bounded():
    async def scenario() -> None:
        async with served(ServerLimits(connections=3)) as (_, address):
            host, port = address.split(":")
            kept = [await asyncio.open_connection(host, int(port)) for _ in range(3)]
            await asyncio.sleep(0.1)  # the server has to see them first
            reader, writer = await asyncio.open_connection(host, int(port))
            assert await reader.read() == b""
            for _, one in (*kept, (reader, writer)):
                one.close()

    run(scenario)


def test_a_request_that_waits_too_long_is_refused_and_not_done():
    async def scenario() -> None:
        async with (
            served(ServerLimits(queue_seconds=-1.0)) as (_, address),
            connected(address) as one,
        ):
            for data in (
                json.dumps({"jsonrpc": "2.0", "id": 1, "method": "evm_mine"}),
                json.dumps([{"jsonrpc": "2.0", "id": 1, "method": "evm_mine"}]),
            ):
                await one.socket.send_str(data)
                answer = await one.socket.receive_json(timeout=PATIENCE)
                (answer,) = answer if isinstance(answer, list) else [answer]
                assert answer["error"]["code"] == -32005
                assert answer["id"] == 1
            assert await one.call("eth_blockNumber") == "0x0"

    run(scenario)


def test_a_stopping_node_says_so():
    async def scenario() -> None:
        with node_process() as node:
            address = f"{node.host}:{node.port}"
            async with connected(address) as client:
                await client.call("eth_subscribe", "newHeads")
                node.process.terminate()
                message = await client.socket.receive(timeout=PATIENCE)
                assert message.type is aiohttp.WSMsgType.CLOSE
                assert message.data == aiohttp.WSCloseCode.GOING_AWAY
            assert await asyncio.to_thread(node.wait) == 0

    run(scenario)
