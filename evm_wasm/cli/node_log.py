"""What a running node prints: requests and blocks, for people or for programs.

Lines are written by a thread of their own, and dropped while the reader is too slow: a terminal
that was stopped, or a pipe that nobody empties, must never stop the node.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from collections.abc import Iterator
from typing import Final

from evm_wasm.cli.text import one_line
from evm_wasm.devnet.events import DevnetEvent, NewBlock
from evm_wasm.devnet.settings import Settings
from evm_wasm.model.block import Block
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.rpc.jsonrpc import Message

MOST_WAITING: Final = 10_000
"""Lines."""

MOST_TOLD: Final = 10
"""Transactions of a block, and methods of a batch, that are told one by one."""

LONGEST_NAME: Final = 80


class NodeLog:
    """Prints to standard output what a node does."""

    def __init__(self, settings: Settings, *, is_silent: bool, as_json: bool) -> None:
        self._settings = settings
        self._is_silent = is_silent
        self._as_json = as_json
        self._lines: queue.Queue[str | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._write, name="ewasm-log", daemon=True)
        self._thread.start()

    def request(self, message: Message) -> None:
        """Tells which methods are called."""
        if self._is_silent or not self._settings.logging:
            return
        names = [one_line(request.name)[:LONGEST_NAME] for request in message.requests]
        shown = names[:MOST_TOLD]
        if self._as_json:
            self._put_json({"event": "request", "methods": shown, "count": len(names)})
            return
        more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
        self._put(", ".join(shown) + more)

    def event(self, event: DevnetEvent) -> None:
        """Tells of new blocks."""
        if self._is_silent or not self._settings.logging or not isinstance(event, NewBlock):
            return
        if self._as_json:
            self._put_json(_block_members(event.block))
        else:
            self._put("\n".join(_block_lines(event.block)))

    def close(self) -> None:
        """Writes what waits, unless nobody reads it."""
        try:
            self._lines.put(None, timeout=1)
        except queue.Full:
            return
        self._thread.join(timeout=1)

    def _put_json(self, members: dict[str, object]) -> None:
        self._put(json.dumps({"time": int(time.time()), **members}))

    def _put(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                sys.stdout.write(line + "\n")
                if self._lines.empty():
                    sys.stdout.flush()
            except (OSError, ValueError):
                return  # nobody reads any more


def _block_lines(block: Block) -> Iterator[str]:
    yield ""
    for transaction in block.transactions[:MOST_TOLD]:
        yield f"    Transaction: {format_bytes(transaction.hash)}"
    if len(block.transactions) > MOST_TOLD:
        yield f"    and {len(block.transactions) - MOST_TOLD} more"
    yield f"    Gas used: {block.header.gas_used}"
    yield f"    Block Number: {block.header.number}"
    yield f"    Block Hash: {format_bytes(block.hash)}"
    yield ""


def _block_members(block: Block) -> dict[str, object]:
    return {
        "event": "block",
        "number": block.header.number,
        "hash": format_bytes(block.hash),
        "timestamp": block.header.timestamp,
        "gasUsed": block.header.gas_used,
        "transactions": [format_bytes(transaction.hash) for transaction in block.transactions],
    }
