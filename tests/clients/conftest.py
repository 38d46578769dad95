"""A running node for real clients, and what they are told to do with it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from node_process import PATIENCE, SECOND_KEY, RunningNode, node_process

from scripts.node_packages import CLIENTS, foundry_cast

HERE = Path(__file__).resolve().parent
TOKEN = HERE.parents[1] / "contracts" / "token"
MODULE, ABI = TOKEN / "token_deploy.wasm", TOKEN / "token.abi.json"
RECEIVER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"


@pytest.fixture
def node() -> Iterator[RunningNode]:
    """A fresh node."""
    with node_process() as running:
        yield running


@pytest.fixture(scope="session")
def abi() -> list:
    return json.loads(ABI.read_text())


@pytest.fixture(scope="session")
def bytecode() -> str:
    return "0x" + MODULE.read_bytes().hex()


@pytest.fixture(scope="session")
def installed() -> None:
    """Skips where npm has not been asked for the clients."""
    if not CLIENTS.modules.is_dir() or shutil.which("node") is None:
        pytest.skip(f"{CLIENTS.unavailable} {CLIENTS.folder}; .ci/run installs them")


@pytest.fixture(scope="module")
def lasting_node() -> Iterator[RunningNode]:
    with node_process() as running:
        yield running


@pytest.fixture
def shared_node(lasting_node: RunningNode) -> Iterator[RunningNode]:
    """One node for the tests of a module; what each does to its chain and time is undone."""
    client = lasting_node.client()
    snapshot = client.call("evm_snapshot")
    yield lasting_node
    assert client.call("evm_revert", snapshot)
    client.close()


@pytest.fixture
def run_node(installed: None) -> Callable[..., dict]:
    """Runs one of the scripts beside this file and gives what it printed."""

    def run(node: RunningNode, name: str, *arguments: object, told: str = "") -> dict:
        ended = subprocess.run(
            ["node", HERE / name, *arguments],
            input=told,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=os.environ | {"NODE_PATH": str(CLIENTS.modules)},
        )
        assert ended.returncode == 0, f"{ended.stderr}\n{node.output}"
        return json.loads(ended.stdout)

    return run


@pytest.fixture
def run_script(node: RunningNode, run_node: Callable[..., dict]) -> Callable[[str], dict]:
    """Runs a script that uses the token."""

    def run(name: str) -> dict:
        arguments = (node.url, node.websocket_url, MODULE, ABI, SECOND_KEY, RECEIVER)
        return run_node(node, name, *arguments)

    return run


@pytest.fixture
def run_cast(installed: None) -> Callable[..., subprocess.CompletedProcess]:
    """Runs Foundry's cast."""

    def run(command: str, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [foundry_cast(), command, *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    return run


@pytest.fixture
def cast(
    run_cast: Callable[..., subprocess.CompletedProcess], node: RunningNode
) -> Callable[..., subprocess.CompletedProcess]:
    """Runs cast against the node."""
    return lambda command, *words: run_cast(command, "--rpc-url", node.url, *words)
