"""Answers have the shapes of ethereum/execution-apis; what they say fits together."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import rpc_shapes as shapes
from command_line import TOKEN_DEPLOY
from node_process import FIRST, SECOND

from evm_wasm.primitives.keccak import keccak256

RECEIVER = "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"
KEY = "0x" + "01" * 32


def check(value: object, schema: shapes.Schema) -> None:
    jsonschema.Draft202012Validator(schema).validate(value)


def transfer_data(amount: int) -> str:
    return "0x5d359fbd" + RECEIVER[2:].rjust(64, "0") + f"{amount:064x}"


@pytest.fixture
def token(rpc) -> str:
    """A deployed token that has moved some units, and transactions of all types beside it."""
    code = "0x" + Path(TOKEN_DEPLOY).read_bytes().hex()
    deployed = rpc.call("eth_sendTransactionSync", {"from": FIRST, "data": code})
    address = deployed["contractAddress"]
    rpc.call("eth_sendTransaction", {"from": FIRST, "to": address, "data": transfer_data(5)})
    price = rpc.call("eth_gasPrice")
    legacy = {"from": SECOND, "to": FIRST, "gasPrice": price, "type": "0x0"}
    listed = [{"address": FIRST, "storageKeys": [KEY]}]
    rpc.call("eth_sendTransaction", legacy)
    rpc.call(
        "eth_sendTransaction",
        {"from": SECOND, "to": FIRST, "gasPrice": price, "accessList": listed},
    )
    failing = {"from": FIRST, "to": address, "data": transfer_data(10**15), "gas": "0x20000"}
    rpc.call("eth_sendTransaction", failing)
    return address


@pytest.fixture
def waiting(rpc) -> str:
    """The hash of a transaction that waits in the pool."""
    rpc.call("evm_setAutomine", False)
    return rpc.call("eth_sendTransaction", {"from": FIRST, "to": SECOND, "value": "0x1"})


def test_blocks(rpc, token):
    for number in range(6):
        name = hex(number)
        block = rpc.call("eth_getBlockByNumber", name, False)
        full = rpc.call("eth_getBlockByNumber", name, True)
        check(block, shapes.BLOCK)
        check(full, shapes.FULL_BLOCK)
        assert rpc.call("eth_getBlockByHash", block["hash"], False) == block
        assert rpc.call("eth_getBlockByHash", block["hash"], True) == full
        assert [transaction["hash"] for transaction in full["transactions"]] == block[
            "transactions"
        ]
        check(rpc.call("eth_getHeaderByNumber", name), shapes.HEADER)
        count = rpc.call("eth_getBlockTransactionCountByNumber", name)
        check(count, shapes.UINT)
        assert int(count, 16) == len(block["transactions"])
        assert rpc.call("eth_getBlockTransactionCountByHash", block["hash"]) == count
        assert rpc.call("eth_getUncleCountByBlockNumber", name) == "0x0"
    assert rpc.call("eth_blockNumber") == "0x5"
    for tag in ("latest", "safe", "finalized"):
        assert rpc.call("eth_getBlockByNumber", tag, False)["number"] == "0x5"
    assert rpc.call("eth_getBlockByNumber", "earliest", False)["number"] == "0x0"


def test_blocks_that_are_not_there(rpc):
    for method in ("eth_getBlockByNumber", "eth_getBlockByHash"):
        name = "0x99" if method.endswith("Number") else KEY
        assert rpc.call(method, name, False) is None
    assert rpc.call("eth_getBlockReceipts", "0x99") is None
    assert rpc.call("eth_getTransactionByBlockNumberAndIndex", "0x0", "0x0") is None
    assert rpc.call("eth_getTransactionByHash", KEY) is None
    assert rpc.call("eth_getTransactionReceipt", KEY) is None
    assert rpc.call("eth_getRawTransactionByHash", KEY) is None


def test_states_that_are_not_there(rpc):
    refusal = rpc.refusal("eth_getBalance", FIRST, "0x99")
    assert refusal.code == -32602
    assert refusal.message == "BlockOutOfRangeError: block height is 0 but requested was 153"
    assert rpc.refusal("eth_getBalance", FIRST, KEY).code == -32001
    assert rpc.refusal("eth_call", {"to": FIRST}, {"blockHash": KEY}).code == -32001


def test_the_pending_block(rpc, waiting):
    block = rpc.call("eth_getBlockByNumber", "pending", False)
    check(block, shapes.PENDING_BLOCK)
    assert block["transactions"] == [waiting]
    check(rpc.call("eth_getBlockByNumber", "pending", True), shapes.FULL_PENDING_BLOCK)


def test_transactions_and_receipts(rpc, token):
    types, statuses = set(), set()
    for number in range(1, 6):
        block = rpc.call("eth_getBlockByNumber", hex(number), True)
        receipts = rpc.call("eth_getBlockReceipts", hex(number))
        for index, transaction in enumerate(block["transactions"]):
            check(transaction, shapes.TRANSACTION)
            name = transaction["hash"]
            place = (hex(number), hex(index))
            assert rpc.call("eth_getTransactionByHash", name) == transaction
            assert rpc.call("eth_getTransactionByBlockNumberAndIndex", *place) == transaction
            receipt = rpc.call("eth_getTransactionReceipt", name)
            check(receipt, shapes.RECEIPT)
            assert receipts[index] == receipt
            assert receipt["effectiveGasPrice"] == transaction["gasPrice"]
            raw = rpc.call("eth_getRawTransactionByHash", name)
            check(raw, shapes.BYTES)
            assert "0x" + keccak256(bytes.fromhex(raw[2:])).hex() == name
            by_nonce = (transaction["from"], transaction["nonce"])
            assert rpc.call("eth_getTransactionBySenderAndNonce", *by_nonce) == transaction
            types.add(transaction["type"])
            statuses.add(receipt["status"])
    assert types == {"0x0", "0x1", "0x2"}
    assert statuses == {"0x0", "0x1"}


def test_a_waiting_transaction(rpc, waiting):
    transaction = rpc.call("eth_getTransactionByHash", waiting)
    check(transaction, shapes.WAITING_TRANSACTION)
    assert rpc.call("eth_getTransactionReceipt", waiting) is None
    status = rpc.call("txpool_status")
    assert status == {"pending": "0x1", "queued": "0x0"}
    content = rpc.call("txpool_content")
    assert content == {"pending": {FIRST: {"0": transaction}}, "queued": {}}
    assert rpc.call("txpool_contentFrom", FIRST)["pending"] == {"0": transaction}
    assert rpc.call("txpool_inspect")["pending"][FIRST]["0"].startswith(f"{SECOND}: 1 wei + ")
    assert rpc.call("anvil_dropTransaction", waiting) == waiting
    assert rpc.call("anvil_dropTransaction", waiting) is None
    assert rpc.call("eth_getTransactionByHash", waiting) is None


def test_logs(rpc, token):
    (log,) = rpc.call("eth_getLogs", {"fromBlock": "earliest", "address": token})
    check(log, shapes.LOG)
    receipt = rpc.call("eth_getTransactionReceipt", log["transactionHash"])
    assert receipt["logs"] == [log]
    assert receipt["logsBloom"] != "0x" + "00" * 256
    topic = log["topics"][0]
    for filters, count in (
        ({"blockHash": log["blockHash"]}, 1),
        ({"fromBlock": "0x0", "topics": [topic]}, 1),
        ({"fromBlock": "0x0", "topics": [[topic, KEY]]}, 1),
        ({"fromBlock": "0x0", "topics": [None, log["topics"][1]]}, 1),
        ({"fromBlock": "0x0", "topics": [KEY]}, 0),
        ({"fromBlock": "0x0", "address": [token, RECEIVER]}, 1),
        ({"fromBlock": "0x0", "address": RECEIVER}, 0),
        ({}, 0),
    ):
        assert len(rpc.call("eth_getLogs", filters)) == count, filters


def test_filters(rpc, token):
    blocks, logs = rpc.call("eth_newBlockFilter"), rpc.call("eth_newFilter", {"address": token})
    pending = rpc.call("eth_newPendingTransactionFilter")
    for identifier in (blocks, logs, pending):
        check(identifier, shapes.UINT)
        assert rpc.call("eth_getFilterChanges", identifier) == []
    transfer = {"from": FIRST, "to": token, "data": transfer_data(1)}
    sent = rpc.call("eth_sendTransaction", transfer)
    receipt = rpc.call("eth_getTransactionReceipt", sent)
    assert rpc.call("eth_getFilterChanges", blocks) == [receipt["blockHash"]]
    assert rpc.call("eth_getFilterChanges", pending) == [sent]
    assert rpc.call("eth_getFilterChanges", logs) == receipt["logs"]
    check(receipt["logs"], shapes.array(shapes.LOG))
    assert rpc.call("eth_getFilterChanges", logs) == []
    assert rpc.call("eth_uninstallFilter", logs) is True
    assert rpc.call("eth_uninstallFilter", logs) is False
    assert rpc.refusal("eth_getFilterChanges", logs).message == "filter not found"


def test_state(rpc, token):
    for block in ("latest", "pending", "0x5", 5, {"blockNumber": "0x5"}):
        check(rpc.call("eth_getBalance", FIRST, block), shapes.UINT)
        check(rpc.call("eth_getTransactionCount", FIRST, block), shapes.UINT)
        code = rpc.call("eth_getCode", token, block)
        check(code, shapes.BYTES)
        assert code.startswith("0x0061736d")
        check(rpc.call("eth_getStorageAt", token, "0x0", block), shapes.BYTES32)
    head = rpc.call("eth_getBlockByNumber", "latest", False)["hash"]
    for block in (head, {"blockHash": head, "requireCanonical": True}):
        assert rpc.call("eth_getBalance", FIRST, block) == rpc.call("eth_getBalance", FIRST)
    slot = "0x" + RECEIVER[2:].rjust(64, "0")
    proof = rpc.call("eth_getProof", token, [slot, "0x0"], "latest")
    check(proof, shapes.PROOF)
    assert [entry["value"] for entry in proof["storageProof"]] == ["0x5", "0x0"]
    assert rpc.call("eth_getCode", FIRST) == "0x"
    account = rpc.call("eth_getAccountInfo", token)
    assert account["code"] == rpc.call("eth_getCode", token)
    assert rpc.call("eth_getAccount", token)["codeHash"] == proof["codeHash"]


def test_fees(rpc, token):
    for method in ("eth_gasPrice", "eth_maxPriorityFeePerGas", "eth_blobBaseFee"):
        check(rpc.call(method), shapes.UINT)
    history = rpc.call("eth_feeHistory", "0x3", "latest", [0, 12.5, 100])
    check(history, shapes.FEE_HISTORY)
    assert len(history["baseFeePerGas"]) == 4
    assert [len(rewards) for rewards in history["reward"]] == [3, 3, 3]
    check(rpc.call("eth_feeHistory", 2, "latest"), shapes.FEE_HISTORY)


def test_calls(rpc, token):
    balance_of = "0x70a08231" + RECEIVER[2:].rjust(64, "0")
    for member in ("data", "input"):
        answer = rpc.call("eth_call", {"to": token, member: balance_of}, "latest")
        assert answer == "0x" + f"{5:064x}"
    slot = "0x" + RECEIVER[2:].rjust(64, "0")
    override = {token: {"stateDiff": {slot: "0x" + f"{9:064x}"}}}
    assert int(rpc.call("eth_call", {"to": token, "data": balance_of}, "latest", override), 16) == 9
    transfer = {"from": FIRST, "to": token, "data": transfer_data(1)}
    check(rpc.call("eth_estimateGas", transfer), shapes.UINT)
    check(rpc.call("eth_createAccessList", transfer), shapes.ACCESS_LIST_RESULT)
    for method in ("eth_call", "eth_estimateGas", "eth_fillTransaction"):
        refusal = rpc.refusal(method, transfer | {"data": transfer_data(10**15)})
        assert refusal.code == 3
        assert refusal.message == "execution reverted: insufficient balance"
        assert refusal.data.startswith("0x08c379a0")
    check(rpc.call("eth_fillTransaction", transfer)["raw"], shapes.BYTES)


def test_signatures(rpc):
    check(rpc.call("eth_sign", FIRST, "0x1234"), shapes.BYTES65)
    assert rpc.call("personal_sign", "0x1234", FIRST) == rpc.call("eth_sign", FIRST, "0x1234")
    raw = rpc.call("eth_signTransaction", {"from": FIRST, "to": SECOND, "value": "0x1"})
    check(raw, shapes.BYTES)
    sent = rpc.call("eth_sendRawTransaction", raw)
    assert rpc.call("eth_getTransactionByHash", sent)["from"] == FIRST
    assert rpc.refusal("eth_sign", RECEIVER[:-1] + "0", "0x1234").message == "No Signer available"


def test_traces(rpc, token):
    sent = rpc.call("eth_sendTransaction", {"from": FIRST, "to": token, "data": transfer_data(1)})
    receipt = rpc.call("eth_getTransactionReceipt", sent)
    call = rpc.call("debug_traceTransaction", sent, {"tracer": "callTracer"})
    check(call, shapes.CALL_FRAME)
    assert (call["to"], call["input"]) == (token, transfer_data(1))
    with_log = {"tracer": "callTracer", "tracerConfig": {"withLog": True}}
    logged = rpc.call("debug_traceTransaction", sent, with_log)
    check(logged, shapes.CALL_FRAME)
    assert logged["logs"][0]["topics"] == receipt["logs"][0]["topics"]
    prestate = {"tracer": "prestateTracer"}
    check(rpc.call("debug_traceTransaction", sent, prestate), shapes.PRESTATE)
    diff = prestate | {"tracerConfig": {"diffMode": True}}
    check(rpc.call("debug_traceTransaction", sent, diff), shapes.PRESTATE_DIFF)
    trace = rpc.call("debug_traceTransaction", sent)
    check(trace, shapes.EEI_TRACE)
    assert trace["gas"] == int(receipt["gasUsed"], 16)
    methods = [event["method"] for event in trace["events"] if event["event"] == "call"]
    assert methods.count("storageStore") == 2
    assert methods[-1] == "log"
    (of_block,) = rpc.call("debug_traceBlockByNumber", "latest", {"tracer": "callTracer"})
    assert of_block == {"txHash": sent, "result": call}
    failing = {"from": FIRST, "to": token, "data": transfer_data(10**15)}
    reverted = rpc.call("debug_traceCall", failing, "latest", {"tracer": "callTracer"})
    check(reverted, shapes.CALL_FRAME)
    assert reverted["revertReason"] == "insufficient balance"
    assert rpc.refusal("debug_traceCall", failing, "latest", {"tracer": "x"}).code == -32602


def test_gas_by_function(rpc, token):
    sent = rpc.call("eth_sendTransaction", {"from": FIRST, "to": token, "data": transfer_data(1)})
    receipt = rpc.call("eth_getTransactionReceipt", sent)
    profile = rpc.call("ewasm_gasByFunction", sent)
    check(profile, shapes.GAS_PROFILE)
    assert profile["gasUsed"] == receipt["gasUsed"]
    assert rpc.call("debug_traceTransaction", sent, {"tracer": "gasTracer"}) == profile
    (frame,) = profile["frames"]
    assert frame["address"] == token
    used = {each["name"]: int(each["particles"], 16) for each in frame["functions"]}
    assert used["transfer"] > 0
    assert sum(used.values()) == int(profile["instructions"], 16)


def test_gas_by_function_of_a_call(rpc, token):
    ask = {"from": FIRST, "to": token, "data": transfer_data(1)}
    profile = rpc.call("ewasm_gasByFunction", ask)
    check(profile, shapes.GAS_PROFILE)
    assert rpc.call("debug_traceCall", ask, "latest", {"tracer": "gasTracer"}) == profile
    changed = {"stateOverrides": {token: {"code": "0x"}}}
    without = rpc.call("ewasm_gasByFunction", ask, "latest", changed)
    check(without, shapes.GAS_PROFILE)
    assert (without["frames"][0]["codeHash"], without["frames"][0]["functions"]) == (None, [])
    failing = rpc.call("ewasm_gasByFunction", ask | {"data": transfer_data(10**15)})
    check(failing, shapes.GAS_PROFILE)
    assert failing["status"] == "revert"


@pytest.mark.parametrize("target", ["0x1234", 7, [], "0x" + "11" * 32, {"to": "0x1"}])
def test_gas_by_function_of_nothing(rpc, target):
    assert rpc.refusal("ewasm_gasByFunction", target).code == -32602


def test_who_the_node_is(rpc):
    check(rpc.call("eth_accounts"), shapes.array(shapes.ADDRESS))
    check(rpc.call("eth_coinbase"), shapes.ADDRESS)
    check(rpc.call("eth_syncing"), shapes.FALSE)
    assert rpc.call("net_version") == "31337"
    assert rpc.call("web3_sha3", "0x") == "0x" + keccak256(b"").hex()
    assert rpc.call("web3_clientVersion").startswith("ewasm/v")
    assert rpc.call("anvil_nodeInfo")["environment"]["chainId"] == 31_337
    assert set(rpc.call("rpc_modules")) >= {
        "eth",
        "net",
        "web3",
        "evm",
        "anvil",
        "hardhat",
        "debug",
    }


def test_modules(rpc, token):
    info = rpc.call("ewasm_moduleInfo", token)
    assert info["accepted"]
    assert info["findings"] == []
    assert {entry["name"] for entry in info["exports"]} == {"main", "memory"}
    assert "transfer" in {function["name"] for function in info["functions"]}
    assert info["memories"] == [{"initialPages": 1, "maximumPages": None}]
    metered = rpc.call("ewasm_instrument", token)
    assert rpc.call("ewasm_moduleInfo", metered)["size"] > info["size"]
    wrong = rpc.call("ewasm_moduleInfo", "0x00")
    assert not wrong["accepted"]
    assert wrong["findings"]
    assert rpc.refusal("ewasm_instrument", "0x00").code == -32602
