"""A small state test that passes, for tests that break one thing in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

SENDER = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b"
RECEIVER = "0xb94f5374fce5edbc8e2a8697c15331677e6ebf0b"
NO_LOGS = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
"""keccak256 of the RLP of an empty list."""

TRANSFER = {
    "env": {
        "currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba",
        "currentDifficulty": "0x020000",
        "currentGasLimit": "0x0f4240",
        "currentNumber": "0x01",
        "currentTimestamp": "0x03e8",
        "previousHash": "0x" + "00" * 32,
    },
    "pre": {SENDER: {"balance": "0x0f4240", "code": "", "nonce": "0x00", "storage": {}}},
    "transaction": {
        "data": ["0x", "0x01"],
        "gasLimit": ["0x5208", "0x5ac8"],
        "gasPrice": "0x01",
        "nonce": "0x00",
        "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8",
        "to": RECEIVER,
        "value": ["0x0a", "0x0b"],
    },
    "post": {
        "Byzantium": [
            {
                "indexes": {"data": 0, "gas": 0, "value": 0},
                "hash": "0x" + "00" * 32,
                "logs": NO_LOGS,
            }
        ]
    },
}


@pytest.fixture
def transfer() -> dict:
    """10 wei sent; the state root is not filled in."""
    return copy.deepcopy(TRANSFER)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes tests to a file."""

    def write(test: object, name: str = "transfer.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({path.stem: test}))
        return path

    return write
