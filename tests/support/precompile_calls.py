"""Calls of the precompile contracts on the machine, and of revm's native precompiles beside them."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from builders import World

from evm_wasm.model.message import Outcome, Status

FOLDER = Path(__file__).resolve().parents[2] / "contracts" / "precompiles"
WASM = FOLDER / "wasm"

RUNS = int(os.environ.get("EWASM_PRECOMPILE_RUNS", "1000"))
"""Random inputs of each contract, against each reference; fewer where a reference is slow."""

Agreed = Callable[..., None]
"""Takes a contract, how many random inputs it got, and the reference that it agreed with in all."""


def release(package: str) -> str:
    """A reference with its version."""
    return f"{package} {version(package)}"


GAS = 1_000_000_000

REVM_ADDRESSES = {
    "ecrecover": 1,
    "sha256": 2,
    "ripemd160": 3,
    "identity": 4,
    "modexp": 5,
    "bn254_add": 6,
    "bn254_mul": 7,
    "bn254_pairing": 8,
    "blake2f": 9,
}
"""Where Ethereum has them; keccak256 is an instruction there."""


class Contract:
    """A precompile contract in a world of its own, metered."""

    def __init__(self, name: str, wasm: Path | None = None) -> None:
        self.name = name
        self.world = World(schedule="particles")
        self.world.install((wasm or WASM / f"{name}.wasm").read_bytes())

    def call(self, data: bytes, gas: int = GAS) -> Outcome:
        return self.world.call(data=data, gas=gas)

    def output(self, data: bytes) -> bytes:
        """What it returns; an error if it fails."""
        outcome = self.call(data)
        assert outcome.status is Status.SUCCESS, (data.hex(), outcome)
        return outcome.output

    def fails(self, data: bytes, gas: int = GAS) -> bool:
        """Whether it fails and takes all gas."""
        outcome = self.call(data, gas)
        return outcome.status is Status.FAILURE and outcome.particles_left == 0

    def gas(self, data: bytes) -> float:
        """What a call costs."""
        return GAS - self.call(data).particles_left / self.world.vm.scale


def revm(name: str):
    """A function that calls revm's precompile: its output, or None where it fails."""
    pyrevm = pytest.importorskip("pyrevm", reason="no pyrevm for this Python")
    machine = pyrevm.EVM(spec_id="ISTANBUL")

    def call(data: bytes) -> bytes | None:
        try:
            return machine.message_call(
                caller="0x" + "11" * 20,
                to=f"0x{REVM_ADDRESSES[name]:040x}",
                calldata=data,
                gas=10**12,
            )
        except RuntimeError:
            return None

    return call


def word(number: int) -> bytes:
    """32 bytes."""
    return number.to_bytes(32)
