"""The nodes that are compared: how each is started, and what it holds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from benchmarks.eei_forms import FORMS, default_form
from benchmarks.json_rpc import Client
from evm_wasm.vm.vm import EEI_VARIABLE

ANVIL: Final = "@foundry-rs/anvil@1.7.1"
PRUNED: Final = ("--prune-history", "128")
"""Anvil is told to keep the states of 128 blocks: with all of them, as ours, it held about a megabyte
for each block, more than machines have for 50,000."""
FIRST_ANSWER: Final = 30
"""Seconds that a node may take to start."""
ROOT: Final = Path(__file__).resolve().parent.parent


class NodeMissing(Exception):
    """A node cannot be installed or started here."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A kind of node.

    Attributes:
        command: The command line for a port.
        token: Init code of the token that it runs.
        lasts: Whether it is measured after many transactions and blocks too.
        environment: Variables that are set for it.
    """

    command: Callable[[int], list[str]]
    token: Callable[[], bytes]
    lasts: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """A node that runs.

    Attributes:
        port: Where it answers.
        seconds: From its start to the first answer.
        process: Its process.
    """

    port: int
    seconds: float
    process: subprocess.Popen[bytes]

    def resident_megabytes(self) -> float:
        """Memory of the process that lies in RAM."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def _own_command(port: int) -> list[str]:
    return [sys.executable, "-m", "evm_wasm", "node", "--silent", "--port", str(port)]


def wasm_token() -> bytes:
    """Init code of our token."""
    return (ROOT / "contracts/token/token_deploy.wasm").read_bytes()


def evm_token() -> bytes:
    """Init code of its twin for the EVM."""
    return bytes.fromhex((ROOT / "benchmarks/evm/token.hex").read_text(encoding="ascii"))


def own_name(form: str) -> str:
    """What reports call our node with a form of the EEI."""
    return f"ewasm, EEI in the {form}"


def own_nodes() -> Mapping[str, Peer]:
    """Our node in both forms, each alike but for how long it is measured."""
    default = default_form()
    return {
        own_name(form): Peer(_own_command, wasm_token, form == default, {EEI_VARIABLE: form})
        for form in FORMS
    }


@contextmanager
def peers(*, with_anvil: bool) -> Iterator[Mapping[str, Peer]]:
    """All nodes that can be had, ours first; what is installed is removed again.

    Raises:
        NodeMissing: Anvil is wanted and cannot be installed.
    """
    if not with_anvil:
        yield MappingProxyType(own_nodes())
        return
    with tempfile.TemporaryDirectory(prefix="devnet-benchmark-") as folder:
        program = str(_install_anvil(Path(folder)))
        anvil = Peer(
            lambda port: [program, "--silent", *PRUNED, "--port", str(port)],
            evm_token,
            lasts=False,
        )
        yield MappingProxyType({**own_nodes(), "Anvil": anvil})


@contextmanager
def running(peer: Peer) -> Iterator[Node]:
    """Start a node on a free port, wait for its first answer, end it afterwards.

    Raises:
        NodeMissing: It does not answer.
    """
    port = _free_port()
    before = time.perf_counter()
    # Programs of this machine with arguments of our own.
    process = subprocess.Popen(  # noqa: S603
        peer.command(port),
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, **peer.environment},
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.perf_counter() - before > FIRST_ANSWER:
                raise NodeMissing(f"{peer.command(port)[0]} does not answer")
            time.sleep(0.005)
        yield Node(port, time.perf_counter() - before, process)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    client = Client(port)
    try:
        client.ask("eth_blockNumber")
    except OSError:
        return False
    finally:
        client.close()
    return True


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _install_anvil(folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise NodeMissing("npm is not installed, so Anvil cannot be had")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent"]
    command = [npm, "install", *options, "--prefix", str(folder), ANVIL]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    # The package only starts the program, which lies in another one for each platform.
    found = sorted(folder.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"))
    if done.returncode or not found:
        raise NodeMissing(f"npm cannot install {ANVIL}: {done.stderr[-300:]}")
    return found[0]
