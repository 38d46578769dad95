"""Contracts on a devnet, called as Ethereum's clients call them: with the standard ABI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector, keccak

from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.devnet.errors import ExecutionReverted
from evm_wasm.devnet.results import FoundReceipt
from evm_wasm.model.message import Status
from evm_wasm.project.deployer import with_arguments

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"


def split_types(signature: str) -> list[str]:
    """The types of `name(types)`; none of them is a tuple."""
    listed = signature.partition("(")[2].removesuffix(")")
    return listed.split(",") if listed else []


def call_data(signature: str, *arguments: object) -> bytes:
    return function_signature_to_4byte_selector(signature) + encode(
        split_types(signature), arguments
    )


def topic(signature: str) -> bytes:
    return keccak(text=signature)


@dataclass(frozen=True)
class AbiContract:
    """A deployed contract."""

    devnet: Devnet
    address: bytes

    def send(self, signature, *arguments, sender=None, value=0) -> FoundReceipt:
        """The receipt of a transaction, also of one that fails."""
        data = call_data(signature, *arguments)
        return self.devnet.transact(self.address, data, sender=sender, value=value, gas=10_000_000)

    def must(self, signature, *arguments, sender=None, value=0) -> FoundReceipt:
        """The receipt of a transaction that succeeds."""
        found = self.send(signature, *arguments, sender=sender, value=value)
        assert found.is_success, (found.receipt.detail, found.receipt.output)
        return found

    def refuse(self, signature, *arguments, sender=None, value=0) -> bytes:
        """What a transaction is reverted with; it logs and changes nothing."""
        receipt = self.send(signature, *arguments, sender=sender, value=value).receipt
        assert (receipt.status, receipt.logs) == (Status.REVERT, ()), receipt.detail
        return receipt.output

    def ask(self, signature, *arguments, returns="uint256", sender=None):
        """What a call returns: one value, or several as a tuple."""
        output = self.ask_data(call_data(signature, *arguments), sender=sender)
        types = returns.split(",")
        values = decode(types, output)
        assert encode(types, values) == output
        return values[0] if len(types) == 1 else values

    def ask_data(self, data: bytes, *, sender=None, value=0) -> bytes:
        request = CallRequest(to=self.address, data=data, sender=sender, value=value)
        return self.devnet.call(request)

    def refusal_of_data(self, data: bytes, *, value=0) -> bytes:
        """What a call with this call data is reverted with."""
        with pytest.raises(ExecutionReverted) as caught:
            self.ask_data(data, value=value)
        return caught.value.output


def error(message: str) -> bytes:
    """The output of a revert with a message."""
    return function_signature_to_4byte_selector("Error(string)") + encode(["string"], [message])


def panic(code: int) -> bytes:
    """The output of a revert by checked arithmetic."""
    return function_signature_to_4byte_selector("Panic(uint256)") + encode(["uint256"], [code])


def padded(value: bytes | int) -> bytes:
    """An address or a number as a topic."""
    return value.to_bytes(32) if isinstance(value, int) else bytes(value).rjust(32, b"\0")


def deploy(
    devnet: Devnet, path: Path, types: str = "", *arguments: object, sender=None, value=0
) -> AbiContract:
    """Deploys the contract whose runtime module this is, through its init code."""
    code = path.with_name(f"{path.stem}_deploy.wasm").read_bytes()
    if types:
        code = with_arguments(code, encode(types.split(","), arguments))
    return AbiContract(devnet, devnet.deploy(code, sender=sender, value=value))
