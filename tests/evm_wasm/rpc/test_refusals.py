"""Transactions that a running node does not take, with the codes and words that Anvil 1.7.1 gives."""

from __future__ import annotations

import pytest
import rlp
from eth_account import Account
from node_process import FIRST, SECOND, SECOND_KEY, Refused

CHAIN_ID = 31_337
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
RECEIVER = "0x" + "22" * 20


@pytest.fixture
def client(node):
    client = node.client()
    yield client
    client.close()


def signed(client, **changes) -> str:
    """A transfer by the second account, with its next nonce unless another is named."""
    transaction = {
        "type": 2,
        "chainId": CHAIN_ID,
        "nonce": int(client.call("eth_getTransactionCount", SECOND, "latest"), 16),
        "to": RECEIVER,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": 5 * 10**9,
        "maxPriorityFeePerGas": 10**9,
    } | changes
    return "0x" + Account.sign_transaction(transaction, SECOND_KEY).raw_transaction.hex()


def refusal(client, method: str, *params: object) -> Refused:
    with pytest.raises(Refused) as caught:
        client.call(method, *params)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"chainId": 5}, -32003, "invalid chain id for signer"),
        ({"gas": 20_000}, -32000, "intrinsic gas too low"),
        (
            {"gas": 200_000_000},
            -32000,
            "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit",
        ),
        (
            {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1},
            -32003,
            "max fee per gas less than block base fee",
        ),
        ({"value": 10**24}, -32003, "Insufficient funds for gas * price + value"),
        ({"nonce": 2**40}, -32003, "nonce too far ahead"),
    ],
)
def test_what_no_block_can_have(client, changes, code, words):
    refused = refusal(client, "eth_sendRawTransaction", signed(client, **changes))
    assert refused.code == code
    assert refused.message.startswith(words)


def test_nonces(client):
    first = signed(client)
    nonce = int(client.call("eth_getTransactionCount", SECOND, "latest"), 16)
    client.call("eth_sendRawTransaction", first)
    again = refusal(client, "eth_sendRawTransaction", first)
    assert again.code == -32003
    assert again.message.startswith("nonce too low")
    # A gap: it waits, and goes into a block with the one that fills it.
    later = client.call("eth_sendRawTransaction", signed(client, nonce=nonce + 2))
    assert client.call("eth_getTransactionReceipt", later) is None
    assert client.call("txpool_status") == {"pending": "0x0", "queued": "0x1"}
    known = refusal(client, "eth_sendRawTransaction", signed(client, nonce=nonce + 2))
    assert (known.code, known.message) == (-32003, "transaction already imported")
    cheap = refusal(client, "eth_sendRawTransaction", signed(client, nonce=nonce + 2, value=2))
    assert cheap.code == -32003
    assert cheap.message.startswith("replacement transaction underpriced")
    dearer = {"maxFeePerGas": 6 * 10**9, "maxPriorityFeePerGas": 2 * 10**9}
    replaced = client.call("eth_sendRawTransaction", signed(client, nonce=nonce + 2, **dearer))
    client.call("eth_sendRawTransaction", signed(client, nonce=nonce + 1))
    assert client.call("eth_getTransactionReceipt", replaced)["status"] == "0x1"
    assert client.call("eth_getTransactionByHash", later) is None
    assert client.call("txpool_status") == {"pending": "0x0", "queued": "0x0"}


def test_a_batch_in_the_wrong_order_is_taken(client):
    nonce = int(client.call("eth_getTransactionCount", SECOND, "latest"), 16)
    raws = [signed(client, nonce=nonce + ahead) for ahead in (3, 1, 0, 2)]
    answers = client.batch([("eth_sendRawTransaction", raw) for raw in (*raws, "0x12", raws[0])])
    sent = [answer["result"] for answer in answers[:4]]
    assert answers[4]["error"]["code"] == -32602
    assert answers[5]["error"]["code"] == -32003
    receipts = client.batch([("eth_getTransactionReceipt", one) for one in sent])
    assert all(answer["result"]["status"] == "0x1" for answer in receipts)


@pytest.mark.parametrize("s", [0, ORDER, ORDER // 2 + 1, 2**256 - 1])
def test_signatures_that_no_key_makes(client, s):
    raw = bytes.fromhex(signed(client)[2:])
    fields = rlp.decode(raw[1:])
    fields[-1] = s.to_bytes((s.bit_length() + 7) // 8, "big")
    changed = "0x02" + rlp.encode(fields).hex()
    refused = refusal(client, "eth_sendRawTransaction", changed)
    assert refused.code == -32602
    assert refused.message.startswith("Failed to recover the signer")


@pytest.mark.parametrize(
    "raw", ["0x", "0x00", "0x1234", "0x02c0", "0x03c0", "0x04c0", "0xc0", "zz", 5]
)
def test_bytes_that_are_no_transaction(client, raw):
    assert refusal(client, "eth_sendRawTransaction", raw).code == -32602


@pytest.mark.parametrize(
    "request_",
    [
        {"from": RECEIVER, "to": FIRST},
        {"from": FIRST, "to": SECOND, "value": "-0x1"},
        {"from": FIRST, "to": SECOND, "value": -1},
        {"from": FIRST, "to": SECOND, "value": "0x1" + "0" * 64},
        {"from": FIRST, "to": SECOND, "gas": 2**64},
        {"from": FIRST, "to": SECOND, "nonce": 1.5},
        {"from": FIRST, "to": "0x12"},
        {"from": FIRST, "to": SECOND, "data": "0x1", "input": "0x"},
        {"from": FIRST, "to": SECOND, "data": "0x11", "input": "0x22"},
        {"from": FIRST, "to": SECOND, "type": "0x3"},
        {"from": FIRST, "to": SECOND, "type": "0x7f"},
        {"from": FIRST, "to": SECOND, "blobVersionedHashes": ["0x" + "00" * 32]},
        {"from": FIRST, "to": SECOND, "authorizationList": [{}]},
        {"from": FIRST, "to": SECOND, "gasPrice": "0x1", "maxFeePerGas": "0x1"},
        {"from": FIRST, "to": SECOND, "accessList": [{"address": "0x12"}]},
        "0x",
        [],
    ],
)
def test_malformed_requests(client, request_):
    before = client.call("eth_getTransactionCount", FIRST, "pending")
    assert refusal(client, "eth_sendTransaction", request_).code == -32602
    assert client.call("eth_getTransactionCount", FIRST, "pending") == before


@pytest.mark.parametrize(
    "block",
    [
        *("newest", "", "0x", "0xzz", "-0x1", "0x1" + "0" * 16, -1, 2**64, 1.5, True, []),
        *({}, {"blockNumber": "0x0", "blockHash": "0x" + "00" * 32}, {"number": "0x0"}),
        {"blockHash": "0x12"},
    ],
)
def test_unknown_tags(client, block):
    if block == "0x":
        assert client.call("eth_getBalance", FIRST, block) is not None
        return
    assert refusal(client, "eth_getBalance", FIRST, block).code == -32602


@pytest.mark.parametrize(
    "filters",
    [
        {"address": "0x12"},
        {"address": [1]},
        {"address": ["0x" + "11" * 20] * 1_001},
        {"topics": ["0x12"]},
        {"topics": "0x" + "11" * 32},
        {"topics": [None] * 5},
        {"fromBlock": "newest"},
        {"fromBlock": "0x0", "blockHash": "0x" + "11" * 32},
        [],
    ],
)
@pytest.mark.parametrize("method", ["eth_getLogs", "eth_newFilter"])
def test_malformed_filters(client, method, filters):
    assert refusal(client, method, filters).code == -32602


def test_logs_of_blocks_that_are_not_there(client):
    for filters in ({"fromBlock": "0x1", "toBlock": "0x0"}, {"fromBlock": "0xffffff"}):
        assert refusal(client, "eth_getLogs", filters).code == -32602
    assert refusal(client, "eth_getLogs", {"blockHash": "0x" + "00" * 32}).code == -32001
