"""Pages that one types off do what they say: each command prints what stands under it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from compilers import require_language, solc_program
from running_node import running_node
from tutorials import ROOT, Reader, programs, steps

DEVNET = ROOT / "docs" / "tutorial-devnet.md"
CONTRACT = ROOT / "docs" / "tutorial-contract.md"
SOLIDITY = ROOT / "docs" / "solidity.md"

DEFAULT_URL = "http://127.0.0.1:8545"


def words(page: Path) -> list[str]:
    """The program and, for ours, the command of each step."""
    commands = [command.split() for command, _ in steps(page)]
    return [command[1] if command[0] == "ewasm" else command[0] for command in commands]


def listing(page: Path, language: str) -> str:
    """The one program of a page in a language."""
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    return text


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    folder = tmp_path / "programs"
    folder.mkdir()
    return programs(folder)


def test_the_token_on_a_local_chain(tools: Path) -> None:
    assert words(DEVNET) == [
        *("accounts", "deploy", "deploy", "call", "send", "call", "send", "logs", "block"),
        "balance",
    ]
    with running_node() as url:
        reader = Reader(ROOT, tools, {"ETH_RPC_URL": url})
        for command, expected in steps(DEVNET):
            reader.types(command, expected)


@pytest.mark.compilers
def test_the_first_contract(tools: Path, tmp_path: Path) -> None:
    require_language("c")
    assert words(CONTRACT) == [
        *("new", "cd", "cat", "build", "pytest", "deploy", "send", "call", "python"),
        *("verify", "sed", "verify"),
    ]
    program = listing(CONTRACT, "python")
    assert DEFAULT_URL in program
    with running_node() as url:
        reader = Reader(tmp_path, tools, {"ETH_RPC_URL": url, "NO_COLOR": "1"})
        for command, expected in steps(CONTRACT):
            if command.startswith("python "):
                path = reader.folder / command.split()[1]
                path.write_text(program.replace(DEFAULT_URL, url))
            reader.types(command, expected)


def test_solidity_by_way_of_solc(tools: Path, tmp_path: Path) -> None:
    modules = solc_program().parents[1]
    assert words(SOLIDITY) == [
        *("python", "check", "deploy", "send", "call", "call", "send", "call"),
    ]
    folder = tmp_path / "solidity"
    folder.mkdir()
    (folder / "node_modules").symlink_to(modules)
    (folder / "Store.sol").write_text(listing(SOLIDITY, "solidity"))
    (folder / "compile.py").write_text(listing(SOLIDITY, "python"))
    with running_node() as url:
        reader = Reader(folder, tools, {"ETH_RPC_URL": url})
        for command, expected in steps(SOLIDITY):
            reader.types(command, expected)
