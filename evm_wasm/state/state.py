"""One transaction's or block's view of the state: everything done to it can be undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evm_wasm.errors import StateError
from evm_wasm.model.account import EMPTY_CODE_HASH, Account
from evm_wasm.model.message import Log
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Hash32, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.journal import Journal
from evm_wasm.state.reader import World

MAX_BALANCE: Final = 2**256 - 1
"""In wei: balances are 256-bit words."""
MAX_NONCE: Final = 2**64 - 1
"""EIP-2681 bounds nonces below 2^64 - 1 for transactions; the field itself has 64 bits."""

_REFUND: Final = "refund"


class State:
    """Accounts, storage, logs and refund over a committed `World`.

    Tables are filled from the world when something is read first, and written through a journal
    that `revert` walks back. `finish_transaction` ends a transaction, `commit` makes the next
    world of everything since the last.

    Amounts that do not fit raise `StateError`: callers check first, so it is a bug and never a
    result of a contract.

    Attributes:
        world: The committed state below this view.
    """

    __slots__ = (
        "_accounts",
        "_cleared",
        "_codes",
        "_destroyed",
        "_journal",
        "_logs",
        "_numbers",
        "_storage",
        "_touched",
        "world",
    )

    def __init__(self, world: World) -> None:
        self.world = world
        self._journal = Journal()
        # The view. None is an account that does not exist. The storage roots in here are the
        # committed ones; nothing reads them.
        self._accounts: dict[Address, Account | None] = {}
        self._storage: dict[Address, dict[Word, Word]] = {}
        # Accounts whose committed storage is gone, whatever `_storage` says of single slots.
        self._cleared: dict[Address, bool] = {}
        # By hash, so an entry that is no longer wanted does no harm and needs no undoing.
        self._codes: dict[Hash32, bytes] = {EMPTY_CODE_HASH: b""}
        # Marks of the running transaction.
        self._touched: dict[Address, bool] = {}
        self._destroyed: dict[Address, bool] = {}
        self._logs: dict[int, Log] = {}
        self._numbers: dict[str, int] = {}

    # Accounts

    def exists(self, address: Address) -> bool:
        """Whether there is an account, be it an empty one."""
        return self._account(address) is not None

    def is_dead(self, address: Address) -> bool:
        """Whether the account does not exist or is empty (EIP-161)."""
        account = self._account(address)
        return account is None or account.is_empty

    def balance(self, address: Address) -> int:
        """In wei; 0 where there is no account."""
        account = self._account(address)
        return account.balance if account is not None else 0

    def nonce(self, address: Address) -> int:
        """Transactions sent or contracts created; 0 where there is no account."""
        account = self._account(address)
        return account.nonce if account is not None else 0

    def code_hash(self, address: Address) -> Hash32:
        """keccak256 of the code; that of no bytes where there is no account."""
        account = self._account(address)
        return account.code_hash if account is not None else EMPTY_CODE_HASH

    def code(self, address: Address) -> bytes:
        """The code as it was deployed; empty where there is no account."""
        code_hash = self.code_hash(address)
        code = self._codes.get(code_hash)
        if code is None:
            code = self._codes[code_hash] = self.world.code(code_hash)
        return code

    def add_balance(self, address: Address, amount: int) -> None:
        """Give an account some wei; an amount of 0 creates and touches it as well.

        Raises:
            StateError: The balance leaves 0 to 2^256 - 1.
        """
        self.set_balance(address, self.balance(address) + amount)

    def subtract_balance(self, address: Address, amount: int) -> None:
        """Take some wei from an account; an amount of 0 creates and touches it as well.

        Raises:
            StateError: The balance leaves 0 to 2^256 - 1.
        """
        self.set_balance(address, self.balance(address) - amount)

    def set_balance(self, address: Address, balance: int) -> None:
        """Set a balance in wei, creating and touching the account.

        Raises:
            StateError: Not in 0 to 2^256 - 1.
        """
        if not 0 <= balance <= MAX_BALANCE:
            raise StateError(f"a balance of {balance} wei for 0x{address.hex()}")
        account = self._account(address) or Account()
        self._write(address, account.nonce, balance, account.code_hash)

    def increment_nonce(self, address: Address) -> None:
        """Add one to a nonce.

        Raises:
            StateError: It was 2^64 - 1 already.
        """
        self.set_nonce(address, self.nonce(address) + 1)

    def set_nonce(self, address: Address, nonce: int) -> None:
        """Set a nonce, creating and touching the account.

        Raises:
            StateError: Not in 0 to 2^64 - 1.
        """
        if not 0 <= nonce <= MAX_NONCE:
            raise StateError(f"a nonce of {nonce} for 0x{address.hex()}")
        account = self._account(address) or Account()
        self._write(address, nonce, account.balance, account.code_hash)

    def set_code(self, address: Address, code: bytes) -> None:
        """Set the code of an account, creating and touching it."""
        account = self._account(address) or Account()
        code_hash = keccak256(code)
        self._codes[code_hash] = code
        self._write(address, account.nonce, account.balance, code_hash)

    def touch(self, address: Address) -> None:
        """Have the account deleted at the end of the transaction if it is empty then (EIP-161).

        Creates nothing. Every change of balance, nonce or code touches by itself.
        """
        if address not in self._touched:
            self._journal.write(self._touched, address, True)

    def destroy(self, address: Address) -> bool:
        """Have the account deleted at the end of the transaction; until then it stays.

        Returns:
            Whether this is the first time in the transaction.
        """
        if address in self._destroyed:
            return False
        self._journal.write(self._destroyed, address, True)
        return True

    # Storage

    def load(self, address: Address, key: Word) -> Word:
        """The value of a storage slot, zero where nothing was stored."""
        slots = self._storage.get(address)
        if slots is not None:
            value = slots.get(key)
            if value is not None:
                return value
        return self._read_slot(address, key)

    def store(self, address: Address, key: Word, value: Word) -> None:
        """Set a storage slot, creating the account if need be. Does not touch it."""
        if self._account(address) is None:
            self._journal.write(self._accounts, address, Account())
        self._journal.write(self._storage.setdefault(address, {}), key, value)

    def clear_storage(self, address: Address) -> None:
        """Set every storage slot of an account to zero."""
        self._journal.write(self._cleared, address, True)
        self._journal.write(self._storage, address, {})

    # Logs and refund

    @property
    def logs(self) -> tuple[Log, ...]:
        """The logs of the running transaction, in order."""
        return tuple(self._logs.values())

    @property
    def last_log(self) -> Log | None:
        """The newest of `logs`, found without going through all of them."""
        return self._logs.get(len(self._logs) - 1)

    def add_log(self, log: Log) -> None:
        """Append a log."""
        self._journal.write(self._logs, len(self._logs), log)

    @property
    def refund(self) -> int:
        """The refund counter of the running transaction, in gas."""
        return self._numbers.get(_REFUND, 0)

    def add_refund(self, amount: int) -> None:
        """Add gas to the refund counter."""
        self._journal.write(self._numbers, _REFUND, self.refund + amount)

    # Undoing and finishing

    def checkpoint(self) -> int:
        """A mark for `revert`, valid until the transaction is finished; costs nothing."""
        return self._journal.checkpoint()

    def revert(self, mark: int) -> None:
        """Undo everything since the mark, logs, refund and all marks included.

        Raises:
            StateError: The mark is no longer valid.
        """
        self._journal.revert(mark)

    def finish_transaction(self, *, delete_empty: bool) -> None:
        """End a transaction: delete what is to be deleted, forget logs, refund and marks.

        Args:
            delete_empty: Whether touched accounts that are empty now go (EIP-161), after those
                that were destroyed.
        """
        for address in self._destroyed:
            self._delete(address)
        if delete_empty:
            for address in self._touched:
                if self.is_dead(address):
                    self._delete(address)
        self._destroyed.clear()
        self._touched.clear()
        self._logs.clear()
        self._numbers.clear()
        self._journal.clear()

    def commit(self) -> World:
        """Make everything since the last commit final; marks become invalid.

        Returns:
            The next world, which is `self.world` from now on.

        Raises:
            StateError: The transaction that destroyed accounts is not finished.
        """
        if self._destroyed:
            raise StateError("commit in the middle of a transaction: accounts wait for deletion")
        self.world = self.world.apply(self._changes())
        self._accounts.clear()
        self._storage.clear()
        self._cleared.clear()
        self._journal.clear()
        return self.world

    def storage_changes(self) -> Mapping[Address, Mapping[Word, tuple[Word, Word]]]:
        """Storage slots that differ from the world: (before, now) by key by address, sorted."""
        changes: dict[Address, dict[Word, tuple[Word, Word]]] = {}
        for address in sorted({*self._storage, *self._cleared}):
            keys = set(self._storage.get(address, ()))
            if address in self._cleared:
                keys.update(key for key, _ in self.world.slots(address))
            slots = {}
            for key in sorted(keys):
                before = self.world.storage(address, key)
                now = self.load(address, key)
                if before != now:
                    slots[key] = (before, now)
            if slots:
                changes[address] = slots
        return changes

    # Inside

    def _account(self, address: Address) -> Account | None:
        accounts = self._accounts
        if address in accounts:
            return accounts[address]
        account = accounts[address] = self.world.find(address)
        return account

    def _write(self, address: Address, nonce: int, balance: int, code_hash: Hash32) -> None:
        account = Account(nonce=nonce, balance=balance, code_hash=code_hash)
        self._journal.write(self._accounts, address, account)
        self.touch(address)

    def _read_slot(self, address: Address, key: Word) -> Word:
        slots = self._storage.get(address)
        if slots is None:
            slots = self._storage[address] = {}
        value = ZERO_WORD if address in self._cleared else self.world.storage(address, key)
        slots[key] = value
        return value

    def _delete(self, address: Address) -> None:
        self._accounts[address] = None
        self._storage[address] = {}
        self._cleared[address] = True

    def _changes(self) -> dict[Address, AccountChange | None]:
        """What became of each account since the last commit; unchanged ones are left out."""
        changes: dict[Address, AccountChange | None] = {}
        for address in sorted({*self._accounts, *self._storage}):
            before = self.world.find(address)
            account = self._account(address)
            if account is None:
                if before is not None:
                    changes[address] = None
                continue
            slots = self._slots_to_write(address)
            is_cleared = address in self._cleared
            if is_cleared or slots or before is None or _own_fields(account) != _own_fields(before):
                has_other_code = account.code_hash != self.world.account(address).code_hash
                changes[address] = AccountChange(
                    nonce=account.nonce,
                    balance=account.balance,
                    code=self.code(address) if has_other_code else None,
                    clears_storage=is_cleared,
                    slots=slots,
                )
        return changes

    def _slots_to_write(self, address: Address) -> Mapping[Word, Word]:
        slots = self._storage.get(address, {})
        if address in self._cleared:
            # It starts from nothing, so slots that are as they were before are written too.
            return slots
        return {
            key: value for key, value in slots.items() if value != self.world.storage(address, key)
        }


def _own_fields(account: Account) -> tuple[int, int, Hash32]:
    """An account without its storage root, which is only known after a commit."""
    return account.nonce, account.balance, account.code_hash
