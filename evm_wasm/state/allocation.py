"""The JSON form of a state: the `alloc` member of a genesis file, the `pre` of a state test.

An object with one member per address: `{"0x...": {"balance": "0x1", "nonce": "0x0",
"code": "0x...", "storage": {"0x00": "0x01"}}}`. Every member of an account may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_quantity,
    parse_word,
)
from evm_wasm.primitives.json_text import as_object, parse_json, shown_name
from evm_wasm.primitives.types import Word
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World
from evm_wasm.state.state import MAX_BALANCE
from evm_wasm.state.world import WorldState

K = TypeVar("K")
V = TypeVar("V")

_MEMBERS: Final = ("balance", "nonce", "code", "storage")
_ALLOC: Final = "alloc"


def read_allocation(source: str | Mapping[str, object], *, what: str) -> WorldState:
    """The state that an allocation describes.

    Balances and nonces are JSON numbers, decimal strings or `0x` quantities; storage keys and
    values are `0x` quantities; code is `0x` data or an empty string. Addresses may lack `0x`.

    Args:
        source: JSON text or what it parses to: an allocation, or an object with a member
            `alloc` that is one (a whole genesis file).
        what: Name of the source, for errors.

    Raises:
        InputError: Not JSON, a wrong type, length or name, a number that does not fit, or an
            address or storage key that occurs twice however it is written; it names the place
            as `0x....storage.0x01`. Also if all balances together exceed 2^256 - 1: no transfer
            can overflow a balance then.
    """
    top = as_object(parse_json(source, what=what) if isinstance(source, str) else source, what=what)
    if _ALLOC in top:
        what = f"{what}: {_ALLOC}"
        top = as_object(top[_ALLOC], what=what)
    changes = _members(
        top,
        what=f"{what}: ",
        read_key=lambda text, path: parse_address(text, what=path, needs_prefix=False),
        read_value=_read_account,
    )
    if sum(change.balance for change in changes.values()) > MAX_BALANCE:
        raise InputError(f"{what}: the balances together do not fit in 256 bits")
    return WorldState.EMPTY.apply(changes)


def write_allocation(world: World) -> str:
    """A state as JSON text, sorted, without members that say nothing; `read_allocation` inverts.

    The balance is always there because other programs ask for it.
    """
    allocation = {}
    for address, account in world.accounts():
        members: dict[str, object] = {"balance": format_quantity(account.balance)}
        if account.nonce:
            members["nonce"] = format_quantity(account.nonce)
        if code := world.code(account.code_hash):
            members["code"] = format_bytes(code)
        if storage := {_short(key): _short(value) for key, value in world.slots(address)}:
            members["storage"] = storage
        allocation[format_bytes(address)] = members
    return json.dumps(allocation, indent=2) + "\n"


def _read_account(value: object, path: str) -> AccountChange:
    members = as_object(value, what=path)
    for name in members:
        if name not in _MEMBERS:
            raise InputError(
                f"{path}: unknown member {shown_name(name)}; there are {', '.join(_MEMBERS)}"
            )
    code = members.get("code", "")
    return AccountChange(
        nonce=_number(members.get("nonce", 0), what=f"{path}.nonce", bits=64),
        balance=_number(members.get("balance", 0), what=f"{path}.balance", bits=256),
        code=parse_bytes(code, what=f"{path}.code") if code != "" else b"",
        slots=_read_storage(members.get("storage", {}), f"{path}.storage"),
    )


def _read_storage(value: object, path: str) -> dict[Word, Word]:
    return _members(
        as_object(value, what=path),
        what=f"{path}.",
        read_key=lambda text, path: parse_word(text, what=path),
        read_value=lambda text, path: parse_word(text, what=path),
    )


def _members(
    members: Mapping[str, object],
    *,
    what: str,
    read_key: Callable[[object, str], K],
    read_value: Callable[[object, str], V],
) -> dict[K, V]:
    """The members of an object under their parsed keys, each of which may occur once."""
    result: dict[K, V] = {}
    for name, value in members.items():
        path = what + shown_name(name)
        key = read_key(name, path)
        if key in result:
            raise InputError(f"{path}: occurs twice")
        result[key] = read_value(value, path)
    return result


def _number(value: object, *, what: str, bits: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise InputError(f"{what}: a negative number")
        if value >> bits:
            raise InputError(f"{what}: the number does not fit in {bits} bits")
        return value
    return parse_quantity(value, what=what, bits=bits, decimal=True)


def _short(word: Word) -> str:
    """A word as a quantity of whole bytes, which every reader of such files accepts."""
    return format_bytes(word.lstrip(b"\0") or b"\0")
