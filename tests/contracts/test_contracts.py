"""The example contracts do what their folders say, deployed and called by transactions."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from builders import BLOCK, CONTRACT, ETHER, OTHER, SENDER, World
from eth_abi import decode, encode
from eth_utils import function_signature_to_4byte_selector, keccak
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.chain.transition import apply_transaction
from evm_wasm.model.message import Status
from evm_wasm.model.transaction import Transaction

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
MODULES = {path.stem: path.read_bytes() for path in CONTRACTS.glob("*/*.wasm")}
# Constructors in compiled languages want arguments; their contracts have suites of their own.
RUNTIMES = sorted(path.stem.removesuffix("_deploy") for path in CONTRACTS.glob("*/*_deploy.wat"))
SUPPLY = 1_000_000
NOBODY = bytes(19) + b"\x77"


class Chain:
    """A state on which transactions are applied one after the other."""

    def __init__(self):
        self.world = World(schedule="particles")

    def send(self, to, data=b"", *, value=0, sender=SENDER):
        state = self.world.state
        if sender != SENDER:
            state.set_balance(sender, ETHER)
        transaction = Transaction(
            sender=sender,
            nonce=state.nonce(sender),
            gas_price=1,
            gas_limit=10_000_000,
            to=to,
            value=value,
            data=data,
        )
        return apply_transaction(self.world.vm, state, BLOCK, transaction)

    def deploy(self, name):
        receipt = self.send(None, MODULES[f"{name}_deploy"])
        assert receipt.status is Status.SUCCESS, receipt.detail
        return receipt.created

    def call(self, to, signature, *arguments, **options):
        types = signature.partition("(")[2].removesuffix(")")
        encoded = encode(types.split(",") if types else [], arguments)
        return self.send(to, function_signature_to_4byte_selector(signature) + encoded, **options)

    def ask(self, to, signature, *arguments):
        receipt = self.call(to, signature, *arguments)
        assert receipt.status is Status.SUCCESS, receipt.detail
        return int.from_bytes(receipt.output)


@pytest.fixture
def chain():
    return Chain()


@pytest.fixture
def token(chain):
    return chain.deploy("token")


def balances(chain, token, *addresses):
    return [chain.ask(token, "balanceOf(address)", address) for address in addresses]


@pytest.mark.parametrize("name", RUNTIMES)
def test_deployed_code_is_the_runtime_module(chain, name):
    assert chain.world.state.code(chain.deploy(name)) == MODULES[name]


def test_counter_counts(chain):
    counter = chain.deploy("counter")
    assert chain.ask(counter, "count()") == 0
    for _ in range(300):
        assert chain.call(counter, "increment()").status is Status.SUCCESS
    assert chain.ask(counter, "count()") == 300


@pytest.mark.parametrize("data", [b"", b"\x06\x66\x1a", b"\x00\x00\x00\x00"])
@pytest.mark.parametrize("name", ["counter", "token"])
def test_unknown_selector_is_reverted_without_a_message(chain, name, data):
    receipt = chain.send(chain.deploy(name), data)
    assert (receipt.status, receipt.output) == (Status.REVERT, b"")


def test_deployer_owns_the_whole_supply(chain, token):
    assert chain.ask(token, "totalSupply()") == SUPPLY
    assert balances(chain, token, SENDER, OTHER) == [SUPPLY, 0]


def test_transfer_moves_units_and_logs_them(chain, token):
    receipt = chain.call(token, "transfer(address,uint64)", OTHER, 1_000)
    assert (receipt.status, receipt.output) == (Status.SUCCESS, b"")
    (entry,) = receipt.logs
    assert entry.address == token
    assert entry.topics == (
        keccak(text="Transfer(address,address,uint64)"),
        bytes(12) + SENDER,
        bytes(12) + OTHER,
    )
    assert entry.data == encode(["uint64"], [1_000])
    assert balances(chain, token, SENDER, OTHER) == [SUPPLY - 1_000, 1_000]


@pytest.mark.parametrize("amount", [0, 7, SUPPLY])
def test_transfer_to_oneself_changes_nothing(chain, token, amount):
    receipt = chain.call(token, "transfer(address,uint64)", SENDER, amount)
    assert receipt.status is Status.SUCCESS
    assert balances(chain, token, SENDER) == [SUPPLY]


@pytest.mark.parametrize("amount", [SUPPLY + 1, 2**63, 2**64 - 1])
def test_transfer_of_too_much_is_reverted_with_a_message(chain, token, amount):
    receipt = chain.call(token, "transfer(address,uint64)", OTHER, amount)
    assert (receipt.status, receipt.logs) == (Status.REVERT, ())
    assert receipt.output[:4] == function_signature_to_4byte_selector("Error(string)")
    assert decode(["string"], receipt.output[4:]) == ("insufficient balance",)
    assert balances(chain, token, SENDER, OTHER) == [SUPPLY, 0]


@pytest.mark.parametrize(
    "arguments",
    [
        encode(["address", "uint256"], [OTHER, 2**64]),
        encode(["uint256", "uint64"], [2**160, 1]),
        encode(["address"], [OTHER]),
        encode(["address", "uint64"], [OTHER, 1])[:-1],
    ],
    ids=["amount of 65 bits", "address of 161 bits", "no amount", "one byte short"],
)
def test_malformed_transfer_is_reverted(chain, token, arguments):
    selector = function_signature_to_4byte_selector("transfer(address,uint64)")
    receipt = chain.send(token, selector + arguments)
    assert (receipt.status, receipt.output) == (Status.REVERT, b"")


holders = st.sampled_from([bytes(SENDER), bytes(OTHER), NOBODY])


@given(st.lists(st.tuples(holders, holders, st.integers(0, SUPPLY + 1)), max_size=8))
def test_transfers_keep_the_supply(transfers):
    chain = Chain()
    token = chain.deploy("token")
    expected = {bytes(SENDER): SUPPLY, bytes(OTHER): 0, NOBODY: 0}
    for sender, receiver, amount in transfers:
        receipt = chain.call(token, "transfer(address,uint64)", receiver, amount, sender=sender)
        assert (receipt.status is Status.SUCCESS) == (amount <= expected[sender])
        if receipt.status is Status.SUCCESS:
            expected[sender] -= amount
            expected[receiver] += amount
    assert balances(chain, token, *expected) == list(expected.values())
    assert sum(expected.values()) == SUPPLY


def caller_data(kind, target, data=b"", *, gas=500_000, value=0):
    return bytes([kind]) + target + gas.to_bytes(8) + value.to_bytes(16) + data


COUNT = function_signature_to_4byte_selector("count()")
INCREMENT = function_signature_to_4byte_selector("increment()")


@pytest.mark.parametrize("kind", [0, 1, 2, 3], ids=["call", "callCode", "callDelegate", "static"])
def test_caller_returns_what_the_target_returns(chain, kind):
    caller, counter = chain.deploy("caller"), chain.deploy("counter")
    receipt = chain.send(caller, caller_data(kind, counter, COUNT))
    assert (receipt.status, receipt.output) == (Status.SUCCESS, bytes(32))


@pytest.mark.parametrize(("kind", "counted"), [(0, [0, 1]), (1, [1, 0]), (2, [1, 0])])
def test_caller_writes_to_the_storage_that_the_kind_means(chain, kind, counted):
    caller, counter = chain.deploy("caller"), chain.deploy("counter")
    assert chain.send(caller, caller_data(kind, counter, INCREMENT)).status is Status.SUCCESS
    state = chain.world.state
    slot = bytes(32)
    assert [int.from_bytes(state.load(a, slot)) for a in (caller, counter)] == counted


def test_caller_reverts_without_a_message_when_the_target_fails(chain):
    caller, counter = chain.deploy("caller"), chain.deploy("counter")
    receipt = chain.send(caller, caller_data(3, counter, INCREMENT))
    assert (receipt.status, receipt.output) == (Status.REVERT, b"")


def test_caller_reverts_with_what_the_target_reverts_with(chain, token):
    caller = chain.deploy("caller")
    selector = function_signature_to_4byte_selector("transfer(address,uint64)")
    data = selector + encode(["address", "uint64"], [OTHER, 1])
    receipt = chain.send(caller, caller_data(0, token, data))
    assert receipt.status is Status.REVERT
    assert decode(["string"], receipt.output[4:]) == ("insufficient balance",)


@pytest.mark.parametrize(("kind", "kept"), [(0, 0), (1, 2**64 + 3)])
def test_caller_sends_value_on(chain, kind, kept):
    caller = chain.deploy("caller")
    value = 2**64 + 3
    chain.world.state.set_balance(SENDER, 2**70)
    receipt = chain.send(caller, caller_data(kind, NOBODY, value=value), value=value)
    assert receipt.status is Status.SUCCESS
    assert chain.world.state.balance(caller) == kept
    assert chain.world.state.balance(NOBODY) == value - kept


def test_caller_passes_on_more_than_a_page(chain):
    caller, hasher = chain.deploy("caller"), chain.deploy("sha256")
    data = b"\x01" * 100_000
    receipt = chain.send(caller, caller_data(0, hasher, data, gas=2_000_000))
    assert receipt.output == hashlib.sha256(data).digest()


def test_factory_creates_from_its_call_data(chain):
    factory = chain.deploy("factory")
    receipt = chain.send(factory, MODULES["counter_deploy"], value=5)
    created = receipt.output[12:]
    assert receipt.output[:12] == bytes(12)
    assert chain.world.state.code(created) == MODULES["counter"]
    assert chain.world.state.balance(created) == 5
    assert chain.call(created, "increment()").status is Status.SUCCESS
    assert chain.ask(created, "count()") == 1


def test_factory_reverts_when_nothing_is_created(chain):
    receipt = chain.send(chain.deploy("factory"), b"not wasm")
    assert (receipt.status, receipt.output) == (Status.REVERT, b"")


def test_factory_owns_what_a_token_deployer_gets(chain):
    factory = chain.deploy("factory")
    token = chain.send(factory, MODULES["token_deploy"]).output[12:]
    assert balances(chain, token, factory, SENDER) == [SUPPLY, 0]


@given(st.binary(max_size=200))
def test_sha256_equals_the_standard_library(data):
    world = World(schedule="particles")
    world.install(MODULES["sha256"])
    assert world.call(to=CONTRACT, data=data).output == hashlib.sha256(data).digest()


@pytest.mark.parametrize("length", [55, 56, 57, 63, 64, 65, 119, 120, 128, 70_000])
def test_sha256_at_the_edges_of_a_block(length):
    world = World(schedule="particles")
    world.install(MODULES["sha256"])
    data = bytes(number % 251 for number in range(length))
    assert world.call(to=CONTRACT, data=data).output == hashlib.sha256(data).digest()
