"""What tests of a running node share: starting one, calling it, reading what it printed."""

from __future__ import annotations

import http.client
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120
"""Seconds until a test gives up waiting; never a measure of speed."""

FIRST = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266"
FIRST_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
SECOND = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"
SECOND_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
"""The first two accounts of the mnemonic that all development nodes share."""


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, error: dict) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: int = error["code"]
        self.message: str = error["message"]
        self.data = error.get("data")


@dataclass
class Client:
    """A plain JSON-RPC client over one connection."""

    host: str
    port: int
    timeout: float = PATIENCE
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)

    def post(self, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Status and body of the answer to any bytes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request("POST", "/", body, {"Content-Type": "application/json"} | named)
        response = self._connection.getresponse()
        return response.status, response.read()

    def request(self, method: str, *params: Any) -> dict:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}

    def send(self, value: Any) -> Any:
        status, body = self.post(json.dumps(value).encode())
        assert status == 200, (status, body)
        return json.loads(body)

    def call(self, method: str, *params: Any) -> Any:
        """The result of a method; `Refused` where it is an error."""
        answer = self.send(self.request(method, *params))
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["result"]

    def batch(self, calls: list[tuple]) -> list[dict]:
        return self.send([self.request(*call) for call in calls])

    def close(self) -> None:
        self._connection.close()


class RunningNode:
    """A node in a process of its own."""

    def __init__(self, *options: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evm_wasm", "node", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        self.lines: list[str] = []
        self._started: queue.Queue[tuple[str, int] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        address = self._started.get(timeout=PATIENCE)
        assert address is not None, "the node did not start:\n" + "\n".join(self.lines)
        self.host, self.port = address

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://{self.host}:{self.port}"

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def client(self) -> Client:
        return Client(self.host, self.port)

    def stop(self) -> int:
        """Ends it in order and gives its exit code."""
        self.process.terminate()
        return self.wait()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        code = self.process.wait(timeout=PATIENCE)
        self._reader.join(timeout=PATIENCE)
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if line.startswith("Listening on "):
                host, _, port = line.removeprefix("Listening on ").strip().rpartition(":")
                self._started.put((host, int(port)))
        self._started.put(None)


@contextmanager
def node_process(*options: str) -> Iterator[RunningNode]:
    """A node for as long as the block lasts."""
    node = RunningNode(*options)
    try:
        yield node
    finally:
        if node.process.poll() is None:
            node.kill()
