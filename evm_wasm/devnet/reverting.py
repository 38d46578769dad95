"""What a revert says."""

from __future__ import annotations


def reason_of(output: bytes) -> str:
    """What a revert says in the form of Solidity, empty if it is in no such form."""
    # Only reverts need it, and importing the library of the ABI takes long at the start.
    from evm_wasm.abi.reverts import revert_reason  # noqa: PLC0415

    return revert_reason(output) or ""
