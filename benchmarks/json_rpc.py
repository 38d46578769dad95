"""The client that asks every node of a benchmark: one connection, kept open, nothing clever."""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from typing import Any, Final

TIMEOUT: Final = 600
"""Seconds for one answer; mining 50,000 blocks is one question."""

Call = tuple[str, Sequence[object]]
"""Method and parameters."""


class RpcFailed(Exception):
    """A node answered with an error."""


class Client:
    """A connection to a node on this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
        self._next = 0

    def ask(self, method: str, *parameters: object) -> Any:  # noqa: ANN401 - any JSON
        """One call.

        Raises:
            RpcFailed: The node answered with an error.
            OSError: There is no answer.
        """
        return _result(self._post(self._request((method, parameters))))

    def ask_all(self, calls: Sequence[Call]) -> list[Any]:
        """Many calls in one batch, the results in their order; errors as of `ask`."""
        answers = self._post([self._request(call) for call in calls])
        answers.sort(key=lambda answer: answer["id"])
        return [_result(answer) for answer in answers]

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def _request(self, call: Call) -> dict[str, object]:
        self._next += 1
        return {"jsonrpc": "2.0", "id": self._next, "method": call[0], "params": list(call[1])}

    def _post(self, body: object) -> Any:  # noqa: ANN401 - any JSON
        headers = {"Content-Type": "application/json"}
        self._connection.request("POST", "/", json.dumps(body), headers)
        return json.loads(self._connection.getresponse().read())


def _result(answer: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if "error" in answer:
        raise RpcFailed(str(answer["error"]))
    return answer["result"]
