"""What a node is asked before a transaction is sent, what is signed, and waiting for its receipt."""

from __future__ import annotations

import pytest
from fake_node import answers, serving

from evm_wasm.chain.signing import recover_transaction
from evm_wasm.client.connection import Node
from evm_wasm.client.sending import Order, Sender, revert_output, send, wait_for_receipt
from evm_wasm.client.wallet import read_private_key
from evm_wasm.errors import InputError, NodeError, NodeRefusal
from evm_wasm.model.transaction import TransactionType
from evm_wasm.primitives.types import Address, Hash32

KEY = read_private_key("11" * 32, what="it")
LOCAL = Sender(KEY.address, KEY)
REMOTE = Sender(Address(b"\x22" * 20), None)
TO = Address(b"\x33" * 20)
ORDER = Order(to=TO, value=5, data=b"\1\2")
HASH = Hash32(b"\x44" * 32)
TEXT = "0x" + "44" * 32


def hash_of(raw: str) -> str:
    return "0x" + recover_transaction(bytes.fromhex(raw[2:])).hash.hex()


def chain(**changes: object) -> dict[str, object]:
    """A node with fixed answers; a raw transaction is answered with its hash."""
    return {
        "eth_chainId": "0x7a69",
        "eth_getTransactionCount": "0x9",
        "eth_maxPriorityFeePerGas": "0x2",
        "eth_estimateGas": hex(50_000),
        "eth_getBlockByNumber": {"baseFeePerGas": "0x64", "gasLimit": hex(100_000)},
        "eth_sendTransaction": TEXT,
        "eth_sendRawTransaction": hash_of,
        **changes,
    }


def signed(order: Order, **changes: object):
    asked: list = []
    with serving(answers(chain(**changes), asked)) as url:
        sent = send(Node(url, timeout=20), LOCAL, order)
    (raw,) = [parameters[0] for method, parameters in asked if method == "eth_sendRawTransaction"]
    transaction = recover_transaction(bytes.fromhex(raw[2:]))
    assert (transaction.hash, transaction.sender) == (sent, KEY.address)
    assert KEY.secret.hex() not in str(asked)
    return transaction.signed.unsigned, asked


def test_a_key_signs_what_was_ordered_with_what_the_node_knows() -> None:
    unsigned, asked = signed(ORDER)
    assert unsigned.type is TransactionType.DYNAMIC_FEE
    assert (unsigned.to, unsigned.value, unsigned.data) == (TO, 5, b"\1\2")
    assert (unsigned.chain_id, unsigned.nonce) == (31_337, 9)
    assert (unsigned.max_fee_per_gas, unsigned.max_priority_fee_per_gas) == (202, 2)
    assert unsigned.gas_limit == 60_000
    counted = [parameters for method, parameters in asked if method == "eth_getTransactionCount"]
    assert counted == [["0x" + KEY.address.hex(), "pending"]]


def test_what_is_ordered_is_not_asked_for() -> None:
    order = Order(to=None, value=0, data=b"\0", gas=7, max_fee=9, priority_fee=1, nonce=3)
    unsigned, asked = signed(order)
    assert unsigned.to is None
    assert (unsigned.gas_limit, unsigned.nonce) == (7, 3)
    assert (unsigned.max_fee_per_gas, unsigned.max_priority_fee_per_gas) == (9, 1)
    assert [method for method, _ in asked] == ["eth_chainId", "eth_sendRawTransaction"]


def test_a_small_greatest_fee_bounds_the_priority_fee() -> None:
    unsigned, _ = signed(Order(to=TO, value=0, data=b"", max_fee=1))
    assert (unsigned.max_fee_per_gas, unsigned.max_priority_fee_per_gas) == (1, 1)


@pytest.mark.parametrize(
    ("estimate", "limit", "gas"),
    [(50_000, 100_000, 60_000), (90_000, 100_000, 100_000), (100_001, 100_000, 100_001)],
)
def test_spare_gas_does_not_go_beyond_the_block(estimate: int, limit: int, gas: int) -> None:
    block = {"baseFeePerGas": "0x64", "gasLimit": hex(limit)}
    unsigned, _ = signed(ORDER, eth_estimateGas=hex(estimate), eth_getBlockByNumber=block)
    assert unsigned.gas_limit == gas


def test_a_node_signs_for_its_own_account() -> None:
    asked: list = []
    order = Order(to=None, value=5, data=b"\1", gas=7, max_fee=9, priority_fee=1, nonce=3)
    with serving(answers(chain(), asked)) as url:
        assert send(Node(url, timeout=20), REMOTE, order) == HASH
    members = {
        "from": "0x" + "22" * 20,
        "value": "0x5",
        "data": "0x01",
        "gas": "0x7",
        "maxFeePerGas": "0x9",
        "maxPriorityFeePerGas": "0x1",
        "nonce": "0x3",
    }
    assert asked == [("eth_sendTransaction", [members])]


def test_a_priority_fee_above_the_greatest_is_refused() -> None:
    order = Order(to=TO, value=0, data=b"", gas=7, max_fee=1, priority_fee=2)
    with serving(answers(chain())) as url, pytest.raises(InputError, match="--priority-fee: more"):
        send(Node(url, timeout=20), LOCAL, order)


def test_a_chain_without_base_fee_is_told() -> None:
    block = {"gasLimit": "0xffff"}
    with (
        serving(answers(chain(eth_getBlockByNumber=block))) as url,
        pytest.raises(NodeError, match="has no base fee"),
    ):
        send(Node(url, timeout=20), LOCAL, ORDER)


def test_another_hash_than_that_of_the_transaction_is_told() -> None:
    with (
        serving(answers(chain(eth_sendRawTransaction=TEXT))) as url,
        pytest.raises(NodeError, match="gave another hash than that of the transaction it was"),
    ):
        send(Node(url, timeout=20), LOCAL, ORDER)


@pytest.mark.parametrize("sender", [LOCAL, REMOTE], ids=["key", "node"])
def test_where_no_answer_comes_it_is_told_that_it_may_have_been_sent(sender: Sender) -> None:
    asked: list = []

    def reply(handler, request) -> None:
        if request["method"].startswith("eth_send"):
            asked.append(request["params"][0])
            return  # closes without a word
        answers(chain())(handler, request)

    with serving(reply) as url, pytest.raises(NodeError, match="may have been sent") as caught:
        send(Node(url, timeout=20), sender, ORDER)
    command = "block" if sender is REMOTE else f"receipt {hash_of(asked[0])}"
    assert str(caught.value).endswith(f": look with 'ewasm {command}'")


MALFORMED = {
    "no number": {"eth_chainId": "seven"},
    "null": {"eth_getTransactionCount": None},
    "a list": {"eth_maxPriorityFeePerGas": []},
    "no estimate": {"eth_estimateGas": {}},
    "no block": {"eth_getBlockByNumber": None},
    "an empty block": {"eth_getBlockByNumber": {}},
    "a short hash": {"eth_sendRawTransaction": "0x44"},
}


@pytest.mark.parametrize("changes", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_answers_are_told(changes: dict[str, object]) -> None:
    with (
        serving(answers(chain(**changes))) as url,
        pytest.raises(NodeError, match="the node's answer is malformed: "),
    ):
        send(Node(url, timeout=20), LOCAL, ORDER)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)


def wait(url: str, time: Time, limit: float):
    node = Node(url, timeout=20)
    return wait_for_receipt(node, HASH, limit=limit, clock=lambda: time.now, sleep=time.sleep)


def test_the_receipt_is_asked_for_until_it_is_there() -> None:
    receipts = iter([None, None, None, {"status": "0x1"}])
    time = Time()
    with serving(answers({"eth_getTransactionReceipt": lambda _hash: next(receipts)})) as url:
        assert wait(url, time, 60).quantity("status") == 1
    assert time.pauses == sorted(time.pauses)
    assert len(time.pauses) == 3


def test_waiting_ends_and_names_the_transaction() -> None:
    time = Time()
    with (
        serving(answers({"eth_getTransactionReceipt": None})) as url,
        pytest.raises(NodeError, match=f"{TEXT} was sent and is in no block after 30 seconds; "),
    ):
        wait(url, time, 30)
    assert 30 < time.now < 32
    assert max(time.pauses) == 1


def test_a_node_without_tracer_does_not_tell_the_reason() -> None:
    with serving(answers({})) as url:
        assert revert_output(Node(url, timeout=20), HASH) is None


def test_the_output_of_a_failed_transaction_is_in_its_trace() -> None:
    with serving(answers({"debug_traceTransaction": {"output": "0x0102"}})) as url:
        assert revert_output(Node(url, timeout=20), HASH) == b"\1\2"
    with serving(answers({"debug_traceTransaction": {"error": "out of gas"}})) as url:
        assert revert_output(Node(url, timeout=20), HASH) is None


def test_a_refusal_goes_through() -> None:
    with serving(answers({})) as url, pytest.raises(NodeRefusal, match="eth_estimateGas"):
        send(Node(url, timeout=20), LOCAL, ORDER)
