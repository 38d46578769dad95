"""A state that remembers what was looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NoReturn

from evm_wasm.errors import MachineError
from evm_wasm.model.account import EMPTY_ACCOUNT, EMPTY_CODE_HASH, Account
from evm_wasm.model.transaction import AccessEntry
from evm_wasm.primitives.types import Address, Hash32, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World
from evm_wasm.state.state import State


class WatchedWorld:
    """What lies below a `State` in which one transaction is run: another `State`, as it is now.

    It answers what running a transaction asks, no more; it has no root and no proofs.

    Attributes:
        seen: The slots that were read, by account, in the order in which they were first seen.
    """

    def __init__(self, state: State) -> None:
        self.seen: dict[Address, dict[Word, Word]] = {}
        self._state = state
        # Code is asked for by its hash, and a `State` finds it by its account.
        self._owners: dict[Hash32, Address] = {}

    def find(self, address: Address) -> Account | None:
        """The account, None where there is none."""
        self.seen.setdefault(address, {})
        return self.peek(address)

    def peek(self, address: Address) -> Account | None:
        """As `find`, without remembering."""
        state = self._state
        if not state.exists(address):
            return None
        code_hash = state.code_hash(address)
        self._owners[code_hash] = address
        return Account(state.nonce(address), state.balance(address), code_hash=code_hash)

    def storage(self, address: Address, key: Word) -> Word:
        """The value of a storage slot, zero where nothing was stored."""
        value = self._state.load(address, key)
        self.seen.setdefault(address, {})[key] = value
        return value

    def code(self, code_hash: Hash32) -> bytes:
        """The code with this hash, of an account that was found."""
        if code_hash == EMPTY_CODE_HASH:
            return b""
        return self._state.code(self._owners[code_hash])

    def access_list(self, left_out: Collection[Address]) -> tuple[AccessEntry, ...]:
        """What was seen, without accounts that are paid for anyhow and of which no slot was."""
        return tuple(
            AccessEntry(address, tuple(sorted(slots)))
            for address, slots in sorted(self.seen.items())
            if slots or address not in left_out
        )

    def exists(self, address: Address) -> bool:
        """Whether there is an account, be it an empty one."""
        return self.find(address) is not None

    def account(self, address: Address) -> Account:
        """The account, `EMPTY_ACCOUNT` where there is none."""
        return self.find(address) or EMPTY_ACCOUNT

    @property
    def root(self) -> Hash32:
        """Raises `MachineError`."""
        _refuse()

    def accounts(self) -> Iterator[tuple[Address, Account]]:
        """Raises `MachineError`."""
        _refuse()

    def slots(self, address: Address) -> Iterator[tuple[Word, Word]]:  # noqa: ARG002 - as all worlds
        """Raises `MachineError`."""
        _refuse()

    def account_proof(self, address: Address) -> tuple[bytes, ...]:  # noqa: ARG002 - as all worlds
        """Raises `MachineError`."""
        _refuse()

    def storage_proof(self, address: Address, key: Word) -> tuple[bytes, ...]:  # noqa: ARG002
        """Raises `MachineError`."""
        _refuse()

    def apply(self, changes: Mapping[Address, AccountChange | None]) -> World:  # noqa: ARG002
        """Raises `MachineError`."""
        _refuse()


def _refuse() -> NoReturn:
    raise MachineError("a watched state is for running one transaction in, not for committing")
