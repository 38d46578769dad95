"""What a client gets is enough to compute hashes, roots, blooms and proofs with other libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
import rlp
from command_line import TOKEN_DEPLOY
from eth_account import Account
from eth_bloom import BloomFilter
from eth_utils import keccak, to_checksum_address
from node_process import FIRST, SECOND, SECOND_KEY
from trie import HexaryTrie

_HEADER = (
    "parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number "
    "gasLimit gasUsed timestamp extraData mixHash nonce baseFeePerGas"
)
HEADER = _HEADER.split()
QUANTITIES = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"}


@pytest.fixture
def chain(rpc):
    """A chain with a deployment, a batch of several transactions in one block, and a failure."""
    code = "0x" + Path(TOKEN_DEPLOY).read_bytes().hex()
    token = rpc.call("eth_sendTransactionSync", {"from": FIRST, "data": code})["contractAddress"]
    rpc.call("evm_setAutomine", False)
    for amount in (1, 2, 10**15):
        data = "0x5d359fbd" + SECOND[2:].rjust(64, "0") + f"{amount:064x}"
        for extra in (
            {},
            {"gasPrice": rpc.call("eth_gasPrice")},
            {"accessList": [{"address": token, "storageKeys": ["0x" + "00" * 32]}]},
        ):
            rpc.call(
                "eth_sendTransaction",
                {"from": FIRST, "to": token, "data": data, "gas": "0x30000"} | extra,
            )
    rpc.call("evm_mine")
    rpc.call("evm_setAutomine", True)
    return token


def number(text: str) -> bytes:
    value = int(text, 16)
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def data(text: str | None) -> bytes:
    return bytes.fromhex((text or "0x")[2:])


def root(values: list[bytes]) -> str:
    trie = HexaryTrie({})
    for index, value in enumerate(values):
        trie[rlp.encode(index)] = value
    return "0x" + trie.root_hash.hex()


def receipt_bytes(receipt: dict) -> bytes:
    logs = [
        [data(log["address"]), [data(topic) for topic in log["topics"]], data(log["data"])]
        for log in receipt["logs"]
    ]
    fields = [
        number(receipt["status"]),
        number(receipt["cumulativeGasUsed"]),
        data(receipt["logsBloom"]),
        logs,
    ]
    kind = int(receipt["type"], 16)
    return (bytes((kind,)) if kind else b"") + rlp.encode(fields)


def test_hashes_and_roots(rpc, chain):
    head = int(rpc.call("eth_blockNumber"), 16)
    seen = 0
    for height in range(head + 1):
        block = rpc.call("eth_getBlockByNumber", hex(height), True)
        fields = [(number if name in QUANTITIES else data)(block[name]) for name in HEADER]
        assert "0x" + keccak(rlp.encode(fields)).hex() == block["hash"]
        raws = [
            data(rpc.call("eth_getRawTransactionByHash", transaction["hash"]))
            for transaction in block["transactions"]
        ]
        assert root(raws) == block["transactionsRoot"]
        receipts = rpc.call("eth_getBlockReceipts", hex(height))
        assert root([receipt_bytes(receipt) for receipt in receipts]) == block["receiptsRoot"]
        size = rlp.encode([fields, [rlp.decode(raw) if raw[0] > 0x7F else raw for raw in raws], []])
        assert int(block["size"], 16) == len(size)
        bloom = BloomFilter()
        for receipt in receipts:
            for log in receipt["logs"]:
                bloom.extend([data(log["address"]), *(data(topic) for topic in log["topics"])])
                assert int(log["logIndex"], 16) == seen
                seen += 1
        seen = 0
        assert int(bloom).to_bytes(256, "big") == data(block["logsBloom"])


def test_senders(rpc, chain):
    for transaction in rpc.call("eth_getBlockByNumber", "latest", True)["transactions"]:
        raw = rpc.call("eth_getRawTransactionByHash", transaction["hash"])
        assert Account.recover_transaction(raw).lower() == transaction["from"]
        assert "0x" + keccak(data(raw)).hex() == transaction["hash"]


def test_a_signed_transaction_is_the_one_that_comes_back(rpc):
    signed = Account.sign_transaction(
        {
            "nonce": 0,
            "to": to_checksum_address(FIRST),
            "value": 1,
            "gas": 21_000,
            "gasPrice": 5 * 10**9,
        },
        SECOND_KEY,
    )
    sent = rpc.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
    assert sent == "0x" + signed.hash.hex()
    back = rpc.call("eth_getTransactionByHash", sent)
    assert (int(back["r"], 16), int(back["s"], 16)) == (signed.r, signed.s)
    assert int(back["v"], 16) == signed.v


def test_proofs(rpc, chain):
    state_root = data(rpc.call("eth_getBlockByNumber", "latest")["stateRoot"])
    slot = "0x" + SECOND[2:].rjust(64, "0")
    for address in (chain, FIRST, "0x" + "77" * 20):
        proof = rpc.call("eth_getProof", address, [slot, "0x" + "09" * 32], "latest")
        nodes = [rlp.decode(data(node)) for node in proof["accountProof"]]
        held = HexaryTrie.get_from_proof(state_root, keccak(data(address)), nodes)
        if address == "0x" + "77" * 20:
            assert held == b""
            continue
        fields = ["nonce", "balance", "storageHash", "codeHash"]
        told = [(data if name.endswith("Hash") else number)(proof[name]) for name in fields]
        assert rlp.decode(held) == told
        for entry in proof["storageProof"]:
            nodes = [rlp.decode(data(node)) for node in entry["proof"]]
            key = keccak(int(entry["key"], 16).to_bytes(32, "big"))
            if not nodes:
                assert entry["value"] == "0x0"
                continue
            held = HexaryTrie.get_from_proof(data(proof["storageHash"]), key, nodes)
            assert (rlp.decode(held) if held else b"") == number(entry["value"])
