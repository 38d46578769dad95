"""Real clients, unchanged: deploy wasm, call, send, read events, watch blocks, see why it reverts."""

from __future__ import annotations

import asyncio
import json

import pytest
from eth_account import Account
from node_process import FIRST, SECOND, SECOND_KEY
from web3 import AsyncWeb3, Web3, WebSocketProvider
from web3.exceptions import ContractLogicError

from evm_wasm.provider import EwasmProvider

RECEIVER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
REASON = "insufficient balance"
TOO_MUCH = 10**15
SUPPLY = 1_000_000


@pytest.mark.parametrize("script", ["ethers_client.cjs", "viem_client.cjs"])
def test_a_javascript_client(run_script, script):
    seen = run_script(script)
    assert seen.pop("status") in {1, "success"}
    assert seen.pop("watchedBlock") == seen.pop("minedBlock") == 3
    controls = seen.pop("controls", None)
    assert seen == {
        "chainId": 31_337,
        "supply": SUPPLY,
        "event": "Transfer",
        "amount": 5,
        "to": RECEIVER,
        "past": [5],
        "watchedAmount": 7,
        "balance": 12,
        "callReason": REASON,
        "estimateReason": REASON,
    }
    if controls is not None:
        assert controls == {
            "mined": 2,
            "waited": True,
            "impersonated": "success",
            "timestamp": 5_000,
            "reverted": True,
            "balance": 0,
        }


def test_cast(cast, bytecode):
    def run(*words: str) -> str:
        ended = cast(*words)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    key = ("--private-key", SECOND_KEY)
    deployed = json.loads(run("send", *key, "--json", "--create", bytecode))
    token = deployed["contractAddress"]
    assert deployed["status"] == "0x1"
    balance = run("call", token, "balanceOf(address)(uint64)", SECOND)
    assert balance.split()[0] == str(SUPPLY)
    sent = json.loads(run("send", *key, "--json", token, "transfer(address,uint64)", RECEIVER, "5"))
    assert sent["status"] == "0x1"
    assert run("call", token, "balanceOf(address)(uint64)", RECEIVER) == "5"
    assert run("block-number") == "2"
    block = json.loads(run("block", "latest", "--json"))
    assert block["hash"] == sent["blockHash"]
    (log,) = json.loads(run("logs", "--json", "--from-block", "0", "--address", token))
    assert log["transactionHash"] == sent["transactionHash"]
    assert int(log["data"], 16) == 5
    assert run("chain-id") == "31337"
    assert run("code", token).startswith("0x0061736d")
    transfer = (token, "transfer(address,uint64)", RECEIVER, str(TOO_MUCH))
    for refused in (cast("call", *transfer, "--from", SECOND), cast("send", *key, *transfer)):
        assert refused.returncode != 0
        assert REASON in refused.stderr


def _use_token(web3: Web3, abi: list, bytecode: str) -> None:
    """What users do with a token through an account of the node."""
    sender = web3.eth.accounts[0]
    token = web3.eth.contract(abi=abi, bytecode=bytecode)
    deployed = web3.eth.wait_for_transaction_receipt(token.constructor().transact({"from": sender}))
    assert deployed.status == 1
    token = web3.eth.contract(deployed.contractAddress, abi=abi)
    assert token.functions.balanceOf(sender).call() == SUPPLY
    new_blocks, new_transfers = (
        web3.eth.filter("latest"),
        token.events.Transfer.create_filter(from_block="latest"),
    )
    receipt = web3.eth.wait_for_transaction_receipt(
        token.functions.transfer(RECEIVER, 5).transact({"from": sender})
    )
    assert [bytes(entry) for entry in new_blocks.get_new_entries()] == [bytes(receipt.blockHash)]
    (event,) = new_transfers.get_new_entries()
    assert event.args == {"from": sender, "to": RECEIVER, "amount": 5}
    (logged,) = token.events.Transfer().process_receipt(receipt)
    assert logged.args.amount == 5
    (past,) = token.events.Transfer().get_logs(from_block=0)
    assert past.transactionHash == receipt.transactionHash
    assert token.functions.balanceOf(RECEIVER).call() == 5
    with pytest.raises(ContractLogicError, match=REASON):
        token.functions.transfer(RECEIVER, TOO_MUCH).call({"from": sender})
    with pytest.raises(ContractLogicError, match=REASON):
        token.functions.transfer(RECEIVER, TOO_MUCH).estimate_gas({"from": sender})


def test_web3(node, abi, bytecode):
    web3 = Web3(Web3.HTTPProvider(node.url))
    assert web3.is_connected()
    _use_token(web3, abi, bytecode)


def test_web3_in_process(abi, bytecode):
    web3 = Web3(EwasmProvider())
    assert web3.is_connected()
    assert web3.eth.accounts[0].lower() == FIRST
    _use_token(web3, abi, bytecode)
    with web3.batch_requests() as batch:
        batch.add(web3.eth.get_block("latest"))
        batch.add(web3.eth.get_balance(RECEIVER))
        block, balance = batch.execute()
    assert block.number == web3.eth.block_number
    assert balance > 0


def test_web3_with_keys_of_its_own(node, abi, bytecode):
    web3 = Web3(Web3.HTTPProvider(node.url))
    account = Account.from_key(SECOND_KEY)
    for kind in ({"gasPrice": web3.eth.gas_price}, {}):
        constructor = web3.eth.contract(abi=abi, bytecode=bytecode).constructor()
        transaction = constructor.build_transaction(
            {
                "from": account.address,
                "nonce": web3.eth.get_transaction_count(account.address),
                **kind,
            }
        )
        signed = account.sign_transaction(transaction)
        sent = web3.eth.send_raw_transaction(signed.raw_transaction)
        assert sent == signed.hash
        receipt = web3.eth.wait_for_transaction_receipt(sent)
        assert receipt.status == 1
        assert web3.eth.get_transaction(sent)["from"] == account.address
        assert bytes(web3.eth.get_raw_transaction(sent)) == bytes(signed.raw_transaction)


def test_web3_watches_blocks_over_websocket(node):
    async def watch() -> tuple[int, bytes, bytes]:
        async with AsyncWeb3(WebSocketProvider(node.websocket_url)) as web3:
            await web3.eth.subscribe("newHeads")
            transfer = {"from": FIRST_CHECKSUM, "to": RECEIVER, "value": 1}
            sent = await web3.eth.send_transaction(transfer)
            receipt = await web3.eth.wait_for_transaction_receipt(sent)
            message = await anext(aiter(web3.socket.process_subscriptions()))
            head = message["result"]
            return head["number"], bytes(head["hash"]), bytes(receipt["blockHash"])

    number, seen, mined = asyncio.run(watch())
    assert number == 1
    assert seen == mined


FIRST_CHECKSUM = Web3.to_checksum_address(FIRST)
