from __future__ import annotations

import json
from dataclasses import replace

import pytest
from changed_proofs import changed_proofs
from sample_state import CONSENSUS, address, grow, twins, word

from evm_wasm.errors import InputError, ProofError
from evm_wasm.model.account import EMPTY_ACCOUNT
from evm_wasm.state.account_proof import (
    AccountProof,
    proof_from_json,
    proof_to_json,
    prove_account,
    verify_account,
)
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.world import WorldState
from evm_wasm.store.memory import MemoryStore

TWINS = twins(8)
KEYS = [word(number) for number in range(22)]


def test_proofs_of_a_store_and_of_memory_are_the_same_and_right():
    database = StateDatabase(MemoryStore(), consensus=CONSENSUS)
    grow(database, 8)
    for number in (0, 1, 5, 8):
        stored, twin = database.world_at(number), TWINS[number]
        for account in range(42):
            proof = prove_account(stored, address(account), KEYS)
            assert proof == prove_account(twin, address(account), KEYS)
            verify_account(twin.root, proof)
            text = json.dumps(proof_to_json(proof))
            assert proof_from_json(json.loads(text), what="proof") == proof
            assert proof.account == twin.account(address(account))
            assert [slot.value for slot in proof.slots] == [
                twin.storage(address(account), key) for key in KEYS
            ]


def rich_account() -> int:
    """The account of the last block with the most slots."""
    return max(range(40), key=lambda number: len(list(TWINS[-1].slots(address(number)))))


def sample() -> AccountProof:
    return prove_account(TWINS[-1], address(rich_account()), KEYS[:4])


@pytest.mark.parametrize("account", [rich_account(), 999])
def test_every_changed_bit_is_refused(account: int):
    world = TWINS[-1]
    proof = prove_account(world, address(account), KEYS[:4])
    verify_account(world.root, proof)
    assert (proof.account == EMPTY_ACCOUNT) == (account == 999)
    refused = 0
    for changed in changed_proofs(proof):
        try:
            verify_account(world.root, changed)
        except ProofError:
            refused += 1
        else:
            # Another address or key without anything may have the same proof: it is right then.
            keys = [slot.key for slot in changed.slots]
            assert changed == prove_account(world, changed.address, keys)
    assert refused > 8 * sum(map(len, proof.nodes))


def test_an_absent_account_has_nothing():
    root = TWINS[-1].root
    proof = prove_account(TWINS[-1], address(999), KEYS[:1])
    assert proof.account == EMPTY_ACCOUNT
    verify_account(root, proof)
    with pytest.raises(ProofError, match="other fields"):
        verify_account(root, replace(proof, account=replace(EMPTY_ACCOUNT, balance=1)))
    with pytest.raises(ProofError):
        verify_account(root, replace(proof, address=address(rich_account())))
    verify_account(WorldState.EMPTY.root, prove_account(WorldState.EMPTY, address(1), KEYS))


@pytest.mark.parametrize(
    "name", ["address", "accountProof", "balance", "codeHash", "nonce", "storageHash"]
)
@pytest.mark.parametrize("value", [None, 1, [], {}, "", "0x0g"])
def test_members_that_are_not_what_they_should_be(name: str, value: object):
    members = {**proof_to_json(sample()), name: value}
    if name == "accountProof" and value == []:
        assert proof_from_json(members, what="proof").nodes == ()
        return
    with pytest.raises(InputError, match="proof: "):
        proof_from_json(members, what="proof")


def test_proofs_of_slots_that_are_not_what_they_should_be():
    for slots in (None, {}, [1], [{}], [{"key": "0x0", "value": "0x0", "proof": ["0x0"]}]):
        with pytest.raises(InputError, match="storageProof"):
            proof_from_json({**proof_to_json(sample()), "storageProof": slots}, what="proof")
