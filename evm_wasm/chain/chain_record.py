"""What says which chain a history holds, so that no other program goes on with it by mistake."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from evm_wasm.chain.genesis import Genesis
from evm_wasm.errors import StoreError
from evm_wasm.model.transaction import TransactionType
from evm_wasm.rules.consensus import DEFAULT_SCHEDULE, consensus_version
from evm_wasm.rules.forks import DEVNET, BaseFeeRules, Rules
from evm_wasm.rules.limits import ProtocolLimits
from evm_wasm.rules.schedule import GasSchedule
from evm_wasm.rules.transactions import TransactionRules

FORMAT: Final = 1
"""Version of the records of blocks (`block_store`, `block_records`)."""

DEFAULT_CHAIN_ID: Final = 31_337
"""Of Anvil and Hardhat, so that their users need not change anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainConfig:
    """What makes a chain the chain it is.

    Attributes:
        chain_id: What signatures name.
        rules: Of all its blocks.
        schedule: Name or file of the prices of instructions.
        genesis: Block 0.
    """

    chain_id: int = DEFAULT_CHAIN_ID
    rules: Rules = DEVNET
    schedule: str = DEFAULT_SCHEDULE
    genesis: Genesis = field(default_factory=Genesis)


def encode_chain(config: ChainConfig) -> bytes:
    """The record of a chain."""
    return json.dumps(_members(config), sort_keys=True).encode()


def decode_chain(record: bytes) -> ChainConfig:
    """The chain that a record describes; its genesis is not in it.

    Raises:
        StoreError: Of another format, or under rules that this program cannot follow.
    """
    members = json.loads(record)
    if members["format"] != FORMAT:
        raise StoreError(
            f"the store has a chain of format {members['format']}; this program reads {FORMAT}"
        )
    try:
        rules = _read_rules(members["rules"])
    except (TypeError, KeyError, ValueError) as error:
        raise StoreError(
            f"the store's chain has rules that this program does not know: {error}"
        ) from error
    return ChainConfig(chain_id=members["chainId"], rules=rules, schedule=members["schedule"])


def check_chain(record: bytes, config: ChainConfig) -> None:
    """Refuses a chain that this program must not go on with.

    Raises:
        StoreError: Of a newer format, of another id, or under other rules or prices; names the
            first difference.
    """
    found = dict(_leaves(json.loads(record)))
    wanted = dict(_leaves(json.loads(encode_chain(config))))
    for name in sorted({*found, *wanted}):
        if found.get(name) != wanted.get(name):
            raise StoreError(
                f"the store holds another chain: {name} is {found.get(name)!r} there, "
                f"this program was asked for {wanted.get(name)!r}"
            )


def _members(config: ChainConfig) -> dict[str, object]:
    return {
        "chainId": config.chain_id,
        "consensus": consensus_version(config.schedule, config.rules.name),
        "format": FORMAT,
        "rules": asdict(config.rules),
        "schedule": config.schedule,
    }


def _read_rules(members: dict[str, Any]) -> Rules:
    transaction = members["transaction"]
    types = tuple(map(TransactionType, transaction["types"]))
    base_fee = members["base_fee"]
    parts = {
        "gas": GasSchedule(**members["gas"]),
        "transaction": TransactionRules(**{**transaction, "types": types}),
        "limits": ProtocolLimits(**members["limits"]),
        "base_fee": None if base_fee is None else BaseFeeRules(**base_fee),
    }
    return Rules(**{**members, **parts})


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value that is no object, with its path."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    else:
        yield path, value
