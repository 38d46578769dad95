"""Running the command line in this process, as a user would see it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from command_line import TOKEN_DEPLOY, Ended, Ewasm
from node_commands import address_of
from running_node import running_node

from evm_wasm.cli import main
from evm_wasm.client.connection import Node


@pytest.fixture
def ewasm(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ewasm:
    def run(*arguments: str | Path, stdin: bytes | None = None) -> Ended:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        assert "Traceback" not in captured.err
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture
def wat(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a contract with this `main` and further fields as a text file."""

    def write(main: str, fields: str = "", name: str = "contract.wat") -> Path:
        path = tmp_path / name
        path.write_text(
            f'(module {fields} (memory (export "memory") 1) (func (export "main") {main}))'
        )
        return path

    return write


@pytest.fixture(autouse=True)
def _without_own_node_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What whoever runs the tests may have set."""
    for name in ("ETH_RPC_URL", "EWASM_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    with running_node() as url:
        yield url


@pytest.fixture
def node(node_url: str) -> Node:
    return Node(node_url, timeout=60)


@pytest.fixture
def ask(ewasm: Ewasm, node_url: str, monkeypatch: pytest.MonkeyPatch) -> Ewasm:
    """Runs a command against the node."""
    monkeypatch.setenv("ETH_RPC_URL", node_url)
    return ewasm


@pytest.fixture
def token(ask: Ewasm) -> str:
    """The address of a new token that belongs to the node's first account."""
    done = ask("deploy", TOKEN_DEPLOY, "--json")
    assert done.code == 0
    return address_of(done)
