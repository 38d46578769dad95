"""What a node is asked to do while it is measured: the same work for every node."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.json_rpc import Client
from benchmarks.nodes import Node, Peer
from evm_wasm.chain.signing import sign_transaction
from evm_wasm.chain.transaction_rlp import encode_transaction
from evm_wasm.model.contract_address import contract_address
from evm_wasm.model.transaction import TransactionType, UnsignedTransaction
from evm_wasm.primitives.secp256k1 import address_of_key
from evm_wasm.primitives.types import Address

CHAIN_ID: Final = 31_337
KEY: Final = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""Of the first account of the mnemonic that every devnet knows ("test test ... junk")."""
SENDER: Final = address_of_key(KEY)
TOKEN: Final = contract_address(SENDER, 0)
FEE: Final = 10**12
"""Wei for one gas: far above any base fee of these nodes."""
DEPLOY_GAS: Final = 5_000_000
TRANSFER_GAS: Final = 200_000
"""More than a transfer of the token takes on either machine."""
BATCH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is asked.

    Attributes:
        starts: Times a node is started.
        sends: Transactions sent one after the other.
        calls: Calls one after the other.
        batches: Batches of calls.
        transactions: Transactions until memory is read; most of them in batches.
        blocks: Blocks before everything is measured again.
    """

    starts: int
    sends: int
    calls: int
    batches: int
    transactions: int
    blocks: int


FULL: Final = Effort(
    starts=7, sends=500, calls=2_000, batches=30, transactions=10_000, blocks=50_000
)
QUICK: Final = Effort(starts=1, sends=5, calls=5, batches=1, transactions=120, blocks=150)


def transfer_data(receiver: int) -> bytes:
    """Call data of `transfer(address,uint64)`: one unit to an address of its own."""
    return bytes.fromhex("5d359fbd") + receiver.to_bytes(32, "big") + (1).to_bytes(32, "big")


def balance_data(owner: Address) -> bytes:
    """Call data of `balanceOf(address)`."""
    return bytes.fromhex("70a08231") + owner.rjust(32, b"\0")


def signed(nonce: int, to: Address | None, data: bytes, gas: int) -> bytes:
    """The bytes of a transaction of the first account."""
    unsigned = UnsignedTransaction(
        type=TransactionType.DYNAMIC_FEE,
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_fee_per_gas=FEE,
        max_priority_fee_per_gas=10**9,
        gas_limit=gas,
        to=to,
        value=0,
        data=data,
    )
    return encode_transaction(sign_transaction(unsigned, KEY))


def signed_transfers(first_nonce: int, count: int) -> list[bytes]:
    """Transfers of the token to as many addresses, with nonces in a row."""
    return [
        signed(nonce, TOKEN, transfer_data(0x1000 + nonce), TRANSFER_GAS)
        for nonce in range(first_nonce, first_nonce + count)
    ]


class Load:
    """One node under load."""

    def __init__(self, node: Node, peer: Peer, effort: Effort) -> None:
        """Deploys the token."""
        self._node = node
        self._effort = effort
        self._lasts = peer.lasts
        self._client = Client(node.port)
        deployment = signed(0, None, peer.token(), DEPLOY_GAS)
        self._client.ask("eth_sendRawTransaction", _hex(deployment))
        self._wait_for_nonce(1)
        self._nonce = 1
        owned = self._client.ask("eth_call", *self._question())
        if int(owned, 16) != 1_000_000:
            raise RuntimeError(f"the token was not deployed: its owner has {owned}")

    def figures(self) -> Iterator[tuple[str, float]]:
        """What was measured, by name."""
        yield from self._speeds("")
        if not self._lasts:
            return
        missing = self._effort.transactions - self._nonce
        if missing > 0:
            self._send_batches(missing)
        yield "transactions so far", self._nonce
        yield "MB after them", self._node.resident_megabytes()
        missing = self._effort.blocks - int(self._client.ask("eth_blockNumber"), 16)
        if missing > 0:
            self._client.ask("anvil_mine", hex(missing))
        yield "blocks at the end", int(self._client.ask("eth_blockNumber"), 16)
        yield "MB at the end", self._node.resident_megabytes()
        yield from self._speeds(" at the end")

    def close(self) -> None:
        """End the connection."""
        self._client.close()

    def _speeds(self, suffix: str) -> Iterator[tuple[str, float]]:
        effort = self._effort
        yield f"send and receipt per second{suffix}", _rate(effort.sends, self._send_and_wait)
        yield f"eth_call per second{suffix}", _rate(effort.calls, self._call)
        batches = _rate(effort.batches, self._call_batch)
        yield f"eth_call per second in batches of {BATCH}{suffix}", batches * BATCH
        count = min(self._effort.transactions // 4, 2_000)
        yield f"raw token transfers per second{suffix}", self._send_batches(count)

    def _question(self) -> tuple[object, ...]:
        return ({"to": _hex(TOKEN), "data": _hex(balance_data(SENDER))}, "latest")

    def _send_and_wait(self) -> None:
        transaction = {
            "from": _hex(SENDER),
            "to": _hex(TOKEN),
            "data": _hex(transfer_data(0x1000 + self._nonce)),
            "gas": hex(TRANSFER_GAS),
        }
        transaction_hash = self._client.ask("eth_sendTransaction", transaction)
        receipt = None
        while receipt is None:
            receipt = self._client.ask("eth_getTransactionReceipt", transaction_hash)
        if receipt["status"] != "0x1":
            raise RuntimeError(f"a transfer failed: {receipt}")
        self._nonce += 1

    def _call(self) -> None:
        self._client.ask("eth_call", *self._question())

    def _call_batch(self) -> None:
        self._client.ask_all([("eth_call", self._question())] * BATCH)

    def _send_batches(self, count: int) -> float:
        """Send raw transactions and wait for the last one's block; they per second."""
        batches = list(_batches(signed_transfers(self._nonce, count)))
        before = time.perf_counter()
        for batch in batches:
            self._client.ask_all([("eth_sendRawTransaction", (raw,)) for raw in batch])
        self._nonce += count
        self._wait_for_nonce(self._nonce)
        return count / (time.perf_counter() - before)

    def _wait_for_nonce(self, nonce: int) -> None:
        while int(self._client.ask("eth_getTransactionCount", _hex(SENDER), "latest"), 16) < nonce:
            time.sleep(0.002)


def _batches(transactions: Sequence[bytes]) -> Iterator[list[str]]:
    for start in range(0, len(transactions), BATCH):
        yield [_hex(raw) for raw in transactions[start : start + BATCH]]


def _rate(count: int, work: Callable[[], None]) -> float:
    before = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - before)


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
