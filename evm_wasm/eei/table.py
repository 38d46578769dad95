"""THE EEI table: every method once. Linking, validation, tracing, reference and tests derive from it.

Source: ewasm/design eth_interface.md (revision 4), with the prices and the finer points that the
official state tests decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evm_wasm.eei.methods import account, block, call, data, flow, storage
from evm_wasm.eei.spec import Cost, Kind, Linear, Method, Param

MODULE: Final = "ethereum"
"""The import module of all methods."""

_COPY: Final = Cost("very_low", (Linear("length", "copy_word", 32),))


def _copy_params(source: str) -> tuple[Param, ...]:
    return (
        Param("resultOffset", Kind.BYTES_OUT, length="length"),
        Param(source, Kind.I32),
        Param("length", Kind.I32),
    )


def _call_params(*, value: bool) -> tuple[Param, ...]:
    value_param = (Param("valueOffset", Kind.U128_IN),) if value else ()
    return (
        Param("gas", Kind.SIGNED_I64),
        Param("addressOffset", Kind.ADDRESS_IN),
        *value_param,
        Param("dataOffset", Kind.DATA_IN, length="dataLength"),
        Param("dataLength", Kind.I32),
    )


METHODS: Final[tuple[Method, ...]] = (
    Method(
        name="useGas",
        params=(Param("amount", Kind.SIGNED_I64),),
        result=None,
        cost=Cost("free"),
        writes=False,
        run=flow.use_gas,
        doc="Takes an amount of gas from the frame; fails if it is negative or more than is left.",
    ),
    Method(
        name="getGasLeft",
        params=(),
        result="i64",
        cost=Cost("base"),
        writes=False,
        run=flow.get_gas_left,
        doc="Whole gas left after this call has paid for itself.",
    ),
    Method(
        name="getAddress",
        params=(Param("resultOffset", Kind.ADDRESS_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=account.get_address,
        doc="The account whose storage and balance the frame uses.",
    ),
    Method(
        name="getExternalBalance",
        params=(
            Param("addressOffset", Kind.ADDRESS_IN),
            Param("resultOffset", Kind.U128_OUT),
        ),
        result=None,
        cost=Cost("balance"),
        writes=False,
        run=account.get_external_balance,
        doc="Balance of an account in wei; fails if it does not fit into 128 bits.",
    ),
    Method(
        name="getBlockHash",
        params=(
            Param("number", Kind.I64),
            Param("resultOffset", Kind.OPTIONAL_WORD_OUT),
        ),
        result="i32",
        cost=Cost("block_hash"),
        writes=False,
        run=block.get_block_hash,
        doc="Hash of one of the last 256 blocks: 0 and the hash, or 1 and memory untouched.",
    ),
    Method(
        name="getCallDataSize",
        params=(),
        result="i32",
        cost=Cost("base"),
        writes=False,
        run=data.get_call_data_size,
        doc="Bytes of call data; 0 in a creation.",
    ),
    Method(
        name="callDataCopy",
        params=_copy_params("dataOffset"),
        result=None,
        cost=_COPY,
        writes=False,
        run=data.call_data_copy,
        doc="Copies part of the call data; fails where it would read past the end.",
    ),
    Method(
        name="getCaller",
        params=(Param("resultOffset", Kind.ADDRESS_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=data.get_caller,
        doc="The account that sent the message.",
    ),
    Method(
        name="getCallValue",
        params=(Param("resultOffset", Kind.U128_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=data.get_call_value,
        doc="Value of the message in wei; a delegate frame sees its parent's.",
    ),
    Method(
        name="codeCopy",
        params=_copy_params("codeOffset"),
        result=None,
        cost=_COPY,
        writes=False,
        run=data.code_copy,
        doc="Copies part of the running code exactly as it was deployed (init code in a creation).",
    ),
    Method(
        name="getCodeSize",
        params=(),
        result="i32",
        cost=Cost("base"),
        writes=False,
        run=data.get_code_size,
        doc="Bytes of the running code as it was deployed.",
    ),
    Method(
        name="externalCodeCopy",
        params=(Param("addressOffset", Kind.ADDRESS_IN), *_copy_params("codeOffset")),
        result=None,
        cost=Cost("external_code", (Linear("length", "copy_word", 32),)),
        writes=False,
        run=account.external_code_copy,
        doc="Copies part of an account's deployed code; fails where it would read past the end.",
    ),
    Method(
        name="getExternalCodeSize",
        params=(Param("addressOffset", Kind.ADDRESS_IN),),
        result="i32",
        cost=Cost("external_code"),
        writes=False,
        run=account.get_external_code_size,
        doc="Bytes of an account's deployed code; 0 for a missing account.",
    ),
    Method(
        name="getBlockCoinbase",
        params=(Param("resultOffset", Kind.ADDRESS_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=block.get_block_coinbase,
        doc="Who gets the fees of the block.",
    ),
    Method(
        name="getBlockDifficulty",
        params=(Param("resultOffset", Kind.U256_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=block.get_block_difficulty,
        doc="Difficulty of the block.",
    ),
    Method(
        name="getBlockGasLimit",
        params=(),
        result="i64",
        cost=Cost("base"),
        writes=False,
        run=block.get_block_gas_limit,
        doc="Gas limit of the block.",
    ),
    Method(
        name="getTxGasPrice",
        params=(Param("resultOffset", Kind.U128_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=block.get_tx_gas_price,
        doc="Gas price of the transaction in wei; fails if it does not fit into 128 bits.",
    ),
    Method(
        name="log",
        params=(
            Param("dataOffset", Kind.BYTES_IN, length="length"),
            Param("length", Kind.I32),
            Param("numberOfTopics", Kind.I32),
            Param("topic1", Kind.LATE_WORD_IN),
            Param("topic2", Kind.LATE_WORD_IN),
            Param("topic3", Kind.LATE_WORD_IN),
            Param("topic4", Kind.LATE_WORD_IN),
        ),
        result=None,
        cost=Cost(
            "log_base",
            (Linear("length", "log_byte", 1), Linear("numberOfTopics", "log_topic", 1)),
        ),
        writes=True,
        run=flow.log,
        doc="Emits a log entry with up to 4 topics; only the counted topic pointers are read.",
    ),
    Method(
        name="getBlockNumber",
        params=(),
        result="i64",
        cost=Cost("base"),
        writes=False,
        run=block.get_block_number,
        doc="Number of the current block.",
    ),
    Method(
        name="getBlockTimestamp",
        params=(),
        result="i64",
        cost=Cost("base"),
        writes=False,
        run=block.get_block_timestamp,
        doc="Time of the current block in seconds.",
    ),
    Method(
        name="getTxOrigin",
        params=(Param("resultOffset", Kind.ADDRESS_OUT),),
        result=None,
        cost=Cost("base"),
        writes=False,
        run=block.get_tx_origin,
        doc="Sender of the transaction.",
    ),
    Method(
        name="storageStore",
        params=(Param("pathOffset", Kind.WORD_IN), Param("valueOffset", Kind.WORD_IN)),
        result=None,
        cost=Cost("free"),
        writes=True,
        run=storage.storage_store,
        doc="Writes a slot: 20,000 gas if it was zero and becomes non-zero, else 5,000; clearing a slot earns a refund.",
    ),
    Method(
        name="storageLoad",
        params=(Param("pathOffset", Kind.WORD_IN), Param("resultOffset", Kind.WORD_OUT)),
        result=None,
        cost=Cost("storage_load"),
        writes=False,
        run=storage.storage_load,
        doc="Reads a slot; 32 zero bytes if it was never written.",
    ),
    Method(
        name="finish",
        params=(
            Param("dataOffset", Kind.BYTES_IN, length="length"),
            Param("length", Kind.I32),
        ),
        result=None,
        cost=Cost("free"),
        writes=False,
        run=flow.finish,
        doc="Ends the frame with success and output.",
    ),
    Method(
        name="revert",
        params=(
            Param("dataOffset", Kind.BYTES_IN, length="length"),
            Param("length", Kind.I32),
        ),
        result=None,
        cost=Cost("free"),
        writes=False,
        run=flow.revert,
        doc="Undoes the frame, keeps its gas, hands back output.",
    ),
    Method(
        name="getReturnDataSize",
        params=(),
        result="i32",
        cost=Cost("base"),
        writes=False,
        run=data.get_return_data_size,
        doc="Bytes in the return buffer.",
    ),
    Method(
        name="returnDataCopy",
        params=_copy_params("dataOffset"),
        result=None,
        cost=_COPY,
        writes=False,
        run=data.return_data_copy,
        doc="Copies part of the return buffer; fails where it would read past the end.",
    ),
    Method(
        name="call",
        params=_call_params(value=True),
        result="i32",
        cost=Cost("call"),
        writes=False,
        run=call.call,
        doc="A message to another account: 0 success, 1 failure, 2 revert. Value in a static frame fails.",
    ),
    Method(
        name="callCode",
        params=_call_params(value=True),
        result="i32",
        cost=Cost("call"),
        writes=False,
        run=call.call_code,
        doc="As call, but the other account's code runs on the frame's own storage.",
    ),
    Method(
        name="callDelegate",
        params=_call_params(value=False),
        result="i32",
        cost=Cost("call"),
        writes=False,
        run=call.call_delegate,
        doc="As callCode, with the frame's own caller and value.",
    ),
    Method(
        name="callStatic",
        params=_call_params(value=False),
        result="i32",
        cost=Cost("call"),
        writes=False,
        run=call.call_static,
        doc="As call without value; the callee and all it calls cannot write.",
    ),
    Method(
        name="create",
        params=(
            Param("valueOffset", Kind.U128_IN),
            Param("dataOffset", Kind.LATE_DATA_IN, length="length"),
            Param("length", Kind.I32),
            Param("resultOffset", Kind.LATE_ADDRESS_OUT),
        ),
        result="i32",
        cost=Cost("create"),
        writes=True,
        run=call.create,
        doc="Creates a contract from init code: 0 and its address, 1 failure, 2 revert.",
    ),
    Method(
        name="selfDestruct",
        params=(Param("addressOffset", Kind.ADDRESS_IN),),
        result=None,
        cost=Cost("self_destruct"),
        writes=True,
        run=flow.self_destruct,
        doc="Sends the balance away and ends the frame with success; the account is gone after the transaction.",
    ),
)

TABLE: Final[Mapping[str, Method]] = MappingProxyType({method.name: method for method in METHODS})
