"""Changes of the state that no transaction makes: the operator's hand."""

from __future__ import annotations

from evm_wasm.primitives.types import Address, Word


class Edits:
    """Each is visible in `LATEST` at once and is stored with the next block."""

    def set_balance(self, address: Address, balance: int) -> None:
        """In wei."""
        raise NotImplementedError

    def set_nonce(self, address: Address, nonce: int) -> None:
        """The next nonce; transactions below it leave the pool."""
        raise NotImplementedError

    def set_code(self, address: Address, code: bytes) -> None:
        """Wasm of a contract, without a constructor.

        Raises:
            InputError: It is not wasm that could be deployed, and not empty either.
        """
        raise NotImplementedError

    def set_storage(self, address: Address, key: Word, value: Word) -> None:
        """A slot; zero deletes it."""
        raise NotImplementedError
