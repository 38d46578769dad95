"""What `ewasm call` and `ewasm send` hand to a contract: a function with arguments, or bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from evm_wasm.client.answers import read_data
from evm_wasm.client.connection import Node
from evm_wasm.errors import InputError
from evm_wasm.primitives.checksum import format_address
from evm_wasm.primitives.types import Address

if TYPE_CHECKING:
    from evm_wasm.abi.functions import Signature

_WHAT: Final = "SIGNATURE"


@dataclass(frozen=True, slots=True)
class CallData:
    """What goes to a contract.

    Attributes:
        signature: Of the function, None if there is none.
        data: The bytes.
    """

    signature: Signature | None
    data: bytes


def read_call_data(
    signature: str | None, arguments: Sequence[str], input_data: bytes | None
) -> CallData:
    """From the words of a command line.

    Raises:
        InputError: Arguments that do not fit the signature.
    """
    if signature is None:
        return CallData(None, input_data or b"")
    if input_data is not None:
        raise click.UsageError("SIGNATURE or --input, not both", click.get_current_context())
    from evm_wasm.abi import functions  # noqa: PLC0415 - takes longer to load than all the rest

    parsed = functions.parse_signature(signature, what=_WHAT)
    return CallData(parsed, functions.encode_call(parsed, arguments, what=_WHAT))


def require_code(node: Node, address: Address, block: object) -> None:
    """Refuses an account without code: whatever is called there would succeed and do nothing.

    Raises:
        InputError: No code.
        NodeError: The node cannot be used.
    """
    text = format_address(address)
    if not read_data(node.ask("eth_getCode", text, block), what="code"):
        raise InputError(
            f"{text} has no code on the chain of {node.place}: is it the right address and "
            "--rpc-url? 'ewasm deploy' puts a contract on a chain"
        )
