"""A node that is killed while clients send: every block whose receipt one of them saw is there after.

`make soak` runs the long form and counts.
"""

from __future__ import annotations

import http.client
import os
import random
import threading
import time
from dataclasses import dataclass, field

import pytest
from node_process import FIRST, Client, RunningNode

IS_LONG = bool(os.environ.get("EWASM_SOAK"))
ROUNDS = 50 if IS_LONG else 3
SENDERS = 4
TARGET = "0x" + "d0" * 20


@dataclass
class Seen:
    """Receipts that clients have seen, by transaction, and how many answers were cut off."""

    receipts: dict[str, dict] = field(default_factory=dict)
    cut_off: int = 0

    def send_until_killed(self, node: RunningNode, sender: str) -> None:
        client = Client(node.host, node.port)
        try:
            while True:
                transfer = {"from": sender, "to": TARGET, "value": "0x1"}
                sent = client.call("eth_sendTransaction", transfer)
                self.receipts[sent] = client.call("eth_getTransactionReceipt", sent)
        except (OSError, http.client.HTTPException):
            self.cut_off += 1
        finally:
            client.close()


@pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])
def test_a_killed_node_keeps_what_clients_saw(tmp_path, scheme, record):
    chance = random.Random(5)
    state = f"{scheme}:{tmp_path / 'chain'}"
    seen = Seen()
    checked = 0
    rounds = ROUNDS if scheme == "lmdb" else min(ROUNDS, 5)
    for _ in range(rounds):
        node = RunningNode("--state", state)
        client = node.client()
        checked += _check(client, seen)
        senders = client.call("eth_accounts")[:SENDERS]
        client.close()
        threads = [
            threading.Thread(target=seen.send_until_killed, args=(node, sender))
            for sender in senders
        ]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.05, 1.0))
        node.kill()
        for thread in threads:
            thread.join()
    node = RunningNode("--state", state)
    client = node.client()
    checked += _check(client, seen)
    assert len(seen.receipts) > 0
    head = int(client.call("eth_blockNumber"), 16)
    # What is sent now goes on where the chain stands.
    sent = client.call("eth_sendTransaction", {"from": FIRST, "to": TARGET})
    assert int(client.call("eth_getTransactionReceipt", sent)["blockNumber"], 16) == head + 1
    client.close()
    assert node.stop() == 0
    record(
        f"{scheme}: {rounds} nodes killed under load: {len(seen.receipts)} receipts seen by clients, "
        f"{head} blocks, 0 receipts lost or changed"
    )


def _check(client: Client, seen: Seen) -> int:
    """Compares all receipts that were ever seen with what the node says now."""
    for transaction_hash, receipt in seen.receipts.items():
        assert client.call("eth_getTransactionReceipt", transaction_hash) == receipt
    return len(seen.receipts)


def test_a_stopped_node_keeps_its_file(tmp_path):
    file = tmp_path / "chain.state"
    node = RunningNode("--state", str(file))
    client = node.client()
    sent = client.call("eth_sendTransaction", {"from": FIRST, "to": TARGET, "value": "0x7"})
    receipt = client.call("eth_getTransactionReceipt", sent)
    client.close()
    assert node.stop() == 0
    node = RunningNode("--load-state", str(file))
    client = node.client()
    assert client.call("eth_getTransactionReceipt", sent) == receipt
    assert client.call("eth_getBalance", TARGET) == "0x7"
    client.close()
    assert node.stop() == 0
