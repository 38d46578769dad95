"""Asking a node: what it answers, and every way in which it can fail to."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fake_node import answers, body, serving
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evm_wasm.client import connection
from evm_wasm.client.connection import Node
from evm_wasm.errors import InputError, NodeError, NodeRefusal

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@contextmanager
def talking(*chunks: bytes, then: str = "close") -> Iterator[str]:
    """The URL of a socket that says these bytes, whatever it is asked, and closes or falls silent."""

    def talk() -> None:
        peer, _ = server.accept()
        with peer, contextlib.suppress(OSError):  # the client may be gone at any time
            peer.recv(65_536)
            for chunk in chunks:
                peer.sendall(chunk)
            if then == "close":
                peer.shutdown(socket.SHUT_WR)
            while peer.recv(65_536):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=talk)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def ask(url: str, timeout: float = 20.0) -> object:
    return Node(url, timeout=timeout).ask("eth_chainId")


def test_a_request_is_json_rpc_and_its_result_is_given() -> None:
    asked: list = []
    with serving(answers({"eth_getBalance": "0x1"}, asked)) as url:
        assert Node(url, timeout=20).ask("eth_getBalance", "0x00", "latest") == "0x1"
    assert asked == [("eth_getBalance", ["0x00", "latest"])]


@given(json_values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_any_result_is_given_as_it_is(value: object) -> None:
    with serving(answers({"eth_chainId": value})) as url:
        assert ask(url) == value


def test_path_and_query_belong_to_the_request_but_not_to_messages() -> None:
    paths = []

    def reply(handler, request) -> None:
        paths.append(handler.path)
        body(b"", 401)(handler, request)

    with serving(reply) as url, pytest.raises(NodeError) as caught:
        ask(f"{url}/v3/secret?key=secret")
    assert paths == ["/v3/secret?key=secret"]
    assert "secret" not in str(caught.value)


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NodeError, match=f"^no node at http://127.0.0.1:{port}: start one with "):
        ask(f"http://127.0.0.1:{port}")


def test_no_such_machine() -> None:
    with pytest.raises(NodeError, match=r"no machine is called nowhere\.invalid"):
        ask("http://nowhere.invalid:8545")


@pytest.mark.parametrize(
    "chunks", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b'{"jsonrpc"')]
)
def test_a_node_that_falls_silent_is_given_up(chunks: tuple[bytes, ...]) -> None:
    with (
        talking(*chunks, then="silence") as url,
        pytest.raises(NodeError, match=r"no answer from http://127.0.0.1:\d+ within 0.3 seconds"),
    ):
        ask(url, timeout=0.3)


def test_a_node_that_drips_is_given_up() -> None:
    def drip(handler, _request) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while not ended.wait(0.02):
                handler.wfile.write(b" ")
        except OSError:
            pass

    ended = threading.Event()
    with serving(drip) as url:
        with pytest.raises(NodeError, match=r"within 0\.3 seconds"):
            ask(url, timeout=0.3)
        ended.set()


@pytest.mark.parametrize(
    "chunks",
    [
        (),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b'{"jsonrpc"'),
        (b"HTTP/1.1 OK OK\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200,),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",),
    ],
    ids=["closes", "other protocol", "half", "bad status", "many headers", "bad chunks"],
)
def test_what_speaks_no_http_is_told(chunks: tuple[bytes, ...]) -> None:
    with talking(*chunks) as url, pytest.raises(NodeError, match=r"is it a node|is no node"):
        ask(url)


def test_tls_to_a_server_without_it_is_told() -> None:
    with talking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        secure = url.replace("http://", "https://")
        with pytest.raises(NodeError, match="does it speak http instead of https"):
            ask(secure)


def test_a_huge_answer_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_BYTES", 1_000_000)

    def endless(handler, _request) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"[" * 65_536)
        except OSError:
            pass

    with serving(endless) as url, pytest.raises(NodeError, match="is larger than 1,000,000 bytes"):
        ask(url)


NO_ANSWERS = {
    "nothing": b"",
    "a page": b"<!doctype html><html>hello</html>",
    "half": b'{"jsonrpc": "2.0", "id": 1, "result": ',
    "no UTF-8": b'{"result": "\xff"}',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "no member of JSON-RPC": b'{"ok": true}',
    "a member twice": b'{"id": 1, "result": 1, "result": 2}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("content", NO_ANSWERS.values(), ids=NO_ANSWERS.keys())
def test_what_is_no_json_rpc_is_told(content: bytes) -> None:
    with serving(body(content)) as url, pytest.raises(NodeError, match="is no node: it answered"):
        ask(url)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (403, "does not accept this host name"),
        (404, "the path of the URL may be wrong"),
        (413, "larger than the node accepts"),
        (503, "the node is busy"),
        (599, "is it a node"),
    ],
)
def test_an_http_error_is_told_with_what_to_do(status: int, hint: str) -> None:
    with serving(body(b"no", status)) as url, pytest.raises(NodeError, match=hint) as caught:
        ask(url)
    assert f"HTTP status {status}" in str(caught.value)


def test_the_answer_of_another_question_is_refused() -> None:
    content = b'{"jsonrpc": "2.0", "id": 99, "result": "0x1"}'
    with serving(body(content)) as url, pytest.raises(NodeError, match="neither a result nor"):
        ask(url)


def refusal(error: object, status: int = 200) -> NodeRefusal:
    content = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    with serving(body(content, status)) as url, pytest.raises(NodeRefusal) as caught:
        ask(url)
    return caught.value


@pytest.mark.parametrize("status", [200, 400, 500])
def test_an_error_of_the_node_is_a_refusal_whatever_the_status(status: int) -> None:
    error = {"code": 3, "message": "execution reverted", "data": "0x0102"}
    refused = refusal(error, status)
    assert (refused.code, refused.message, refused.data) == (3, "execution reverted", b"\1\2")
    assert str(refused) == "the node refused eth_chainId: execution reverted (code 3)"


@pytest.mark.parametrize("data", [None, "text", 7, "0xz", {}, {"data": 7}])
def test_data_that_is_no_data_is_none(data: object) -> None:
    assert refusal({"code": 3, "message": "no", "data": data}).data is None


def test_data_may_lie_deeper() -> None:
    assert refusal({"code": 3, "message": "no", "data": {"data": "0x07"}}).data == b"\7"


def test_an_unknown_method_is_told() -> None:
    refused = refusal({"code": -32601, "message": "Method not found"})
    assert "this node does not have the method" in str(refused)


@pytest.mark.parametrize("error", [7, "no", [], {"code": "3", "message": "x"}, {"code": 3}])
def test_an_ill_formed_error_is_no_refusal(error: object) -> None:
    content = json.dumps({"jsonrpc": "2.0", "id": 1, "error": error}).encode()
    with serving(body(content)) as url, pytest.raises(NodeError, match="with an ill-formed error"):
        ask(url)


URLS = {
    "nothing": ("", "a URL is http:// or https://"),
    "no scheme": ("127.0.0.1:8545", "a URL is http:// or https://"),
    "other scheme": ("ftp://localhost", "a URL is http:// or https://"),
    "WebSocket": ("ws://localhost:8545", "write http://localhost:8545"),
    "secure WebSocket": ("wss://localhost:8545/x", "write https://localhost:8545"),
    "no host": ("http://", "a URL is http:// or https://"),
    "only a port": ("http://:8545", "a URL is http:// or https://"),
    "port is a word": ("http://localhost:http", "--rpc-url: "),
    "port too large": ("http://localhost:65536", "--rpc-url: "),
    "port 0": ("http://localhost:0", "a URL is http:// or https://"),
    "a password": ("http://me:secret@localhost", "a user and a password"),
    "a blank": ("http://localhost/a b", "neither blanks nor"),
    "a letter": ("http://localhost/é", "neither blanks nor"),
    "a bracket": ("http://[::1", "--rpc-url: "),
}


@pytest.mark.parametrize(("url", "message"), URLS.values(), ids=URLS.keys())
def test_bad_urls_are_refused(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Node(url, timeout=1)
    assert str(caught.value).startswith("--rpc-url: ")
    assert "secret" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_url_is_taken_or_refused(text: str) -> None:
    for url in (text, "http://" + text):
        with contextlib.suppress(InputError):
            Node(url, timeout=1)


@given(st.binary(max_size=60))
@settings(max_examples=30)
def test_any_bytes_instead_of_an_answer_are_a_node_error(content: bytes) -> None:
    with talking(content) as url, pytest.raises(NodeError):
        ask(url)
