"""`evm_*`, `anvil_*` and `hardhat_*`: blocks and time."""

from __future__ import annotations

from typing import Final

from evm_wasm.devnet.requests import LATEST
from evm_wasm.errors import InputError
from evm_wasm.primitives.hexadecimal import format_bytes, format_quantity
from evm_wasm.rpc.answers import Json, block_to_json
from evm_wasm.rpc.node import Node
from evm_wasm.rpc.spec import Kind, Method, Param, both, optional
from evm_wasm.rpc.values import (
    BOOLEAN,
    DATA,
    NOTHING,
    NUMBER,
    OBJECT,
    PLAIN_NUMBER,
    QUANTITY,
    TEXT,
    list_of,
    or_null,
    read_object,
    read_optional,
    read_small_number,
)

MineOptions = tuple[int | None, int]
"""Timestamp of the first block, None as the clock has it; how many blocks."""


def _mine(node: Node, count: int, interval: int | None) -> None:
    node.devnet.mine(count, interval)


def _mine_one(node: Node, options: MineOptions) -> str:
    _mine_as_told(node, options)
    return "0x0"


def _mine_detailed(node: Node, options: MineOptions) -> list[Json]:
    _, count = options
    _mine_as_told(node, options)
    head = node.devnet.block_number()
    blocks = (node.devnet.block(number) for number in range(head - count + 1, head + 1))
    return [block_to_json(block, full=True) for block in blocks if block is not None]


def _mine_as_told(node: Node, options: MineOptions) -> None:
    timestamp, count = options
    if timestamp is not None:
        node.devnet.time.set_next(timestamp)
    node.devnet.mine(count)


def read_mine_options(value: object, what: str) -> MineOptions:
    """A timestamp, or an object with a timestamp and a number of blocks."""
    if not isinstance(value, dict):
        return read_small_number(value, what), 1
    members = read_object(value, what)
    count = read_optional(members, "blocks", read_small_number, what)
    return read_optional(members, "timestamp", read_small_number, what), (
        1 if count is None else count
    )


def _set_automine(node: Node, automine: bool) -> None:
    node.devnet.settings.set_automine(automine=automine)


def _get_automine(node: Node) -> bool:
    return node.devnet.settings.automine


def _set_interval_mining(node: Node, seconds: int) -> None:
    node.devnet.settings.set_block_time(seconds)


def _get_interval_mining(node: Node) -> int | None:
    return node.devnet.settings.block_time


def _snapshot(node: Node) -> int:
    return node.devnet.snapshot()


def _revert(node: Node, identifier: int) -> bool:
    return node.devnet.revert(identifier)


def _rollback(node: Node, depth: int) -> None:
    node.devnet.rollback(depth)


def _reset(node: Node, forking: Json | None) -> None:
    if forking:
        raise InputError("forking: a chain cannot be forked from another node here")
    node.devnet.reset()


def _increase_time(node: Node, seconds: int) -> int:
    return node.devnet.time.increase(seconds)


def _set_next_timestamp(node: Node, timestamp: int) -> None:
    head = node.devnet.block(LATEST)
    if head is not None and timestamp <= head.header.timestamp:
        raise InputError(
            f"Timestamp error: {timestamp} is lower than previous block's timestamp "
            f"{head.header.timestamp}"
        )
    node.devnet.time.set_next(timestamp)


def _set_time(node: Node, timestamp: int) -> int:
    return node.devnet.time.set_time(timestamp)


def _set_timestamp_interval(node: Node, seconds: int) -> None:
    node.devnet.time.set_interval(seconds)


def _remove_timestamp_interval(node: Node) -> bool:
    return node.devnet.time.remove_interval()


def _genesis_time(node: Node) -> int:
    block = node.devnet.block(0)
    return 0 if block is None else block.header.timestamp


def _dump_state(node: Node) -> bytes:
    return node.devnet.dump()


def _load_state(node: Node, dump: bytes) -> bool:
    node.devnet.load(dump)
    return True


def _node_info(node: Node) -> Json:
    info = node.devnet.info()
    return {
        "currentBlockNumber": format_quantity(info.block_number),
        "currentBlockTimestamp": info.timestamp,
        "currentBlockHash": format_bytes(info.block_hash),
        "hardFork": info.fork,
        "transactionOrder": info.order,
        "environment": {
            "baseFee": format_quantity(info.base_fee),
            "chainId": info.chain_id,
            "gasLimit": format_quantity(info.gas_limit),
            "gasPrice": format_quantity(info.gas_price),
        },
        "forkConfig": {"forkUrl": None, "forkBlockNumber": None, "forkRetryBackoff": None},
        "consensus": info.consensus,
    }


def _metadata(node: Node) -> Json:
    info = node.devnet.info()
    return {
        "clientVersion": node.client,
        "clientSemver": node.client.rpartition("/v")[2],
        "clientCommitSha": None,
        "chainId": info.chain_id,
        "instanceId": format_bytes(node.instance),
        "latestBlockNumber": info.block_number,
        "latestBlockHash": format_bytes(info.block_hash),
        "forkedNetwork": None,
        "consensus": info.consensus,
    }


MINE_OPTIONS: Final = Kind(
    "mine options",
    "timestamp, or object with any of timestamp and blocks",
    read_mine_options,
    lambda value: value,
)
_OPTIONS: Final = optional("options", MINE_OPTIONS, (None, 1))

METHODS: Final = (
    Method(
        "anvil_mine",
        (optional("count", NUMBER, 1), optional("interval", NUMBER)),
        NOTHING,
        _mine,
        "Makes blocks, with a number of seconds between them if given.",
        aliases=("hardhat_mine",),
    ),
    Method("evm_mine", (_OPTIONS,), TEXT, _mine_one, "Makes one block, or more; answers `0x0`."),
    Method(
        "evm_mine_detailed",
        (_OPTIONS,),
        list_of(OBJECT),
        _mine_detailed,
        "As `evm_mine`, with the blocks as the answer.",
        aliases=("anvil_mine_detailed",),
    ),
    Method(
        "evm_setAutomine",
        (Param("automine", BOOLEAN),),
        NOTHING,
        _set_automine,
        "Whether each transaction gets a block at once.",
        aliases=both("setAutomine"),
    ),
    Method(
        "anvil_getAutomine",
        (),
        BOOLEAN,
        _get_automine,
        "Whether each transaction gets a block at once.",
        aliases=("hardhat_getAutomine",),
    ),
    Method(
        "evm_setIntervalMining",
        (Param("seconds", NUMBER),),
        NOTHING,
        _set_interval_mining,
        "Seconds between blocks; 0 for none by time.",
        aliases=both("setIntervalMining"),
    ),
    Method(
        "anvil_getIntervalMining",
        (),
        or_null(PLAIN_NUMBER),
        _get_interval_mining,
        "Seconds between blocks, null where none come by time.",
        aliases=("hardhat_getIntervalMining",),
    ),
    Method(
        "evm_snapshot",
        (),
        QUANTITY,
        _snapshot,
        "Remembers everything; gives an id for `evm_revert`.",
        aliases=("anvil_snapshot",),
    ),
    Method(
        "evm_revert",
        (Param("snapshot", NUMBER),),
        BOOLEAN,
        _revert,
        "Goes back to a _snapshot, which is used up with all later ones: was it there?",
        aliases=("anvil_revert",),
    ),
    Method(
        "anvil_rollback",
        (optional("depth", NUMBER, 1),),
        NOTHING,
        _rollback,
        "Takes the newest blocks away, with their transactions.",
    ),
    Method(
        "anvil_reset",
        (optional("forking", OBJECT),),
        NOTHING,
        _reset,
        "Starts anew from the genesis block.",
        aliases=("hardhat_reset",),
    ),
    Method(
        "evm_increaseTime",
        (Param("seconds", NUMBER),),
        PLAIN_NUMBER,
        _increase_time,
        "Moves the time ahead; gives the seconds it is ahead in all.",
        aliases=both("increaseTime"),
    ),
    Method(
        "evm_setNextBlockTimestamp",
        (Param("timestamp", NUMBER),),
        NOTHING,
        _set_next_timestamp,
        "The timestamp of the next block; time goes on from there.",
        aliases=both("setNextBlockTimestamp"),
    ),
    Method(
        "evm_setTime",
        (Param("timestamp", NUMBER),),
        PLAIN_NUMBER,
        _set_time,
        "Time goes on from here; gives the seconds it was moved.",
        aliases=both("setTime"),
    ),
    Method(
        "anvil_setBlockTimestampInterval",
        (Param("seconds", NUMBER),),
        NOTHING,
        _set_timestamp_interval,
        "Seconds between the timestamps of coming blocks, whatever the clock says.",
    ),
    Method(
        "anvil_removeBlockTimestampInterval",
        (),
        BOOLEAN,
        _remove_timestamp_interval,
        "Timestamps follow the clock again: was there an interval?",
    ),
    Method("anvil_getGenesisTime", (), PLAIN_NUMBER, _genesis_time, "Timestamp of block 0."),
    Method(
        "anvil_dumpState",
        (),
        DATA,
        _dump_state,
        "The whole chain, for `anvil_loadState` and `--load-state`.",
        aliases=("hardhat_dumpState",),
    ),
    Method(
        "anvil_loadState",
        (Param("dump", DATA),),
        BOOLEAN,
        _load_state,
        "Puts a dump in the place of the chain.",
        aliases=("hardhat_loadState",),
    ),
    Method("anvil_nodeInfo", (), OBJECT, _node_info, "What the node is and where it stands."),
    Method(
        "anvil_metadata",
        (),
        OBJECT,
        _metadata,
        "What the node is and where it stands.",
        aliases=("hardhat_metadata",),
    ),
)
