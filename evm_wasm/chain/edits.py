"""What an operator does to accounts between two blocks, and its byte form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from evm_wasm.primitives.rlp import Item, decode, encode, encode_integer
from evm_wasm.primitives.types import Address, Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World


@dataclass(frozen=True, slots=True)
class Edit:
    """What an operator did to one account between two blocks, outside of any transaction.

    Attributes:
        address: Of the account.
        change: What became of it; None removes it.
    """

    address: Address
    change: AccountChange | None


def apply_edits(world: World, edits: Iterable[Edit]) -> World:
    """The state after some edits, one after the other."""
    together: dict[Address, AccountChange | None] = {}
    for edit in edits:
        if edit.address in together:
            world = world.apply(together)
            together = {}
        together[edit.address] = edit.change
    return world.apply(together) if together else world


def edits_to(world: World) -> tuple[Edit, ...]:
    """What makes a state of the one without accounts."""
    return tuple(
        Edit(
            address,
            AccountChange(
                nonce=account.nonce,
                balance=account.balance,
                code=world.code(account.code_hash),
                slots=dict(world.slots(address)),
            ),
        )
        for address, account in world.accounts()
    )


def encode_edits(edits: Sequence[Edit]) -> bytes:
    """Edits as one record."""
    return encode([_item(edit) for edit in edits])


def decode_edits(record: bytes) -> tuple[Edit, ...]:
    """Inverse of `encode_edits`."""
    return tuple(_edit(cast("Sequence[Item]", item)) for item in decode(record, what="edits"))


def _item(edit: Edit) -> Item:
    change = edit.change
    if change is None:
        return [edit.address]
    return [
        edit.address,
        encode_integer(change.nonce),
        encode_integer(change.balance),
        [] if change.code is None else [change.code],
        encode_integer(int(change.clears_storage)),
        [[key, value] for key, value in change.slots.items()],
    ]


def _edit(item: Sequence[Item]) -> Edit:
    address, *rest = item
    change = None
    if rest:
        nonce, balance, code, clears, slots = rest
        pairs = cast("Sequence[tuple[Word, Word]]", slots)
        change = AccountChange(
            nonce=int.from_bytes(cast("bytes", nonce), "big"),
            balance=int.from_bytes(cast("bytes", balance), "big"),
            code=cast("bytes", code[0]) if code else None,
            clears_storage=bool(clears),
            slots=dict(pairs),
        )
    return Edit(Address(cast("bytes", address)), change)
