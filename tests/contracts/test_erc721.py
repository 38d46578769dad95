"""The ERC-721 contract keeps to the standard, also with receivers that are contracts."""

from __future__ import annotations

import pytest
from abi_contract import CONTRACTS, call_data, deploy, error, padded, topic
from builders import contract, data, eei
from eth_abi import encode
from eth_utils import function_signature_to_4byte_selector, to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from evm_wasm.devnet import Devnet
from evm_wasm.project.deployer import init_code_of

PATH = CONTRACTS / "erc721" / "erc721.wasm"
ZERO = bytes(20)
TOKEN = 2**255 + 17
TRANSFER = topic("Transfer(address,address,uint256)")
APPROVAL = topic("Approval(address,address,uint256)")
APPROVAL_FOR_ALL = topic("ApprovalForAll(address,address,bool)")
RECEIVED = "onERC721Received(address,address,uint256,bytes)"

FINISH = eei("finish", "i32", "i32")
REVERT = eei("revert", "i32", "i32")
ANSWER = function_signature_to_4byte_selector(RECEIVED) + bytes(28)

TAKES = contract(
    "(call $finish (i32.const 0) (i32.const 32))", imports=FINISH, more=data(0, ANSWER)
)
TAKES_OTHERS = contract(
    "(call $finish (i32.const 0) (i32.const 32))", imports=FINISH, more=data(0, b"\x01" * 32)
)
SAYS_LITTLE = contract(
    "(call $finish (i32.const 0) (i32.const 31))", imports=FINISH, more=data(0, ANSWER)
)
EXPLAINS = contract(
    "(call $revert (i32.const 0) (i32.const 100))",
    imports=REVERT,
    more=data(0, error("not today")),
)
GOES_SILENTLY = contract("(call $revert (i32.const 0) (i32.const 0))", imports=REVERT)
TRAPS = contract("unreachable")
# Logs what it was asked, and takes the token.
REPORTS = contract(
    """
    (call $callDataCopy (i32.const 64) (i32.const 0) (call $getCallDataSize))
    (call $log (i32.const 64) (call $getCallDataSize) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $finish (i32.const 0) (i32.const 32))
    """,
    imports=FINISH
    + eei("getCallDataSize", result="i32")
    + eei("callDataCopy", "i32", "i32", "i32")
    + eei("log", "i32", "i32", "i32", "i32", "i32", "i32", "i32"),
    more=data(0, ANSWER),
)


@pytest.fixture(scope="module")
def deployed():
    with Devnet() as devnet:
        yield deploy(devnet, PATH)


@pytest.fixture
def tokens(deployed):
    snapshot = deployed.devnet.snapshot()
    yield deployed
    assert deployed.devnet.revert(snapshot)


@pytest.fixture
def people(deployed):
    return [account.address for account in deployed.devnet.accounts[:4]]


@pytest.fixture
def minted(tokens, people):
    """The contract, with one token that belongs to the second account."""
    tokens.must("mint(address,uint256)", people[1], TOKEN)
    return tokens


def owner_of(tokens, token=TOKEN):
    return tokens.ask("ownerOf(uint256)", token, returns="address")


def shown(address):
    return to_checksum_address(address).lower()


def topics(found):
    return [log.topics for log in found.receipt.logs]


def test_collection_describes_itself(tokens, people):
    assert tokens.ask("name()", returns="string") == "Sample Collection"
    assert tokens.ask("symbol()", returns="string") == "UNIQUE"
    assert tokens.ask("minter()", returns="address") == shown(people[0])


@pytest.mark.parametrize(
    ("interface", "supported"),
    [("01ffc9a7", True), ("80ac58cd", True), ("ffffffff", False), ("5b5e139f", False)],
)
def test_interfaces(tokens, interface, supported):
    answer = tokens.ask("supportsInterface(bytes4)", bytes.fromhex(interface), returns="bool")
    assert answer == supported


def test_interface_with_bytes_behind_it_is_malformed(tokens):
    question = call_data("supportsInterface(bytes4)", bytes.fromhex("80ac58cd"))
    assert tokens.refusal_of_data(question[:-1] + b"\x01") == b""


def test_mint(tokens, people):
    found = tokens.must("mint(address,uint256)", people[1], TOKEN)
    assert topics(found) == [(TRANSFER, padded(0), padded(people[1]), padded(TOKEN))]
    assert found.receipt.logs[0].data == b""
    assert owner_of(tokens) == shown(people[1])
    assert tokens.ask("balanceOf(address)", people[1]) == 1
    assert tokens.ask("getApproved(uint256)", TOKEN, returns="address") == shown(ZERO)


def test_who_may_mint_what(minted, people):
    mint = "mint(address,uint256)"
    only = error("ERC721: only the minter may mint")
    assert minted.refuse(mint, people[1], 1, sender=people[1]) == only
    assert minted.refuse(mint, people[2], TOKEN) == error("ERC721: token exists")
    assert minted.refuse(mint, ZERO, 1) == error("ERC721: mint to the zero address")


def test_tokens_that_are_not_there(tokens, people):
    missing = error("ERC721: no such token")
    assert tokens.refuse("ownerOf(uint256)", 5) == missing
    assert tokens.refuse("getApproved(uint256)", 5) == missing
    assert tokens.refuse("approve(address,uint256)", people[1], 5) == missing
    assert (
        tokens.refuse("transferFrom(address,address,uint256)", people[0], people[1], 5) == missing
    )
    nobody = error("ERC721: nobody owns tokens of the zero address")
    assert tokens.refuse("balanceOf(address)", ZERO) == nobody


def test_owner_transfers(minted, people):
    found = minted.must(
        "transferFrom(address,address,uint256)", people[1], people[2], TOKEN, sender=people[1]
    )
    assert topics(found) == [(TRANSFER, padded(people[1]), padded(people[2]), padded(TOKEN))]
    assert owner_of(minted) == shown(people[2])
    assert [minted.ask("balanceOf(address)", person) for person in people] == [0, 0, 1, 0]


def test_owner_transfers_to_itself(minted, people):
    minted.must(
        "transferFrom(address,address,uint256)", people[1], people[1], TOKEN, sender=people[1]
    )
    assert owner_of(minted) == shown(people[1])
    assert minted.ask("balanceOf(address)", people[1]) == 1


def test_approved_account_transfers_once(minted, people):
    approve, move = "approve(address,uint256)", "transferFrom(address,address,uint256)"
    found = minted.must(approve, people[2], TOKEN, sender=people[1])
    assert topics(found) == [(APPROVAL, padded(people[1]), padded(people[2]), padded(TOKEN))]
    assert minted.ask("getApproved(uint256)", TOKEN, returns="address") == shown(people[2])
    minted.must(move, people[1], people[3], TOKEN, sender=people[2])
    assert minted.ask("getApproved(uint256)", TOKEN, returns="address") == shown(ZERO)
    refused = minted.refuse(move, people[3], people[2], TOKEN, sender=people[2])
    assert refused == error("ERC721: caller is not approved")


def test_approved_account_cannot_approve(minted, people):
    minted.must("approve(address,uint256)", people[2], TOKEN, sender=people[1])
    refused = minted.refuse("approve(address,uint256)", people[3], TOKEN, sender=people[2])
    assert refused == error("ERC721: not the owner's to approve")


def test_operator_moves_and_approves_until_it_is_one_no_more(minted, people):
    set_approval = "setApprovalForAll(address,bool)"
    found = minted.must(set_approval, people[3], True, sender=people[1])
    assert topics(found) == [(APPROVAL_FOR_ALL, padded(people[1]), padded(people[3]))]
    assert found.receipt.logs[0].data == padded(1)
    ask = "isApprovedForAll(address,address)"
    assert minted.ask(ask, people[1], people[3], returns="bool") is True
    minted.must("approve(address,uint256)", people[2], TOKEN, sender=people[3])
    move = "transferFrom(address,address,uint256)"
    minted.must(move, people[1], people[1], TOKEN, sender=people[3])
    minted.must(set_approval, people[3], False, sender=people[1])
    assert minted.ask(ask, people[1], people[3], returns="bool") is False
    refused = minted.refuse(move, people[1], people[3], TOKEN, sender=people[3])
    assert refused == error("ERC721: caller is not approved")
    refused = minted.refuse(set_approval, ZERO, True)
    assert refused == error("ERC721: the zero address cannot operate")


def test_transfers_that_are_refused(minted, people):
    move = "transferFrom(address,address,uint256)"
    wrong_owner = error("ERC721: transfer from somebody else")
    assert minted.refuse(move, people[0], people[2], TOKEN, sender=people[1]) == wrong_owner
    to_zero = error("ERC721: transfer to the zero address")
    assert minted.refuse(move, people[1], ZERO, TOKEN, sender=people[1]) == to_zero
    stranger = error("ERC721: caller is not approved")
    assert minted.refuse(move, people[1], people[2], TOKEN, sender=people[2]) == stranger
    assert minted.refusal_of_data(call_data(move, people[1], people[2], TOKEN), value=1) == b""


SAFE = "safeTransferFrom(address,address,uint256)"
SAFE_WITH_DATA = "safeTransferFrom(address,address,uint256,bytes)"
REFUSED = error("ERC721: receiver does not take tokens")


def test_safe_transfer_to_an_account_without_code(minted, people):
    minted.must(SAFE, people[1], people[2], TOKEN, sender=people[1])
    assert owner_of(minted) == shown(people[2])


def test_safe_transfer_asks_the_receiver(minted, people):
    receiver = minted.devnet.deploy(init_code_of(REPORTS))
    content = b"for the receiver, more than a word"
    found = minted.must(SAFE_WITH_DATA, people[1], receiver, TOKEN, content, sender=people[1])
    moved, asked = found.receipt.logs
    assert moved.topics == (TRANSFER, padded(people[1]), padded(receiver), padded(TOKEN))
    assert asked.address == receiver
    assert asked.data == call_data(RECEIVED, people[1], people[1], TOKEN, content)
    assert owner_of(minted) == shown(receiver)


def test_safe_transfer_without_data_hands_over_none(minted, people):
    receiver = minted.devnet.deploy(init_code_of(REPORTS))
    minted.must("approve(address,uint256)", people[2], TOKEN, sender=people[1])
    found = minted.must(SAFE, people[1], receiver, TOKEN, sender=people[2])
    assert found.receipt.logs[1].data == call_data(RECEIVED, people[2], people[1], TOKEN, b"")


def test_receiver_that_takes_tokens(minted, people):
    receiver = minted.devnet.deploy(init_code_of(TAKES))
    minted.must(SAFE, people[1], receiver, TOKEN, sender=people[1])
    assert owner_of(minted) == shown(receiver)


@pytest.mark.parametrize(
    ("receiver", "reason"),
    [
        (TAKES_OTHERS, REFUSED),
        (SAYS_LITTLE, REFUSED),
        (EXPLAINS, error("not today")),
        (GOES_SILENTLY, REFUSED),
        (TRAPS, REFUSED),
    ],
    ids=["other answer", "short answer", "revert with reason", "silent revert", "trap"],
)
def test_receiver_that_does_not_take_tokens(minted, people, receiver, reason):
    address = minted.devnet.deploy(init_code_of(receiver))
    assert minted.refuse(SAFE, people[1], address, TOKEN, sender=people[1]) == reason
    assert owner_of(minted) == shown(people[1])
    minted.must(
        "transferFrom(address,address,uint256)", people[1], address, TOKEN, sender=people[1]
    )


moves = st.tuples(*[st.integers(0, 2)] * 3, st.integers(0, 3))


@settings(max_examples=10)
@given(st.lists(moves, max_size=12))
def test_balances_are_the_numbers_of_owned_tokens(history):
    with Devnet() as devnet:
        people = [account.address for account in devnet.accounts[:3]]
        tokens = deploy(devnet, PATH)
        owners = {}
        for token in range(3):
            tokens.must("mint(address,uint256)", people[token], token)
            owners[token] = token
        for sender, giver, taker, token in history:
            found = tokens.send(
                "transferFrom(address,address,uint256)",
                people[giver],
                people[taker],
                token,
                sender=people[sender],
            )
            allowed = owners.get(token) == giver == sender
            assert found.is_success == allowed
            if allowed:
                owners[token] = taker
        for number, person in enumerate(people):
            owned = [*owners.values()].count(number)
            assert tokens.ask("balanceOf(address)", person) == owned
        for token, owner in owners.items():
            assert owner_of(tokens, token) == shown(people[owner])


def test_arguments_that_are_cut_short(tokens):
    for signature in ("ownerOf(uint256)", "balanceOf(address)"):
        selector = function_signature_to_4byte_selector(signature)
        assert tokens.refusal_of_data(selector + encode(["uint256"], [1])[:-1]) == b""
