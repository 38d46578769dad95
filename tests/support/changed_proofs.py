"""Every proof that differs from another one in a single bit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evm_wasm.primitives.types import Word
from evm_wasm.state.account_proof import AccountProof, SlotProof


def flips(data: bytes) -> Iterator[bytes]:
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def changed_nodes(nodes: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    for index, node in enumerate(nodes):
        for other in flips(node):
            yield (*nodes[:index], other, *nodes[index + 1 :])


def changed_slots(slot: SlotProof) -> Iterator[SlotProof]:
    yield from (replace(slot, key=Word(key)) for key in flips(slot.key))
    yield from (replace(slot, value=Word(value)) for value in flips(slot.value))
    yield from (replace(slot, nodes=nodes) for nodes in changed_nodes(slot.nodes))


def changed_proofs(proof: AccountProof) -> Iterator[AccountProof]:
    account = proof.account
    yield from (replace(proof, address=address) for address in flips(proof.address))
    for bit in range(256):
        yield replace(proof, account=replace(account, balance=account.balance ^ 1 << bit))
    for bit in range(64):
        yield replace(proof, account=replace(account, nonce=account.nonce ^ 1 << bit))
    for field in ("storage_root", "code_hash"):
        for other in flips(getattr(account, field)):
            yield replace(proof, account=replace(account, **{field: other}))
    yield from (replace(proof, nodes=nodes) for nodes in changed_nodes(proof.nodes))
    for at, slot in enumerate(proof.slots):
        for changed in changed_slots(slot):
            yield replace(proof, slots=(*proof.slots[:at], changed, *proof.slots[at + 1 :]))
