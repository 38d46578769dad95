"""JSON-RPC over HTTP: one question, one answer, and errors that say what to do."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from evm_wasm.errors import InputError, NodeError, NodeRefusal
from evm_wasm.primitives.hexadecimal import parse_bytes
from evm_wasm.primitives.json_text import parse_json
from evm_wasm.version import __version__

MOST_BYTES: Final = 64 << 20
"""Of an answer; more than any block, and little enough for a small machine."""

_CHUNK: Final = 1 << 16
_SHOWN: Final = 200
"""Characters of a foreign text that an error shows."""

_PORTS: Final[Mapping[str, int]] = MappingProxyType({"http": 80, "https": 443})

_METHOD_NOT_FOUND: Final = -32601
"""JSON-RPC 2.0, section 5.1."""

_STATUS_HINTS: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "the URL lacks its key",
        403: "the node does not accept this host name; 127.0.0.1 or localhost are always accepted",
        404: "the path of the URL may be wrong",
        413: "the request is larger than the node accepts",
        429: "the node wants fewer requests; try again later",
        503: "the node is busy; try again later",
    }
)
"""What to do about an HTTP status (RFC 9110, section 15)."""


class Node:
    """A node at a URL. Each question has a connection of its own; one thread at a time."""

    def __init__(self, url: str, *, timeout: float) -> None:
        """Connects to nothing yet.

        Args:
            url: `http://` or `https://`, host, perhaps port and path.
            timeout: Seconds until an answer must be there.

        Raises:
            InputError: No such URL.
        """
        self._url = _parse_url(url)
        self._timeout = timeout
        self._numbers = itertools.count(1)

    @property
    def place(self) -> str:
        """The URL without its path, which may hold a key."""
        return f"{self._url.scheme}://{self._url.netloc}"

    def ask(self, method: str, *parameters: object) -> object:
        """The result of a method.

        Raises:
            NodeError: No node there, no answer in time, or none that is JSON-RPC.
            NodeRefusal: The node answered with an error.
        """
        number = next(self._numbers)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}
        status, body = self._exchange(json.dumps(request).encode("ascii"))
        answer = self._read(status, body)
        error = answer.get("error")
        if error is not None:
            raise self._refusal(method, error)
        if answer.get("id") != number or "result" not in answer:
            raise NodeError(f"{self.place} answered {method} with neither a result nor an error")
        return answer["result"]

    def _exchange(self, body: bytes) -> tuple[int, bytes]:
        try:
            with closing(self._connect()) as connection:
                connection.request("POST", self._target(), body, _HEADERS)
                with connection.getresponse() as response:
                    return response.status, self._read_body(response)
        except ConnectionRefusedError as error:
            raise NodeError(
                f"no node at {self.place}: start one with 'ewasm node', or name another with "
                "--rpc-url"
            ) from error
        except TimeoutError as error:
            raise NodeError(
                f"no answer from {self.place} within {self._timeout:g} seconds; it may be busy: "
                "try again, or give it more --timeout"
            ) from error
        except socket.gaierror as error:
            raise NodeError(
                f"no machine is called {self._url.hostname}; check --rpc-url"
            ) from error
        except ssl.SSLError as error:
            raise NodeError(
                f"no secure connection to {self.place}: {error.reason or error}; does it speak "
                "http instead of https?"
            ) from error
        except (http.client.HTTPException, OSError) as error:
            raise NodeError(
                f"{self.place} broke off: {_cut(str(error) or type(error).__name__)}; is it a "
                "node that is listening there?"
            ) from error

    def _connect(self) -> http.client.HTTPConnection:
        host = self._url.hostname or ""
        port = self._url.port or _PORTS[self._url.scheme]
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout)
        return http.client.HTTPConnection(host, port, timeout=self._timeout)

    def _target(self) -> str:
        query = f"?{self._url.query}" if self._url.query else ""
        return (self._url.path or "/") + query

    def _read_body(self, response: http.client.HTTPResponse) -> bytes:
        """The body, bounded in size and in time as a whole."""
        deadline = time.monotonic() + self._timeout
        body = bytearray()
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > MOST_BYTES:
                raise NodeError(
                    f"the answer of {self.place} is larger than {MOST_BYTES:,} bytes; ask for "
                    "less, such as fewer blocks"
                )
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(body)

    def _read(self, status: int, body: bytes) -> Mapping[str, object]:
        """The answer as a JSON object. Nodes disagree on the HTTP status of an error."""
        try:
            answer = parse_json(body.decode("utf-8"), what="answer")
        except (InputError, UnicodeDecodeError) as error:
            raise self._no_answer(status, body) from error
        is_answer = isinstance(answer, Mapping) and ("result" in answer or "error" in answer)
        if not isinstance(answer, Mapping) or not is_answer:
            raise self._no_answer(status, body)
        return answer

    def _no_answer(self, status: int, body: bytes) -> NodeError:
        if status == http.client.OK:
            text = _cut(body.decode("utf-8", errors="replace"))
            return NodeError(f"{self.place} is no node: it answered {text!r}, which is no JSON-RPC")
        phrase = http.client.responses.get(status, "")
        hint = _STATUS_HINTS.get(status, "is it a node that is listening there?")
        return NodeError(f"{self.place} answered HTTP status {status} {phrase}: {hint}")

    def _refusal(self, method: str, error: object) -> NodeError | NodeRefusal:
        if not isinstance(error, Mapping):
            return NodeError(f"{self.place} answered {method} with an ill-formed error")
        code, message = error.get("code"), error.get("message")
        if not isinstance(code, int) or not isinstance(message, str):
            return NodeError(f"{self.place} answered {method} with an ill-formed error")
        if code == _METHOD_NOT_FOUND:
            message = f"{message}; this node does not have the method"
        return NodeRefusal(method, code, message, _error_data(error.get("data")))


_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Content-Type": "application/json", "User-Agent": f"ewasm/{__version__}"}
)


def _parse_url(text: str) -> SplitResult:
    example = "such as http://127.0.0.1:8545"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise InputError(f"--rpc-url: {error}; a URL is {example}") from error
    if url.scheme in ("ws", "wss"):
        secure = url.scheme.replace("ws", "http")
        raise InputError(f"--rpc-url: WebSocket is not needed here: write {secure}://{url.netloc}")
    if url.scheme not in _PORTS or not url.hostname or port == 0:
        raise InputError(f"--rpc-url: a URL is http:// or https://, host and port, {example}")
    if url.username is not None or url.password is not None:
        raise InputError("--rpc-url: a user and a password in the URL are not supported")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise InputError("--rpc-url: a URL has neither blanks nor letters outside of ASCII")
    return url


def _error_data(value: object) -> bytes | None:
    """The bytes that came with an error; some nodes send text or nothing."""
    if isinstance(value, Mapping):
        value = value.get("data")
    try:
        return parse_bytes(value, what="data")
    except InputError:
        return None


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
