"""The running node and what strangers, slow clients and users in a hurry do to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
import threading
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from node_process import FIRST, PATIENCE, SECOND, Client, Refused, node_process
from small_contracts import contract

from evm_wasm.rpc.limits import DEFAULT_LIMITS

ENDLESS = "0x" + contract("(loop (br 0))").hex()
TARGET = "0x" + "c0" * 20
CHAIN_ID = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}


@pytest.fixture
def client(node):
    client = node.client()
    yield client
    client.close()


def get(node, path="/", **headers):
    connection = http.client.HTTPConnection(node.host, node.port, timeout=PATIENCE)
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def raw(node, request: bytes) -> bytes:
    """All that the node answers to some bytes before it closes."""
    with socket.create_connection((node.host, node.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65_536):
            answer += chunk
    return answer


def test_an_answer_is_json(node):
    connection = http.client.HTTPConnection(node.host, node.port, timeout=PATIENCE)
    connection.request("POST", "/", json.dumps(CHAIN_ID))
    response = connection.getresponse()
    assert response.status == 200
    assert response.getheader("Content-Type") == "application/json"
    assert json.loads(response.read()) == {"jsonrpc": "2.0", "id": 1, "result": "0x7a69"}
    connection.close()


def test_errors_have_status_200(client):
    status, body = client.post(b"{")
    assert status == 200
    assert json.loads(body)["error"]["code"] == -32600


def test_notifications_have_no_body(client):
    status, body = client.post(json.dumps(CHAIN_ID | {"id": None}).encode())
    assert (status, bool(body)) == (200, True)
    del (notification := dict(CHAIN_ID))["id"]
    assert client.post(json.dumps(notification).encode()) == (204, b"")


def test_other_methods_of_http(node):
    assert get(node)[0] == 405


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"\x00" * 100, b"POST / HTTP/9.9\r\n\r\n"],
)
def test_what_is_no_http_is_refused(node, garbage, client):
    answer = raw(node, garbage)
    assert answer == b"" or b" 400 " in answer.splitlines()[0]
    assert client.call("eth_chainId") == "0x7a69"
    assert "Traceback" not in node.output


# Bodies


def test_a_huge_body_is_refused_before_it_is_sent(node, client):
    size = DEFAULT_LIMITS.body_bytes + 1
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
    with socket.create_connection((node.host, node.port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode())
        assert b" 413 " in connection.makefile("rb").readline()
    assert client.call("eth_chainId") == "0x7a69"


def test_a_huge_body_of_unknown_length_is_refused(node, client):
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with socket.create_connection((node.host, node.port), timeout=PATIENCE) as connection:
        connection.sendall(head)
        with suppress(OSError):  # the node may close before all is sent
            for _ in range(1_000):
                connection.sendall(chunk)
    assert client.call("eth_chainId") == "0x7a69"
    status = Path(f"/proc/{node.process.pid}/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        assert int(peak.split()[1]) < 512 << 10, peak


def test_a_compressed_body_is_not_unpacked(client):
    status, body = client.post(b"\x1f\x8b\x08\x00", Content_Encoding="gzip")
    assert status == 200
    assert json.loads(body)["error"]["code"] == -32600


def test_a_large_body_is_answered(client):
    answer = client.send([client.request("web3_sha3", "0x" + "00" * 100_000)] * 10)
    assert len({entry["result"] for entry in answer}) == 1


def test_an_unended_body_keeps_nobody_waiting(node, client):
    with socket.create_connection((node.host, node.port), timeout=PATIENCE) as half:
        half.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert client.call("eth_chainId") == "0x7a69"


# Who may talk to it


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8545", "[::1]", "10.1.2.3"]
)
def test_names_of_this_machine_are_answered(client, host):
    assert client.post(json.dumps(CHAIN_ID).encode(), Host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8545", "", "[::1", "a b"])
def test_other_names_are_refused(client, host):
    status, body = client.post(json.dumps(CHAIN_ID).encode(), Host=host)
    assert status == 403
    assert b"--allow-host" in body


def test_a_client_older_than_hosts_is_answered(node):
    body = json.dumps(CHAIN_ID).encode()
    request = b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with socket.create_connection((node.host, node.port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        assert b"0x7a69" in connection.makefile("rb").read()


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3000", "file://"]
)
def test_pages_are_refused(node, client, origin):
    status, body = client.post(json.dumps(CHAIN_ID).encode(), Origin=origin)
    assert status == 403
    assert b"--allow-origin" in body
    handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "Origin": origin}
    key = {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Sec_WebSocket_Version": "13"}
    assert get(node, **handshake, **key)[0] == 403


def test_listed_pages_and_names_are_answered():
    page = "http://localhost:3000"
    options = ("--allow-origin", page, "--allow-host", "node.example")
    with node_process(*options, "--accounts", "1") as node:
        connection = http.client.HTTPConnection(node.host, node.port, timeout=PATIENCE)
        headers = {"Origin": page, "Access-Control-Request-Method": "POST"}
        connection.request("OPTIONS", "/", headers=headers)
        preflight = connection.getresponse()
        preflight.read()
        assert preflight.status == 204
        assert preflight.getheader("Access-Control-Allow-Origin") == page
        assert "content-type" in preflight.getheader("Access-Control-Allow-Headers").lower()
        connection.request("POST", "/", json.dumps(CHAIN_ID), {"Origin": page})
        answer = connection.getresponse()
        assert json.loads(answer.read())["result"] == "0x7a69"
        assert answer.getheader("Access-Control-Allow-Origin") == page
        assert answer.getheader("Vary") == "Origin"
        connection.request("POST", "/", json.dumps(CHAIN_ID), {"Origin": "http://evil.example"})
        refused = connection.getresponse()
        refused.read()
        assert refused.status == 403
        connection.request("POST", "/", json.dumps(CHAIN_ID), {"Host": "node.example:80"})
        assert connection.getresponse().status == 200
        connection.close()


# What is worked on


def test_a_runaway_call_ends_by_its_cap_and_holds_up_nobody():
    with node_process() as node:
        client = node.client()
        client.call("anvil_setCode", TARGET, ENDLESS)
        finished = threading.Event()
        errors = []

        def run_away() -> None:
            try:
                node.client().call("eth_call", {"to": TARGET})
            except Refused as error:
                errors.append(error)
            finished.set()

        runaway = threading.Thread(target=run_away)
        runaway.start()
        answered = 0
        while not finished.is_set():
            assert client.call("eth_chainId") == "0x7a69"
            assert client.call("eth_blockNumber") == "0x0"
            answered += not finished.is_set()
        runaway.join()
        assert answered > 10
        assert errors[0].code == -32603
        assert "gas" in errors[0].message
        client.close()


def test_filters_that_nobody_uninstalls_are_bounded(client):
    first = client.call("eth_newBlockFilter")
    for _ in range(20):
        client.batch([("eth_newFilter", {}) for _ in range(100)])
    with pytest.raises(Refused) as refused:
        client.call("eth_getFilterChanges", first)
    assert (refused.value.code, refused.value.message) == (-32000, "filter not found")
    last = client.call("eth_newBlockFilter")
    assert client.call("eth_getFilterChanges", last) == []


def test_ten_thousand_requests_in_a_batch_are_refused(client):
    answer = client.send([CHAIN_ID] * 10_000)
    assert answer["error"]["code"] == -32600
    assert client.call("eth_chainId") == "0x7a69"


@pytest.mark.parametrize("count", [1, 5])
def test_all_transactions_of_a_batch_are_taken(node, client, count):
    nonce = int(client.call("eth_getTransactionCount", FIRST, "latest"), 16)
    transfer = {"from": FIRST, "to": SECOND, "value": "0x1"}
    for _ in range(count):
        answers = client.batch([("eth_sendTransaction", transfer)] * 100)
        assert all("result" in answer for answer in answers), answers
    assert int(client.call("eth_getTransactionCount", FIRST, "latest"), 16) == nonce + 100 * count


def test_many_clients_at_the_same_time_lose_nothing(node):
    def send(sender: str, hashes: list) -> None:
        client = Client(node.host, node.port)
        for _ in range(25):
            transfer = {"from": sender, "to": TARGET, "value": "0x1"}
            hashes.append(client.call("eth_sendTransaction", transfer))
        client.close()

    client = node.client()
    senders = client.call("eth_accounts")[2:8]
    hashes: list[str] = []
    threads = [threading.Thread(target=send, args=(sender, hashes)) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(hashes)) == 150
    for transaction_hash in hashes:
        assert client.call("eth_getTransactionReceipt", transaction_hash)["status"] == "0x1"
    client.close()


def test_a_thousand_idle_websockets(node, client):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4_096)), hard))

    async def connect_all() -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:
            sockets = [await session.ws_connect(node.websocket_url) for _ in range(1_000)]
            assert await asyncio.to_thread(client.call, "eth_chainId") == "0x7a69"
            for one in (sockets[0], sockets[-1]):
                await one.send_json(CHAIN_ID)
                assert (await one.receive_json(timeout=PATIENCE))["result"] == "0x7a69"
            await asyncio.gather(*(one.close() for one in sockets))

    try:
        asyncio.run(connect_all())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert client.call("eth_chainId") == "0x7a69"
