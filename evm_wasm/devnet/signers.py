"""Who can sign: the accounts of the mnemonic, and any account that is impersonated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evm_wasm.chain.signing import impersonate, recovered, sign_transaction
from evm_wasm.devnet.accounts import DevAccount
from evm_wasm.devnet.config import Bounds
from evm_wasm.devnet.errors import NoSigner
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.typed_data import typed_data_hash
from evm_wasm.errors import InputError
from evm_wasm.model.transaction import RecoveredTransaction, UnsignedTransaction
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.secp256k1 import sign
from evm_wasm.primitives.types import Address, Hash32

_MESSAGE_PREFIX = b"\x19Ethereum Signed Message:\n"
"""EIP-191, version 0x45; the length in decimal digits follows."""

_UNPROTECTED_V = 27
"""v of a message's signature for an even y."""


class Signers:
    """Keys and impersonated accounts."""

    def __init__(self, accounts: Iterable[DevAccount], settings: Settings, bounds: Bounds) -> None:
        self._secrets = {account.address: account.secret for account in accounts}
        self._settings = settings
        self._bounds = bounds
        # A dictionary for its order.
        self._impersonated: dict[Address, None] = {}

    def addresses(self) -> tuple[Address, ...]:
        """Accounts with keys, then the impersonated ones (`eth_accounts`)."""
        return tuple({**dict.fromkeys(self._secrets), **self._impersonated})

    def impersonate(self, address: Address) -> None:
        """From now on this account can send without a key; code in it does not hinder it.

        Raises:
            InputError: Too many are impersonated.
        """
        if len(self._impersonated) >= self._bounds.signers and address not in self._impersonated:
            raise InputError(f"{self._bounds.signers} accounts are impersonated already")
        self._impersonated[address] = None

    def stop_impersonating(self, address: Address) -> None:
        """Undoes `impersonate`."""
        self._impersonated.pop(address, None)

    def is_impersonated(self, address: Address) -> bool:
        """Whether the account can send without a key, be it because all can."""
        return self._settings.auto_impersonate or address in self._impersonated

    def impersonated(self) -> tuple[Address, ...]:
        """The impersonated accounts, for `restore`."""
        return tuple(self._impersonated)

    def restore(self, impersonated: Iterable[Address]) -> None:
        """Just these accounts are impersonated from now on."""
        self._impersonated = dict.fromkeys(impersonated)

    def check(self, sender: Address) -> None:
        """Raises `NoSigner` if nothing can be sent from an account."""
        if sender not in self._secrets and not self.is_impersonated(sender):
            raise NoSigner(f"No Signer available for 0x{sender.hex()}")

    def sign_transaction(
        self, sender: Address, transaction: UnsignedTransaction
    ) -> RecoveredTransaction:
        """Signs with the sender's key, or marks as impersonated where that is wished or all there is.

        Raises:
            NoSigner: Neither can be done.
        """
        secret = self._secrets.get(sender)
        if secret is not None and sender not in self._impersonated:
            return recovered(sign_transaction(transaction, secret), sender)
        self.check(sender)
        return recovered(impersonate(transaction, sender), sender)

    def sign_message(self, address: Address, message: bytes) -> bytes:
        """The signature of a message (EIP-191, version 0x45): r, s and v (27 or 28), 65 bytes.

        Raises:
            NoSigner: There is no key.
        """
        length = str(len(message)).encode("ascii")
        return self._sign(address, keccak256(_MESSAGE_PREFIX + length + message))

    def sign_typed_data(self, address: Address, typed_data: Mapping[str, object]) -> bytes:
        """The signature of typed data (EIP-712), in the form of `sign_message`.

        Args:
            address: Who signs.
            typed_data: The members types, primaryType, domain and message.

        Raises:
            NoSigner: There is no key.
            InputError: Not typed data; it names the member.
        """
        return self._sign(address, typed_data_hash(typed_data))

    def _sign(self, address: Address, message_hash: Hash32) -> bytes:
        secret = self._secrets.get(address)
        if secret is None:
            raise NoSigner(f"No Signer available: there is no key of 0x{address.hex()}")
        signature = sign(message_hash, secret)
        return (
            signature.r.to_bytes(32, "big")
            + signature.s.to_bytes(32, "big")
            + bytes((_UNPROTECTED_V + signature.y_parity,))
        )
