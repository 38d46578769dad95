"""`prestateTracer`: what a transaction looked at, or what it changed."""

from __future__ import annotations

from collections.abc import Mapping

from evm_wasm.devnet.results import AccountView, PrestateTrace
from evm_wasm.devnet.watched import WatchedWorld
from evm_wasm.model.account import EMPTY_ACCOUNT, EMPTY_CODE_HASH
from evm_wasm.primitives.types import ZERO_WORD, Address, Word
from evm_wasm.state.state import State


def what_was_seen(watched: WatchedWorld) -> PrestateTrace:
    """All accounts that were looked at, with the slots that were, as they were before.

    Of a nonce of zero, no code and no slots nothing is told.
    """
    pre = {}
    for address, slots in watched.seen.items():
        account = watched.peek(address)
        if account is not None:
            pre[address] = AccountView(
                balance=account.balance,
                nonce=account.nonce or None,
                code=watched.code(account.code_hash) or None,
                storage=dict(slots) or None,
            )
    return PrestateTrace(pre, None)


def what_changed(watched: WatchedWorld, after: State) -> PrestateTrace:
    """The accounts that are not as before: all of them before, what changed of them after."""
    pre: dict[Address, AccountView] = {}
    post: dict[Address, AccountView] = {}
    for address, slots in watched.seen.items():
        changed = {key: value for key, value in slots.items() if after.load(address, key) != value}
        before, difference = _views(watched, after, address, changed)
        if before is not None:
            pre[address] = before
        if difference is not None:
            post[address] = difference
    return PrestateTrace(pre, post)


def _views(
    watched: WatchedWorld, after: State, address: Address, changed: Mapping[Word, Word]
) -> tuple[AccountView | None, AccountView | None]:
    """An account before and what is different after; None for what is not to be shown."""
    account = watched.peek(address)
    was = account or EMPTY_ACCOUNT
    balance, nonce = after.balance(address), after.nonce(address)
    has_other_code = after.code_hash(address) != was.code_hash
    is_gone = account is not None and not after.exists(address)
    if (balance, nonce) == (was.balance, was.nonce) and not (has_other_code or changed or is_gone):
        return None, None
    before = None
    if account is not None:
        before = AccountView(
            balance=was.balance,
            nonce=was.nonce or None,
            code=watched.code(was.code_hash) if was.code_hash != EMPTY_CODE_HASH else None,
            storage={key: value for key, value in changed.items() if value != ZERO_WORD} or None,
        )
    if not after.exists(address):
        return before, None
    now = {key: after.load(address, key) for key in changed}
    difference = AccountView(
        balance=balance if balance != was.balance else None,
        nonce=nonce if nonce != was.nonce else None,
        code=after.code(address) if has_other_code else None,
        storage={key: value for key, value in now.items() if value != ZERO_WORD} or None,
    )
    return before, difference
