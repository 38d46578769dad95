"""A transaction whose sender is known."""

from __future__ import annotations

from dataclasses import dataclass

from evm_wasm.primitives.types import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """What a sender asks for.

    Attributes:
        sender: Recovered from the signature, or given.
        nonce: Must equal the sender's.
        gas_price: In wei for one gas.
        gas_limit: In gas.
        to: None creates a contract.
        value: In wei.
        data: Call data, or init code of a creation.
    """

    sender: Address
    nonce: int
    gas_price: int
    gas_limit: int
    to: Address | None
    value: int
    data: bytes
