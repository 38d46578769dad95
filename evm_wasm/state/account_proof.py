"""Proofs of an account and of slots of its storage, as `eth_getProof` gives them (EIP-1186)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evm_wasm.errors import ProofError
from evm_wasm.model.account import EMPTY_ACCOUNT, Account
from evm_wasm.primitives.hexadecimal import (
    format_bytes,
    format_quantity,
    parse_address,
    parse_bytes,
    parse_hash,
    parse_quantity,
    parse_word,
)
from evm_wasm.primitives.json_text import as_list, as_object
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_WORD, Address, Hash32, Word
from evm_wasm.state.account_rlp import encode_account, encode_slot
from evm_wasm.state.reader import World
from evm_wasm.trie.proof import verify


@dataclass(frozen=True, slots=True)
class SlotProof:
    """What a slot holds, zero where nothing was stored, and the nodes that show it."""

    key: Word
    value: Word
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AccountProof:
    """What an account holds, and the nodes that show it.

    Attributes:
        address: Of the account.
        account: `EMPTY_ACCOUNT` where there is none.
        nodes: Of the account trie.
        slots: Proofs against the account's storage root.
    """

    address: Address
    account: Account
    nodes: tuple[bytes, ...]
    slots: tuple[SlotProof, ...]


def prove_account(world: World, address: Address, keys: Iterable[Word] = ()) -> AccountProof:
    """The proof of what a state holds of an account and of some of its slots."""
    slots = tuple(
        SlotProof(key, world.storage(address, key), world.storage_proof(address, key))
        for key in keys
    )
    return AccountProof(address, world.account(address), world.account_proof(address), slots)


def verify_account(root: Hash32, proof: AccountProof) -> None:
    """Checks everything that a proof says, with nothing but the state root.

    Raises:
        ProofError: It does not show what it says.
    """
    held = verify(root, keccak256(proof.address), proof.nodes)
    is_right = (
        proof.account == EMPTY_ACCOUNT if held is None else held == encode_account(proof.account)
    )
    if not is_right:
        raise ProofError("the proof is of other fields of the account than it says")
    for slot in proof.slots:
        held = verify(proof.account.storage_root, keccak256(slot.key), slot.nodes)
        if held != (None if slot.value == ZERO_WORD else encode_slot(slot.value)):
            raise ProofError(f"the proof of slot 0x{slot.key.hex()} is of another value")


def proof_to_json(proof: AccountProof) -> dict[str, object]:
    """The members that `eth_getProof` has."""
    account = proof.account
    return {
        "address": format_bytes(proof.address),
        "accountProof": [format_bytes(node) for node in proof.nodes],
        "balance": format_quantity(account.balance),
        "codeHash": format_bytes(account.code_hash),
        "nonce": format_quantity(account.nonce),
        "storageHash": format_bytes(account.storage_root),
        "storageProof": [
            {
                "key": format_bytes(slot.key),
                "value": format_quantity(int.from_bytes(slot.value, "big")),
                "proof": [format_bytes(node) for node in slot.nodes],
            }
            for slot in proof.slots
        ],
    }


def proof_from_json(value: object, *, what: str) -> AccountProof:
    """Inverse of `proof_to_json`; further members are ignored.

    Raises:
        InputError: A member is missing or is not what it should be.
    """
    members = as_object(value, what=what)
    account = Account(
        nonce=parse_quantity(members.get("nonce"), what=f"{what}: nonce", bits=64),
        balance=parse_quantity(members.get("balance"), what=f"{what}: balance"),
        storage_root=parse_hash(members.get("storageHash"), what=f"{what}: storageHash"),
        code_hash=parse_hash(members.get("codeHash"), what=f"{what}: codeHash"),
    )
    slots = as_list(members.get("storageProof"), what=f"{what}: storageProof")
    return AccountProof(
        address=parse_address(members.get("address"), what=f"{what}: address"),
        account=account,
        nodes=_nodes(members, "accountProof", what),
        slots=tuple(
            _slot_from_json(slot, what=f"{what}: storageProof.{index}")
            for index, slot in enumerate(slots)
        ),
    )


def _slot_from_json(value: object, *, what: str) -> SlotProof:
    members = as_object(value, what=what)
    return SlotProof(
        key=parse_word(members.get("key"), what=f"{what}: key"),
        value=parse_word(members.get("value"), what=f"{what}: value"),
        nodes=_nodes(members, "proof", what),
    )


def _nodes(members: Mapping[str, object], name: str, what: str) -> tuple[bytes, ...]:
    path = f"{what}: {name}"
    nodes = as_list(members.get(name), what=path)
    return tuple(parse_bytes(node, what=f"{path}.{index}") for index, node in enumerate(nodes))
