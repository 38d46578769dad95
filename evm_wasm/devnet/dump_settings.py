"""The part of a dump that is not the chain: clock, settings, impersonated accounts, pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from evm_wasm.chain.signing import recovered
from evm_wasm.chain.transaction_rlp import decode_transaction
from evm_wasm.devnet.mempool import PoolEntry
from evm_wasm.devnet.node import Node
from evm_wasm.devnet.settings import Settings
from evm_wasm.devnet.timekeeping import TimeMark
from evm_wasm.errors import InputError, InvalidTransaction
from evm_wasm.primitives.hexadecimal import format_bytes, parse_address, parse_bytes
from evm_wasm.primitives.json_text import as_list, as_object
from evm_wasm.primitives.types import Address


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a dump holds beside the chain.

    Attributes:
        time: Settings of the clock.
        settings: All of them.
        impersonated: Accounts.
        pool: What waits.
        edits: Since the newest block, as `chain.edits` has them; empty for none.
    """

    time: TimeMark
    settings: Settings
    impersonated: tuple[Address, ...]
    pool: tuple[PoolEntry, ...]
    edits: bytes


_TIME: Final = {"offset": (int,), "interval": (int, None), "next": (int, None)}
_SETTINGS: Final = {
    "automine": (bool,),
    "block_time": (int, None),
    "coinbase": (str,),
    "gas_limit": (int,),
    "min_gas_price": (int,),
    "next_base_fee": (int, None),
    "auto_impersonate": (bool,),
    "logging": (bool,),
}
"""Member: the types that its value may have; None where it may be null."""


def remembered_to_json(node: Node, edits: bytes) -> dict[str, object]:
    """The line of a dump; `read_remembered` inverts."""
    settings = asdict(node.settings)
    settings["coinbase"] = format_bytes(node.settings.coinbase)
    entries = sorted(node.pool.entries(), key=lambda entry: entry.order)
    return {
        "time": asdict(node.time.mark()),
        "settings": settings,
        "impersonated": [format_bytes(address) for address in node.signers.impersonated()],
        "pool": [format_bytes(entry.transaction.raw) for entry in entries],
        "edits": format_bytes(edits),
    }


def read_remembered(members: Mapping[str, object]) -> Remembered:
    """What a line of a dump says.

    Raises:
        InputError: A member is not what it should be; it is named.
    """
    settings = _typed(members["settings"], _SETTINGS, what="dump: settings")
    coinbase = parse_address(settings["coinbase"], what="dump: settings.coinbase")
    impersonated = as_list(members["impersonated"], what="dump: impersonated")
    pool = as_list(members["pool"], what="dump: pool")
    return Remembered(
        time=TimeMark(**_typed(members["time"], _TIME, what="dump: time")),
        settings=Settings(**{**settings, "coinbase": coinbase}),
        impersonated=tuple(
            parse_address(address, what=f"dump: impersonated.{index}")
            for index, address in enumerate(impersonated)
        ),
        pool=tuple(_pool_entry(raw, index) for index, raw in enumerate(pool)),
        edits=parse_bytes(members["edits"], what="dump: edits"),
    )


def _pool_entry(raw: object, index: int) -> PoolEntry:
    what = f"dump: pool.{index}"
    try:
        signed = decode_transaction(parse_bytes(raw, what=what), what=what)
        return PoolEntry(recovered(signed), index)
    except InvalidTransaction as error:
        raise InputError(f"{what}: {error}") from error


def _typed(
    value: object, types: Mapping[str, tuple[type | None, ...]], *, what: str
) -> dict[str, Any]:
    """An object with just these members, each of one of its types."""
    members = as_object(value, what=what)
    if members.keys() != types.keys():
        raise InputError(f"{what}: the members should be {', '.join(types)}")
    for name, allowed in types.items():
        member = members[name]
        kind = None if member is None else type(member)
        if kind not in allowed:
            raise InputError(f"{what}.{name}: of a wrong type")
    return dict(members)
