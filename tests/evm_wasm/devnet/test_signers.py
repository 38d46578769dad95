"""Signatures of messages and typed data, as other programs make them."""

from __future__ import annotations

from typing import Any

import pytest
from devnet_scenes import STRANGER

from evm_wasm.devnet import Devnet
from evm_wasm.devnet.errors import NoSigner
from evm_wasm.devnet.typed_data import typed_data_hash
from evm_wasm.errors import InputError

PERSON = [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}]
DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
MAIL: dict[str, Any] = {
    "types": {
        "EIP712Domain": DOMAIN,
        "Person": PERSON,
        "Mail": [
            {"name": "from", "type": "Person"},
            {"name": "to", "type": "Person"},
            {"name": "contents", "type": "string"},
        ],
    },
    "primaryType": "Mail",
    "domain": {
        "name": "Ether Mail",
        "version": "1",
        "chainId": 1,
        "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
    },
    "message": {
        "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
        "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
        "contents": "Hello, Bob!",
    },
}
"""The example of EIP-712."""


def test_the_example_of_eip_712() -> None:
    wanted = "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    assert typed_data_hash(MAIL).hex() == wanted


def test_arrays_bytes_and_signed_numbers_as_anvil_signs_them(net: Devnet) -> None:
    alice, bob = (account.address for account in net.accounts[:2])
    typed = {
        "types": {
            "EIP712Domain": [DOMAIN[0], DOMAIN[2]],
            "Person": PERSON,
            "Mail": [
                {"name": "from", "type": "Person"},
                {"name": "to", "type": "Person[]"},
                {"name": "contents", "type": "string"},
                {"name": "d", "type": "bytes"},
                {"name": "n", "type": "int8"},
                {"name": "f", "type": "bytes4"},
            ],
        },
        "primaryType": "Mail",
        "domain": {"name": "Ether Mail", "chainId": 1},
        "message": {
            "from": {"name": "Cow", "wallet": f"0x{alice.hex()}"},
            "to": [{"name": "Bob", "wallet": f"0x{bob.hex()}"}],
            "contents": "Hello",
            "d": "0x1234",
            "n": -3,
            "f": "0x01020304",
        },
    }
    signature = net.signers.sign_typed_data(alice, typed)
    assert signature.hex() == (
        "c7fa044ada33947131aeb335d39259d1ee172f07c2282290608276e3334cb5b7"
        "73053208af3216ff04d79237cc9f681b1795b290a4539d843d64271832b1d6571b"
    )


def test_messages_as_anvil_signs_them(net: Devnet) -> None:
    signature = net.signers.sign_message(net.accounts[0].address, bytes.fromhex("deadbeef"))
    assert signature.hex() == (
        "a114c834af73872c6c9efe918d85b0b1b34a486d10f9011e2630e28417c828c0"
        "60dbd65cda67e73d52ebb7c555260621dbc1b0b4036acb61086bba091ac3f1641b"
    )


def test_only_accounts_with_keys_sign_messages(net: Devnet) -> None:
    net.signers.impersonate(STRANGER)
    with pytest.raises(NoSigner, match="No Signer available"):
        net.signers.sign_message(STRANGER, b"")


def changed(path: str, value: object) -> dict[str, Any]:
    """The example with another value at a path."""
    import copy

    result = copy.deepcopy(MAIL)
    *folders, last = path.split(".")
    place = result
    for folder in folders:
        place = place[folder]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return result


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("types", [], "types: a list where a JSON object"),
        ("types.EIP712Domain", None, "EIP712Domain is missing"),
        ("types.Mail", [{"name": "x"}], "types.Mail.0: a member needs a name and a type"),
        ("types.Mail", [{"name": "x", "type": "float"}], "message.x: unknown type float"),
        ("types.Mail", [{"name": "from", "type": "uint7"}], "message.from"),
        ("types.Mail", [{"name": "contents", "type": "uint8[2]"}], "message.contents"),
        ("primaryType", "Post", "primaryType: not one of the types"),
        ("domain.chainId", -1, "domain.chainId: the number does not fit"),
        ("domain.chainId", 2**256, "domain.chainId: the number does not fit"),
        ("domain.chainId", True, "domain.chainId: not a number"),
        ("domain.verifyingContract", "0x12", "domain.verifyingContract: 1 bytes"),
        ("message.contents", 5, "message.contents: not a string"),
        ("message.from", 5, "message.from: a int where a JSON object"),
        ("message", None, "message: a NoneType"),
    ],
)
def test_what_is_no_typed_data_is_refused(path: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        typed_data_hash(changed(path, value))


def test_types_that_hold_themselves_end(net: Devnet) -> None:
    types = {"EIP712Domain": [], "List": [{"name": "next", "type": "List"}]}
    deep: dict[str, Any] = {}
    for _ in range(100):
        deep = {"next": deep}
    with pytest.raises(InputError, match="nested more than 64 deep"):
        typed_data_hash({"types": types, "primaryType": "List", "domain": {}, "message": deep})
    one = {"types": types, "primaryType": "List", "domain": {}, "message": {"next": None}}
    assert len(typed_data_hash(one)) == 32
