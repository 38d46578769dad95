"""The commit-reveal auction: secret bids, the highest wins, everybody else gets all back."""

from __future__ import annotations

import pytest
from abi_contract import CONTRACTS, call_data, deploy, error, padded, topic
from builders import contract
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.devnet import Devnet
from evm_wasm.devnet.errors import ExecutionReverted
from evm_wasm.project.deployer import init_code_of

PATH = CONTRACTS / "auction" / "auction.wasm"
TYPES = "address,uint64,uint64"
COMMIT, REVEAL = "commit(bytes32)", "reveal(uint256,bytes32)"
PHASE = 1_000
SALT = b"\x05" * 32
BENEFICIARY = b"\x77" * 20
ZERO = "0x" + "00" * 20


@pytest.fixture(scope="module")
def deployed():
    with Devnet() as devnet:
        yield deploy(devnet, PATH, TYPES, devnet.accounts[9].address, PHASE, PHASE)


@pytest.fixture
def auction(deployed):
    snapshot = deployed.devnet.snapshot()
    yield deployed
    assert deployed.devnet.revert(snapshot)


@pytest.fixture
def people(deployed):
    return [account.address for account in deployed.devnet.accounts[:4]]


def hidden(bidder, amount, salt=SALT):
    return keccak(encode(["address", "uint256", "bytes32"], [bidder, amount, salt]))


def bid(auction, bidder, amount, deposit, salt=SALT):
    return auction.must(COMMIT, hidden(bidder, amount, salt), sender=bidder, value=deposit)


def show(auction, bidder, amount, salt=SALT):
    return auction.must(REVEAL, amount, salt, sender=bidder)


def next_phase(auction):
    auction.devnet.time.increase(PHASE)


def owed(auction, *who):
    return [auction.ask("withdrawalOf(address)", person) for person in who]


def leader(auction):
    return (
        auction.ask("highestBidder()", returns="address"),
        auction.ask("highestBid()"),
    )


def only_log(found):
    (log,) = found.receipt.logs
    return log.topics, log.data


def test_auction_describes_itself(auction):
    beneficiary = auction.devnet.accounts[9].address
    assert auction.ask("beneficiary()", returns="address") == "0x" + beneficiary.hex()
    assert auction.ask("revealEnd()") - auction.ask("commitEnd()") == PHASE
    assert leader(auction) == (ZERO, 0)
    assert auction.ask("settled()", returns="bool") is False


@pytest.mark.parametrize("phases", [(0, 1), (1, 0), (0, 0)])
def test_phases_of_no_time_are_refused(auction, phases):
    with pytest.raises(ExecutionReverted, match="both phases must last a second or more"):
        deploy(auction.devnet, PATH, TYPES, BENEFICIARY, *phases)


@given(
    st.binary(min_size=20, max_size=20),
    st.integers(0, 2**256 - 1),
    st.binary(min_size=32, max_size=32),
)
def test_commitment_is_a_standard_hash(deployed, bidder, amount, salt):
    answer = deployed.ask(
        "commitmentOf(address,uint256,bytes32)", bidder, amount, salt, returns="bytes32"
    )
    assert answer == hidden(bidder, amount, salt)


def test_commitment_takes_a_deposit(auction, people):
    found = bid(auction, people[0], 10, 25)
    assert only_log(found) == (
        (topic("Committed(address,uint256)"), padded(people[0])),
        padded(25),
    )
    assert auction.ask("depositOf(address)", people[0]) == 25
    assert auction.devnet.balance(auction.address) == 25


def test_highest_bid_wins_and_the_others_get_all_back(auction, people):
    one, two, three, four = people
    bid(auction, one, 100, 150)
    bid(auction, two, 300, 300)
    bid(auction, three, 200, 1_000)
    next_phase(auction)
    found = show(auction, one, 100)
    assert only_log(found) == (
        (topic("Revealed(address,uint256,bool)"), padded(one)),
        padded(100) + padded(1),
    )
    assert leader(auction) == ("0x" + one.hex(), 100)
    assert owed(auction, one) == [50]
    show(auction, two, 300)
    assert owed(auction, one, two) == [150, 0]
    found = show(auction, three, 200)
    assert found.receipt.logs[0].data == padded(200) + padded(0)
    assert leader(auction) == ("0x" + two.hex(), 300)
    assert owed(auction, one, two, three) == [150, 0, 1_000]
    next_phase(auction)
    found = auction.must("settle()", sender=four)
    assert only_log(found) == ((topic("Settled(address,uint256)"), padded(two)), padded(300))
    beneficiary = auction.devnet.accounts[9].address
    assert owed(auction, beneficiary) == [300]
    before = auction.devnet.balance(three)
    found = auction.must("withdraw()", sender=three)
    assert only_log(found) == ((topic("Withdrawn(address,uint256)"), padded(three)), padded(1_000))
    paid = found.receipt.gas_used * found.receipt.effective_gas_price
    assert auction.devnet.balance(three) == before + 1_000 - paid
    auction.must("withdraw()", sender=one)
    auction.must("withdraw()", sender=beneficiary)
    assert auction.devnet.balance(auction.address) == 0


def test_earlier_of_two_equal_bids_leads(auction, people):
    bid(auction, people[0], 7, 7)
    bid(auction, people[1], 7, 7)
    next_phase(auction)
    show(auction, people[1], 7)
    show(auction, people[0], 7)
    assert leader(auction) == ("0x" + people[1].hex(), 7)
    assert owed(auction, people[0]) == [7]


def test_bid_above_its_deposit_does_not_count(auction, people):
    bid(auction, people[0], 2**255, 9)
    next_phase(auction)
    show(auction, people[0], 2**255)
    assert leader(auction) == (ZERO, 0)
    assert owed(auction, people[0]) == [9]


def test_deposits_that_are_not_revealed_are_lost(auction, people):
    bid(auction, people[0], 5, 5)
    bid(auction, people[1], 90, 100)
    next_phase(auction)
    show(auction, people[0], 5)
    next_phase(auction)
    assert auction.refuse(REVEAL, 90, SALT, sender=people[1]) == error(
        "auction: bids are no longer revealed"
    )
    auction.must("settle()")
    assert owed(auction, auction.devnet.accounts[9].address, people[1]) == [105, 0]


@pytest.mark.parametrize(
    ("amount", "salt", "sender"), [(6, SALT, 0), (5, b"\x06" * 32, 0), (5, SALT, 1)]
)
def test_only_what_was_committed_can_be_revealed(auction, people, amount, salt, sender):
    bid(auction, people[0], 5, 5)
    bid(auction, people[1], 8, 8)
    next_phase(auction)
    refused = auction.refuse(REVEAL, amount, salt, sender=people[sender])
    assert refused == error("auction: this is not what was committed")


def test_bid_is_revealed_once(auction, people):
    bid(auction, people[0], 5, 5)
    next_phase(auction)
    show(auction, people[0], 5)
    refused = auction.refuse(REVEAL, 5, SALT, sender=people[0])
    assert refused == error("auction: this is not what was committed")


def test_each_phase_refuses_what_belongs_to_others(auction, people):
    bid(auction, people[0], 5, 5)
    assert auction.refuse(COMMIT, SALT, sender=people[0]) == error("auction: already committed")
    assert auction.refuse(COMMIT, bytes(32)) != error("auction: already committed")
    assert auction.refuse(COMMIT, bytes(32), sender=people[1]) == error(
        "auction: the commitment is zero"
    )
    assert auction.refuse(REVEAL, 5, SALT) == error("auction: bids are still secret")
    assert auction.refuse("settle()") == error("auction: bids are still revealed")
    next_phase(auction)
    late = error("auction: commitments are no longer taken")
    assert auction.refuse(COMMIT, SALT, sender=people[1]) == late
    assert auction.refuse("settle()") == error("auction: bids are still revealed")
    next_phase(auction)
    auction.must("settle()")
    assert auction.refuse("settle()") == error("auction: already settled")


def test_phases_change_at_the_second(auction, people):
    commit_end, reveal_end = auction.ask("commitEnd()"), auction.ask("revealEnd()")
    time = auction.devnet.time
    time.set_next(commit_end - 1)
    bid(auction, people[0], 5, 5)
    time.set_next(commit_end)
    show(auction, people[0], 5)
    time.set_next(reveal_end - 1)
    auction.refuse("settle()")
    time.set_next(reveal_end)
    auction.must("settle()")


def test_nothing_to_withdraw(auction, people):
    nothing = error("auction: nothing to withdraw")
    assert auction.refuse("withdraw()", sender=people[2]) == nothing
    bid(auction, people[0], 1, 3)
    next_phase(auction)
    show(auction, people[0], 1)
    auction.must("withdraw()", sender=people[0])
    assert auction.refuse("withdraw()", sender=people[0]) == nothing


def test_ether_comes_with_commitments_only(auction):
    for signature in ("settle()", "withdraw()"):
        assert auction.refusal_of_data(call_data(signature), value=1) == b""
    assert auction.refusal_of_data(b"", value=1) == b""


def test_receiver_that_takes_no_ether_keeps_its_claim(auction):
    devnet = auction.devnet
    stubborn = devnet.deploy(init_code_of(contract("unreachable")))
    other = deploy(devnet, PATH, TYPES, stubborn, 10, 10)
    bid(other, devnet.accounts[0].address, 4, 4)
    devnet.time.increase(30)
    other.must("settle()")
    devnet.signers.impersonate(stubborn)
    devnet.edit.set_balance(stubborn, 10**18)
    refused = other.refuse("withdraw()", sender=stubborn)
    assert refused == error("auction: the receiver does not take ether")
    assert owed(other, stubborn) == [4]


bids = st.tuples(st.integers(0, 20), st.integers(0, 20), st.booleans())


@settings(max_examples=15)
@given(st.lists(bids, max_size=4))
def test_no_wei_is_made_or_lost(offers):
    with Devnet() as devnet:
        people = [account.address for account in devnet.accounts[: len(offers)]]
        auction = deploy(devnet, PATH, TYPES, BENEFICIARY, PHASE, PHASE)
        for person, (amount, deposit, _) in zip(people, offers, strict=True):
            bid(auction, person, amount, deposit)
        next_phase(auction)
        best, winner, lost = 0, None, 0
        for person, (amount, deposit, shows) in zip(people, offers, strict=True):
            if not shows:
                lost += deposit
                continue
            show(auction, person, amount)
            if best < amount <= deposit:
                best, winner = amount, person
        next_phase(auction)
        auction.must("settle()", sender=devnet.accounts[9].address)
        expected = [
            (deposit - best if person == winner else deposit) if shows else 0
            for person, (_, deposit, shows) in zip(people, offers, strict=True)
        ]
        assert owed(auction, *people) == expected
        assert owed(auction, BENEFICIARY) == [best + lost]
        assert devnet.balance(auction.address) == sum(deposit for _, deposit, _ in offers)
        for person, amount in zip(people, expected, strict=True):
            assert auction.send("withdraw()", sender=person).is_success == (amount > 0)
        assert devnet.balance(auction.address) == best + lost
