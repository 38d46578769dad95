"""Changes of the state that no transaction makes: the operator's hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from evm_wasm.devnet.node import Node
from evm_wasm.errors import InputError
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.state import MAX_BALANCE, MAX_NONCE
from evm_wasm.vm.contract import InvalidContract


class Edits:
    """Each is visible in `LATEST` at once and is stored with the next block."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def set_balance(self, address: Address, balance: int) -> None:
        """In wei.

        Raises:
            InputError: Does not fit in 256 bits.
        """
        if not 0 <= balance <= MAX_BALANCE:
            raise InputError("balance: the number does not fit in 256 bits")
        self._change(address, lambda change: replace(change, balance=balance))

    def add_balance(self, address: Address, amount: int) -> None:
        """Gives an account some wei (`anvil_addBalance`); errors as of `set_balance`."""
        self.set_balance(address, self._node.chain.world.account(address).balance + amount)

    def set_nonce(self, address: Address, nonce: int) -> None:
        """The next nonce; transactions below it leave the pool.

        Raises:
            InputError: Does not fit in 64 bits.
        """
        if not 0 <= nonce <= MAX_NONCE:
            raise InputError("nonce: the number does not fit in 64 bits")
        self._change(address, lambda change: replace(change, nonce=nonce))
        self._node.pool.drop_used((address,))

    def set_code(self, address: Address, code: bytes) -> None:
        """Wasm of a contract, without a constructor; no bytes take the code away.

        Raises:
            InputError: It is not wasm that could be deployed.
        """
        if code:
            contract = self._node.vm.contracts.load(code, keccak256(code))
            if isinstance(contract, InvalidContract):
                raise InputError(f"code: not a contract: {contract.reason}")
        self._change(address, lambda change: replace(change, code=code))

    def set_storage(self, address: Address, key: Word, value: Word) -> None:
        """A slot; zero deletes it."""
        self._change(address, lambda change: replace(change, slots={key: value}))

    def _change(self, address: Address, changed: Callable[[AccountChange], AccountChange]) -> None:
        account = self._node.chain.world.account(address)
        as_it_is = AccountChange(nonce=account.nonce, balance=account.balance)
        self._node.chain.edit({address: changed(as_it_is)})
