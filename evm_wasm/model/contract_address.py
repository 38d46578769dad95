"""The address of a new contract."""

from __future__ import annotations

from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.rlp import encode
from evm_wasm.primitives.types import Address


def contract_address(creator: Address, nonce: int) -> Address:
    """The last 20 bytes of keccak256(rlp([creator, nonce])) (yellow paper, section 7).

    Args:
        creator: Who creates.
        nonce: The creator's nonce before it grows for this creation.
    """
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    return Address(keccak256(encode([creator, number]))[12:])
