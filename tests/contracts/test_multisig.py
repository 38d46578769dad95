"""The wallet does what enough of its owners have confirmed, and nothing else."""

from __future__ import annotations

import pytest
from abi_contract import CONTRACTS, AbiContract, call_data, deploy, error, padded, topic
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.devnet import Devnet
from evm_wasm.devnet.errors import ExecutionReverted
from evm_wasm.project.deployer import init_code_of, with_arguments

PATH = CONTRACTS / "multisig" / "multisig.wasm"
TYPES = "address[],uint256"
SUBMIT = "submit(address,uint256,bytes)"
NOBODY = b"\x77" * 20
ETHER = 10**18


def new_wallet(devnet, owners=3, required=2, value=0):
    people = [account.address for account in devnet.accounts[:owners]]
    return deploy_wallet(devnet, people, required, value=value)


def deploy_wallet(devnet, people, required, value=0):
    code = PATH.with_name("multisig_deploy.wasm").read_bytes()
    arguments = encode(TYPES.split(","), [people, required])
    return AbiContract(devnet, devnet.deploy(with_arguments(code, arguments), value=value))


@pytest.fixture(scope="module")
def deployed():
    with Devnet() as devnet:
        yield new_wallet(devnet, value=5 * ETHER)


@pytest.fixture
def wallet(deployed):
    snapshot = deployed.devnet.snapshot()
    yield deployed
    assert deployed.devnet.revert(snapshot)


@pytest.fixture
def people(deployed):
    return [account.address for account in deployed.devnet.accounts[:4]]


def topics(found):
    return [log.topics for log in found.receipt.logs]


def transaction(wallet, number):
    return wallet.ask("transaction(uint256)", number, returns="address,uint256,bytes,bool,uint256")


def test_wallet_describes_itself(wallet, people):
    owners = wallet.ask("owners()", returns="address[]")
    assert owners == tuple("0x" + person.hex() for person in people[:3])
    assert wallet.ask("required()") == 2
    assert wallet.ask("transactionCount()") == 0
    answers = [wallet.ask("isOwner(address)", person, returns="bool") for person in people]
    assert answers == [True, True, True, False]


@pytest.mark.parametrize(
    ("owners", "required", "message"),
    [
        ([1, 2], 0, "wallet: required confirmations must be 1 to the number of owners"),
        ([1, 2], 3, "wallet: required confirmations must be 1 to the number of owners"),
        ([1, 2], 2**64 + 1, "wallet: required confirmations must be 1 to the number of owners"),
        ([], 1, "wallet: required confirmations must be 1 to the number of owners"),
        ([1, 2, 1], 1, "wallet: an owner is named twice"),
        ([1, 0], 1, "wallet: the zero address cannot be an owner"),
    ],
)
def test_constructor_refuses_impossible_wallets(wallet, owners, required, message):
    addresses = [bytes(19) + bytes([number]) for number in owners]
    with pytest.raises(ExecutionReverted) as caught:
        deploy_wallet(wallet.devnet, addresses, required)
    assert caught.value.reason == message


def test_constructor_refuses_cut_arguments(wallet, people):
    code = PATH.with_name("multisig_deploy.wasm").read_bytes()
    complete = encode(TYPES.split(","), [people, 2])
    for length in (0, 31, 63, 95, len(complete) - 1):
        with pytest.raises(ExecutionReverted):
            wallet.devnet.deploy(with_arguments(code, complete[:length]))


def test_deposit(wallet, people):
    found = wallet.devnet.transact(wallet.address, b"", sender=people[3], value=2**65)
    assert found.is_success
    assert topics(found) == [(topic("Deposit(address,uint256)"), padded(people[3]))]
    assert found.receipt.logs[0].data == padded(2**65)
    assert wallet.devnet.balance(wallet.address) == 5 * ETHER + 2**65


def test_two_owners_send_ether(wallet, people):
    found = wallet.must(SUBMIT, NOBODY, ETHER, b"")
    assert topics(found) == [
        (topic("Submission(uint256)"), padded(0)),
        (topic("Confirmation(address,uint256)"), padded(people[0]), padded(0)),
    ]
    assert found.receipt.output == padded(0)
    assert transaction(wallet, 0) == ("0x" + NOBODY.hex(), ETHER, b"", False, 1)
    too_few = error("wallet: not enough confirmations")
    assert wallet.refuse("execute(uint256)", 0) == too_few
    found = wallet.must("confirm(uint256)", 0, sender=people[1])
    assert topics(found) == [(topic("Confirmation(address,uint256)"), padded(people[1]), padded(0))]
    assert wallet.ask("isConfirmed(uint256,address)", 0, people[1], returns="bool") is True
    found = wallet.must("execute(uint256)", 0, sender=people[2])
    assert topics(found) == [(topic("Execution(uint256)"), padded(0))]
    assert wallet.devnet.balance(NOBODY) == ETHER
    assert wallet.devnet.balance(wallet.address) == 4 * ETHER
    assert transaction(wallet, 0) == ("0x" + NOBODY.hex(), ETHER, b"", True, 2)


def test_nothing_runs_twice_or_changes_afterwards(wallet, people):
    wallet.must(SUBMIT, NOBODY, 1, b"")
    wallet.must("confirm(uint256)", 0, sender=people[1])
    wallet.must("execute(uint256)", 0)
    done = error("wallet: already executed")
    assert wallet.refuse("execute(uint256)", 0) == done
    assert wallet.refuse("confirm(uint256)", 0, sender=people[2]) == done
    assert wallet.refuse("revoke(uint256)", 0) == done


def test_revoked_confirmation_no_longer_counts(wallet, people):
    wallet.must(SUBMIT, NOBODY, 1, b"")
    wallet.must("confirm(uint256)", 0, sender=people[1])
    found = wallet.must("revoke(uint256)", 0)
    assert topics(found) == [(topic("Revocation(address,uint256)"), padded(people[0]), padded(0))]
    assert wallet.refuse("execute(uint256)", 0) == error("wallet: not enough confirmations")
    assert wallet.refuse("revoke(uint256)", 0) == error("wallet: not confirmed")
    wallet.must("confirm(uint256)", 0, sender=people[2])
    wallet.must("execute(uint256)", 0)


def test_confirming_twice_counts_once(wallet):
    wallet.must(SUBMIT, NOBODY, 1, b"")
    assert wallet.refuse("confirm(uint256)", 0) == error("wallet: already confirmed")


def test_strangers_do_nothing(wallet, people):
    wallet.must(SUBMIT, NOBODY, 1, b"")
    only = error("wallet: only owners may do this")
    assert wallet.refuse(SUBMIT, NOBODY, 1, b"", sender=people[3]) == only
    for name in ("confirm", "revoke", "execute"):
        assert wallet.refuse(f"{name}(uint256)", 0, sender=people[3]) == only


@pytest.mark.parametrize("number", [0, 2**64, 2**256 - 1])
def test_transactions_that_are_not_there(wallet, number):
    for name in ("confirm", "revoke", "execute", "transaction"):
        assert wallet.refuse(f"{name}(uint256)", number) == error("wallet: no such transaction")


def test_more_ether_than_exists_is_refused(wallet):
    refused = wallet.refuse(SUBMIT, NOBODY, 2**128, b"")
    assert refused == error("wallet: there is not that much ether")


def test_ether_with_a_call_is_refused(wallet):
    assert wallet.refusal_of_data(call_data(SUBMIT, NOBODY, 1, b""), value=1) == b""


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64, 1_000])
def test_call_data_is_kept_as_it_is(wallet, length):
    content = bytes(number % 255 + 1 for number in range(length))
    wallet.must(SUBMIT, NOBODY, 7, content)
    assert transaction(wallet, 0) == ("0x" + NOBODY.hex(), 7, content, False, 1)


def test_wallet_uses_other_contracts(wallet, people):
    token = deploy(wallet.devnet, CONTRACTS / "erc20_c" / "erc20.wasm", "uint256", 1_000)
    token.must("transfer(address,uint256)", wallet.address, 600)
    move = call_data("transfer(address,uint256)", NOBODY, 250)
    wallet.must(SUBMIT, token.address, 0, move)
    wallet.must("confirm(uint256)", 0, sender=people[2])
    found = wallet.must("execute(uint256)", 0)
    assert found.receipt.logs[0].address == token.address
    assert token.ask("balanceOf(address)", NOBODY) == 250
    assert token.ask("balanceOf(address)", wallet.address) == 350


def test_failing_transaction_tells_why_and_can_be_tried_again(wallet, people):
    token = deploy(wallet.devnet, CONTRACTS / "erc20_zig" / "erc20.wasm", "uint256", 1_000)
    wallet.must(SUBMIT, token.address, 0, call_data("transfer(address,uint256)", NOBODY, 1))
    wallet.must("confirm(uint256)", 0, sender=people[1])
    reason = error("ERC20: transfer amount exceeds balance")
    assert wallet.refuse("execute(uint256)", 0) == reason
    assert transaction(wallet, 0)[3] is False
    token.must("transfer(address,uint256)", wallet.address, 1)
    wallet.must("execute(uint256)", 0)


def test_sending_more_than_there_is_fails(wallet, people):
    wallet.must(SUBMIT, NOBODY, 6 * ETHER, b"")
    wallet.must("confirm(uint256)", 0, sender=people[1])
    assert wallet.refuse("execute(uint256)", 0) == error("wallet: transaction failed")


def test_transaction_cannot_execute_itself_again(wallet, people):
    """Even where an owner is a contract that calls back; here the wallet calls itself."""
    wallet.must(SUBMIT, wallet.address, 0, call_data("execute(uint256)", 0))
    wallet.must("confirm(uint256)", 0, sender=people[1])
    assert wallet.refuse("execute(uint256)", 0) == error("wallet: only owners may do this")


def test_owner_that_is_a_contract_cannot_reenter():
    with Devnet() as devnet:
        people = [account.address for account in devnet.accounts]
        forwarder = devnet.deploy(
            init_code_of((CONTRACTS / "sdk_checks" / "checks_rust.wasm").read_bytes())
        )
        wallet = deploy_wallet(devnet, [people[0], forwarder], 1, value=10)
        again = call_data(
            "forward(address,bytes)", wallet.address, call_data("execute(uint256)", 0)
        )
        wallet.must(SUBMIT, forwarder, 1, again)
        found = wallet.send("execute(uint256)", 0)
        assert found.is_success
        assert devnet.balance(wallet.address) == 9


steps = st.tuples(st.sampled_from(["confirm", "revoke", "execute"]), st.integers(0, 3))


@settings(max_examples=20)
@given(st.integers(1, 3), st.lists(steps, max_size=15))
def test_any_history_equals_a_set_of_confirmations(required, history):
    with Devnet() as devnet:
        people = [account.address for account in devnet.accounts[:4]]
        wallet = new_wallet(devnet, required=required, value=10)
        wallet.must(SUBMIT, NOBODY, 3, b"")
        confirmed, executed = {0}, False
        for name, number in history:
            allowed = number < 3 and not executed
            if name == "execute":
                allowed = allowed and len(confirmed) >= required
                executed = executed or allowed
            else:
                allowed = allowed and (number in confirmed) == (name == "revoke")
                if allowed:
                    confirmed ^= {number}
            found = wallet.send(f"{name}(uint256)", 0, sender=people[number])
            assert found.is_success == allowed
        assert transaction(wallet, 0)[3:] == (executed, len(confirmed))
        assert devnet.balance(NOBODY) == (3 if executed else 0)
