"""Who can sign: the accounts of the mnemonic, and any account that is impersonated."""

from __future__ import annotations

from collections.abc import Mapping

from evm_wasm.model.transaction import SignedTransaction, UnsignedTransaction
from evm_wasm.primitives.types import Address, Hash32


class Signers:
    """Keys and impersonated accounts."""

    def addresses(self) -> tuple[Address, ...]:
        """Accounts with keys, then the impersonated ones (`eth_accounts`)."""
        raise NotImplementedError

    def impersonate(self, address: Address) -> None:
        """From now on this account can send without a key; code in it does not hinder it."""
        raise NotImplementedError

    def stop_impersonating(self, address: Address) -> None:
        """Undoes `impersonate`."""
        raise NotImplementedError

    def is_impersonated(self, address: Address) -> bool:
        """Whether the account can send without a key, be it because all can."""
        raise NotImplementedError

    def sign_transaction(
        self, sender: Address, transaction: UnsignedTransaction
    ) -> SignedTransaction:
        """Signs with the sender's key, or marks as impersonated.

        Raises:
            NoSigner: Neither can be done.
        """
        raise NotImplementedError

    def sign_message(self, address: Address, message: bytes) -> bytes:
        """The signature of a message (EIP-191, version 0x45): r, s and v (27 or 28), 65 bytes.

        Raises:
            NoSigner: There is no key.
        """
        raise NotImplementedError

    def sign_typed_data(self, address: Address, typed_data: Mapping[str, object]) -> bytes:
        """The signature of typed data (EIP-712), in the form of `sign_message`.

        Args:
            address: Who signs.
            typed_data: The members types, primaryType, domain and message.

        Raises:
            NoSigner: There is no key.
            InputError: Not typed data; it names the member.
        """
        raise NotImplementedError


def typed_data_hash(typed_data: Mapping[str, object]) -> Hash32:
    """What is signed of typed data (EIP-712); `InputError` names the member that is wrong."""
    raise NotImplementedError
