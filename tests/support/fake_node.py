"""A server that stands where a node should, and answers as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Reply = Callable[[BaseHTTPRequestHandler, dict], None]
"""Writes a whole answer to a request, which is given as JSON."""


@contextmanager
def serving(reply: Reply) -> Iterator[str]:
    """The URL of a server that lives as long as the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            reply(self, json.loads(self.rfile.read(length)))

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its interface
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def body(content: bytes, status: int = 200) -> Reply:
    """The same bytes for every request."""

    def reply(handler: BaseHTTPRequestHandler, _request: dict) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def answers(methods: dict[str, object], asked: list[tuple[str, list]] | None = None) -> Reply:
    """Results by method; a function is called with the parameters. Others are unknown."""

    def reply(handler: BaseHTTPRequestHandler, request: dict) -> None:
        method, parameters = request["method"], request["params"]
        if asked is not None:
            asked.append((method, parameters))
        answer: dict[str, object] = {"jsonrpc": "2.0", "id": request["id"]}
        if method in methods:
            result = methods[method]
            answer["result"] = result(*parameters) if callable(result) else result
        else:
            answer["error"] = {"code": -32601, "message": "Method not found"}
        body(json.dumps(answer).encode())(handler, request)

    return reply
