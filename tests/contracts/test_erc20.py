"""One suite for all ERC-20 contracts: the same ABI, outputs, events and storage in each language."""

from __future__ import annotations

import pytest
from abi_contract import CONTRACTS, AbiContract, call_data, deploy, error, padded, topic
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector, keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.devnet import Devnet
from evm_wasm.devnet.errors import ExecutionReverted
from evm_wasm.project.deployer import with_arguments

TOKENS = sorted(CONTRACTS.glob("erc20_*/erc20.wasm"))
SUPPLY = 10**27
INFINITE = 2**256 - 1
ZERO = bytes(20)

TRANSFER = topic("Transfer(address,address,uint256)")
APPROVAL = topic("Approval(address,address,uint256)")
TOO_MUCH = error("ERC20: transfer amount exceeds balance")
NOT_ALLOWED = error("ERC20: insufficient allowance")
TO_ZERO = error("ERC20: transfer to the zero address")


@pytest.fixture(scope="module")
def chain():
    with Devnet() as devnet:
        yield devnet


@pytest.fixture(scope="module", params=TOKENS, ids=lambda path: path.parent.name)
def path(request):
    return request.param


@pytest.fixture(scope="module")
def deployed(chain, path):
    return deploy(chain, path, "uint256", SUPPLY)


@pytest.fixture
def token(deployed):
    snapshot = deployed.devnet.snapshot()
    yield deployed
    assert deployed.devnet.revert(snapshot)


@pytest.fixture
def people(chain):
    return [account.address for account in chain.accounts[:4]]


def balances(token, people):
    return [token.ask("balanceOf(address)", person) for person in people]


def allowance(token, owner, spender):
    return token.ask("allowance(address,address)", owner, spender)


def events(found):
    return [(log.address, log.topics, log.data) for log in found.receipt.logs]


def event(token, name, one, other, amount):
    return (token.address, (name, padded(one), padded(other)), encode(["uint256"], [amount]))


def test_there_is_a_token_in_each_of_four_languages():
    assert [path.parent.name for path in TOKENS] == [
        "erc20_assemblyscript",
        "erc20_c",
        "erc20_rust",
        "erc20_zig",
    ]


def test_deployed_code_is_the_runtime_module(token, path):
    assert token.devnet.code(token.address) == path.read_bytes()


def test_token_describes_itself(token):
    assert token.ask("name()", returns="string") == "Sample Token"
    assert token.ask("symbol()", returns="string") == "SAMPLE"
    assert token.ask("decimals()", returns="uint8") == 18


def test_deployer_owns_the_supply(token, people):
    assert token.ask("totalSupply()") == SUPPLY
    assert balances(token, people) == [SUPPLY, 0, 0, 0]


@pytest.mark.parametrize("supply", [0, 1, 2**64, INFINITE])
def test_constructor_mints_its_argument(token, path, people, supply):
    receipt = token.devnet.transact(
        None,
        with_arguments(
            path.with_name("erc20_deploy.wasm").read_bytes(), encode(["uint256"], [supply])
        ),
        sender=people[1],
    )
    assert receipt.is_success
    created = AbiContract(token.devnet, receipt.receipt.contract_address)
    assert created.ask("totalSupply()") == supply
    assert created.ask("balanceOf(address)", people[1]) == supply
    assert events(receipt) == [event(created, TRANSFER, ZERO, people[1], supply)]


@pytest.mark.parametrize("arguments", [None, b"", bytes(31)], ids=["none", "empty", "short"])
def test_constructor_refuses_missing_arguments(token, path, arguments):
    code = path.with_name("erc20_deploy.wasm").read_bytes()
    if arguments is not None:
        code = with_arguments(code, arguments)
    with pytest.raises(ExecutionReverted):
        token.devnet.deploy(code)


def test_constructor_refuses_ether(token, path):
    code = with_arguments(path.with_name("erc20_deploy.wasm").read_bytes(), bytes(32))
    with pytest.raises(ExecutionReverted):
        token.devnet.deploy(code, value=1)


def test_storage_is_that_of_a_solidity_contract(token, people):
    token.must("approve(address,uint256)", people[1], 77)

    def slot(number):
        return int.from_bytes(token.devnet.storage(token.address, number))

    balance = keccak(padded(people[0]) + padded(1))
    allowed = keccak(padded(people[1]) + keccak(padded(people[0]) + padded(2)))
    assert slot(padded(0)) == SUPPLY
    assert slot(balance) == SUPPLY
    assert slot(allowed) == 77


def test_transfer_moves_and_logs(token, people):
    data = call_data("transfer(address,uint256)", people[1], 10**20)
    assert token.ask_data(data, sender=people[0]) == padded(1)
    found = token.must("transfer(address,uint256)", people[1], 10**20)
    assert events(found) == [event(token, TRANSFER, people[0], people[1], 10**20)]
    assert balances(token, people) == [SUPPLY - 10**20, 10**20, 0, 0]


@pytest.mark.parametrize("amount", [0, 5, SUPPLY])
def test_transfer_to_oneself_changes_nothing(token, people, amount):
    found = token.must("transfer(address,uint256)", people[0], amount)
    assert events(found) == [event(token, TRANSFER, people[0], people[0], amount)]
    assert balances(token, people[:1]) == [SUPPLY]


@pytest.mark.parametrize("amount", [SUPPLY + 1, 2**64 * SUPPLY, 2**255, INFINITE])
def test_transfer_of_too_much_is_refused(token, people, amount):
    assert token.refuse("transfer(address,uint256)", people[1], amount) == TOO_MUCH
    assert balances(token, people) == [SUPPLY, 0, 0, 0]


def test_transfer_to_nobody_is_refused(token, people):
    assert token.refuse("transfer(address,uint256)", ZERO, 1) == TO_ZERO
    token.must("approve(address,uint256)", people[1], 1)
    refused = token.refuse(
        "transferFrom(address,address,uint256)", people[0], ZERO, 1, sender=people[1]
    )
    assert refused == TO_ZERO
    assert allowance(token, people[0], people[1]) == 1


@pytest.mark.parametrize("amount", [0, 1, 2**128, INFINITE])
def test_approve_sets_the_allowance(token, people, amount):
    token.must("approve(address,uint256)", people[1], 3)
    found = token.must("approve(address,uint256)", people[1], amount)
    assert events(found) == [event(token, APPROVAL, people[0], people[1], amount)]
    assert allowance(token, people[0], people[1]) == amount
    assert allowance(token, people[1], people[0]) == 0


def test_transfer_from_spends_the_allowance(token, people):
    token.must("approve(address,uint256)", people[1], 100)
    found = token.must(
        "transferFrom(address,address,uint256)", people[0], people[2], 60, sender=people[1]
    )
    assert events(found) == [event(token, TRANSFER, people[0], people[2], 60)]
    assert allowance(token, people[0], people[1]) == 40
    assert balances(token, people) == [SUPPLY - 60, 0, 60, 0]
    refused = token.refuse(
        "transferFrom(address,address,uint256)", people[0], people[2], 41, sender=people[1]
    )
    assert refused == NOT_ALLOWED


def test_infinite_allowance_is_not_lowered(token, people):
    token.must("approve(address,uint256)", people[1], INFINITE)
    token.must("transferFrom(address,address,uint256)", people[0], people[2], 9, sender=people[1])
    assert allowance(token, people[0], people[1]) == INFINITE


def test_allowance_does_not_replace_a_balance(token, people):
    token.must("approve(address,uint256)", people[0], INFINITE, sender=people[1])
    refused = token.refuse("transferFrom(address,address,uint256)", people[1], people[0], 1)
    assert refused == TOO_MUCH


def test_owner_needs_an_allowance_for_transfer_from(token, people):
    refused = token.refuse("transferFrom(address,address,uint256)", people[0], people[1], 1)
    assert refused == NOT_ALLOWED


@pytest.mark.parametrize("data", [b"", b"\xa9\x05\x9c", b"\0\0\0\0", b"\xff" * 100])
def test_unknown_function_is_reverted_without_a_message(token, data):
    assert token.refusal_of_data(data) == b""


def test_ether_is_refused(token, people):
    data = call_data("transfer(address,uint256)", people[1], 1)
    assert token.refusal_of_data(data, value=1) == b""
    assert token.refusal_of_data(b"", value=1) == b""


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        ("balanceOf(address)", 1),
        ("transfer(address,uint256)", 2),
        ("approve(address,uint256)", 2),
        ("allowance(address,address)", 2),
        ("transferFrom(address,address,uint256)", 3),
    ],
)
def test_malformed_arguments_are_reverted_without_a_message(token, signature, words):
    selector = function_signature_to_4byte_selector(signature)
    assert token.refusal_of_data(selector + bytes(32 * words - 1)) == b""
    assert token.refusal_of_data(selector) == b""
    wide = (2**160).to_bytes(32)
    assert token.refusal_of_data(selector + wide + bytes(32 * (words - 1))) == b""


def test_bytes_behind_the_arguments_do_not_matter(token, people):
    data = call_data("balanceOf(address)", people[0]) + b"\x01\x02\x03"
    assert token.ask_data(data) == padded(SUPPLY)


steps = st.tuples(
    st.sampled_from(["transfer", "approve", "transferFrom"]),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 2),
    st.one_of(st.integers(0, 12), st.sampled_from([2**64, 2**128 + 1, INFINITE - 1, INFINITE])),
)


@settings(max_examples=15)
@given(
    st.sampled_from(TOKENS), st.sampled_from([10, 2**129, INFINITE]), st.lists(steps, max_size=12)
)
def test_any_history_equals_a_simple_model(path, supply, history):
    with Devnet() as devnet:
        people = [account.address for account in devnet.accounts[:3]]
        token = deploy(devnet, path, "uint256", supply)
        model = Model(supply)
        for step in history:
            accepted = model.apply(*step)
            name, sender, one, two, amount = step
            if name == "transferFrom":
                found = token.send(
                    "transferFrom(address,address,uint256)",
                    people[one],
                    people[two],
                    amount,
                    sender=people[sender],
                )
            else:
                found = token.send(
                    f"{name}(address,uint256)", people[one], amount, sender=people[sender]
                )
            assert found.is_success == accepted
        assert balances(token, people) == model.balances
        assert sum(model.balances) == supply
        for (owner, spender), amount in model.allowances.items():
            assert allowance(token, people[owner], people[spender]) == amount


class Model:
    """A token as a list and a dictionary."""

    def __init__(self, supply):
        self.balances = [supply, 0, 0]
        self.allowances = {}

    def apply(self, name, sender, one, two, amount):
        """Do a step if it is allowed; whether it is."""
        if name == "approve":
            self.allowances[sender, one] = amount
            return True
        if name == "transfer":
            return self.move(sender, one, amount)
        allowed = self.allowances.get((one, sender), 0)
        if allowed < amount or not self.move(one, two, amount):
            return False
        if allowed != INFINITE:
            self.allowances[one, sender] = allowed - amount
        return True

    def move(self, giver, taker, amount):
        if self.balances[giver] < amount:
            return False
        self.balances[giver] -= amount
        self.balances[taker] += amount
        return True
