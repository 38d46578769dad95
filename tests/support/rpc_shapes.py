"""The shapes of answers as JSON schemas, after ethereum/execution-apis (`src/schemas`, `src/eth`).

Stricter than the source where it allows members of forks that are not here.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def pattern(expression: str) -> Schema:
    return {"type": "string", "pattern": f"^{expression}$"}


def array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def nullable(schema: Schema) -> Schema:
    return either(schema, {"type": "null"})


def members(required: Schema, optional: Schema | None = None) -> Schema:
    """An object with these members and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": required | (optional or {}),
        "additionalProperties": False,
    }


UINT = pattern("0x(0|[1-9a-f][0-9a-f]{0,63})")
UINT64 = pattern("0x(0|[1-9a-f][0-9a-f]{0,15})")
BYTE = pattern("0x([0-9a-f]|[1-9a-f][0-9a-f])")
BYTES = pattern("0x([0-9a-f]{2})*")
BYTES8 = pattern("0x[0-9a-f]{16}")
BYTES32 = HASH = pattern("0x[0-9a-f]{64}")
BYTES65 = pattern("0x[0-9a-f]{130}")
BLOOM = pattern("0x[0-9a-f]{512}")
ADDRESS = pattern("0x[0-9a-fA-F]{40}")
BOOLEAN: Schema = {"type": "boolean"}
TEXT: Schema = {"type": "string"}
NULL: Schema = {"type": "null"}
NUMBER: Schema = {"type": "integer", "minimum": 0}
FALSE: Schema = {"const": False}

ACCESS_LIST = array(members({"address": ADDRESS, "storageKeys": array(HASH)}))

_UNSIGNED = {
    "nonce": UINT,
    "to": nullable(ADDRESS),
    "gas": UINT,
    "value": UINT,
    "input": BYTES,
    "gasPrice": UINT,
}
_SIGNATURE = {"r": UINT, "s": UINT, "v": UINT}
_MINED = {
    "blockHash": HASH,
    "blockNumber": UINT,
    "blockTimestamp": UINT,
    "from": ADDRESS,
    "hash": HASH,
    "transactionIndex": UINT,
}
_WAITING = {
    "blockHash": NULL,
    "blockNumber": NULL,
    "from": ADDRESS,
    "hash": HASH,
    "transactionIndex": NULL,
}
_BY_TYPE = (
    ({"type": {"const": "0x0"}}, {"chainId": UINT}),
    ({"type": {"const": "0x1"}, "accessList": ACCESS_LIST, "chainId": UINT, "yParity": BYTE}, {}),
    (
        {
            "type": {"const": "0x2"},
            "accessList": ACCESS_LIST,
            "chainId": UINT,
            "yParity": BYTE,
            "maxFeePerGas": UINT,
            "maxPriorityFeePerGas": UINT,
        },
        {},
    ),
)


def _transaction(place: Schema) -> Schema:
    return either(
        *(
            members(_UNSIGNED | _SIGNATURE | place | required, optional)
            for required, optional in _BY_TYPE
        )
    )


TRANSACTION = _transaction(_MINED)
WAITING_TRANSACTION = _transaction(_WAITING)

_HEADER = {
    "parentHash": HASH,
    "sha3Uncles": HASH,
    "miner": ADDRESS,
    "stateRoot": HASH,
    "transactionsRoot": HASH,
    "receiptsRoot": HASH,
    "logsBloom": BLOOM,
    "difficulty": UINT,
    "number": UINT,
    "gasLimit": UINT,
    "gasUsed": UINT,
    "timestamp": UINT,
    "extraData": BYTES,
    "mixHash": HASH,
    "baseFeePerGas": UINT,
}
HEADER = members(_HEADER | {"hash": HASH, "nonce": BYTES8})


def _block(transactions: Schema, identity: Schema) -> Schema:
    body = {"size": UINT, "transactions": transactions, "uncles": array(HASH)}
    return members(_HEADER | identity | body, {"totalDifficulty": UINT})


_SEALED = {"hash": HASH, "nonce": BYTES8}
BLOCK = _block(array(HASH), _SEALED)
FULL_BLOCK = _block(array(TRANSACTION), _SEALED)
PENDING_BLOCK = _block(array(HASH), {"hash": NULL, "nonce": NULL})
FULL_PENDING_BLOCK = _block(array(WAITING_TRANSACTION), {"hash": NULL, "nonce": NULL})

LOG = members(
    {
        "removed": BOOLEAN,
        "logIndex": UINT,
        "transactionIndex": UINT,
        "transactionHash": HASH,
        "blockHash": HASH,
        "blockNumber": UINT,
        "blockTimestamp": UINT,
        "address": ADDRESS,
        "data": BYTES,
        "topics": array(BYTES32),
    }
)
RECEIPT = members(
    {
        "type": BYTE,
        "transactionHash": HASH,
        "transactionIndex": UINT,
        "blockHash": HASH,
        "blockNumber": UINT,
        "from": ADDRESS,
        "to": nullable(ADDRESS),
        "cumulativeGasUsed": UINT,
        "gasUsed": UINT,
        "contractAddress": nullable(ADDRESS),
        "logs": array(LOG),
        "logsBloom": BLOOM,
        "status": UINT,
        "effectiveGasPrice": UINT,
    }
)
PROOF = members(
    {
        "address": ADDRESS,
        "accountProof": array(BYTES),
        "balance": UINT,
        "codeHash": HASH,
        "nonce": UINT64,
        "storageHash": HASH,
        "storageProof": array(
            members({"key": pattern("0x[0-9a-f]{1,64}"), "value": UINT, "proof": array(BYTES)})
        ),
    }
)
FEE_HISTORY = members(
    {
        "oldestBlock": UINT,
        "baseFeePerGas": array(UINT),
        "gasUsedRatio": array({"type": "number", "minimum": 0, "maximum": 1}),
    },
    {"reward": array(array(UINT))},
)
ACCESS_LIST_RESULT = members({"accessList": ACCESS_LIST, "gasUsed": UINT}, {"error": TEXT})

_FRAME = {
    "type": {"enum": ["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL", "CREATE"]},
    "from": ADDRESS,
    "to": ADDRESS,
    "value": UINT,
    "gas": UINT,
    "gasUsed": UINT,
    "input": BYTES,
}
CALL_FRAME: Schema = members(
    _FRAME,
    {
        "output": BYTES,
        "error": TEXT,
        "errorDetail": TEXT,
        "revertReason": TEXT,
        "calls": array({"$ref": "#"}),
        "logs": array(members({"address": ADDRESS, "topics": array(BYTES32), "data": BYTES})),
    },
)
_ACCOUNT_VIEW = members(
    {}, {"balance": UINT, "nonce": NUMBER, "code": BYTES, "storage": {"type": "object"}}
)
PRESTATE: Schema = {
    "type": "object",
    "patternProperties": {ADDRESS["pattern"]: _ACCOUNT_VIEW},
    "additionalProperties": False,
}
PRESTATE_DIFF = members({"pre": PRESTATE, "post": PRESTATE})
EEI_TRACE = members(
    {
        "gas": NUMBER,
        "failed": BOOLEAN,
        "status": {"enum": ["success", "failure", "revert"]},
        "returnValue": BYTES,
        "isCut": BOOLEAN,
        "events": array({"type": "object", "required": ["event", "depth"]}),
    }
)
GAS_FUNCTION = members({"index": NUMBER, "name": TEXT, "particles": UINT})
GAS_FRAME = members(
    {
        "depth": NUMBER,
        "kind": {"enum": ["call", "callCode", "callDelegate", "callStatic", "create"]},
        "address": ADDRESS,
        "codeHash": nullable(HASH),
        "status": EEI_TRACE["properties"]["status"],
        "eei": UINT,
        "deposit": UINT,
        "burned": UINT,
        "total": UINT,
        "functions": array(GAS_FUNCTION),
    }
)
GAS_PROFILE = members(
    {
        "status": EEI_TRACE["properties"]["status"],
        "gasUsed": UINT,
        "refundGas": UINT,
        "particlesPerGas": UINT,
        "intrinsic": UINT,
        "instructions": UINT,
        "eei": UINT,
        "deposit": UINT,
        "burned": UINT,
        "frames": array(GAS_FRAME),
    }
)
