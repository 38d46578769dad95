"""The pool against a slow twin: what is ready, what is not, and in which order."""

from __future__ import annotations

from devnet_scenes import GWEI
from hypothesis import given
from hypothesis import strategies as st

from evm_wasm.chain.signing import impersonate, recovered
from evm_wasm.devnet.config import Bounds, Order
from evm_wasm.devnet.errors import PoolRefused
from evm_wasm.devnet.mempool import Mempool
from evm_wasm.model.transaction import RecoveredTransaction, TransactionType, UnsignedTransaction
from evm_wasm.primitives.types import Address

SENDERS = tuple(Address(bytes((number,)) * 20) for number in (1, 2, 3))


def transaction(sender: Address, nonce: int, tip: int) -> RecoveredTransaction:
    unsigned = UnsignedTransaction(
        type=TransactionType.DYNAMIC_FEE,
        chain_id=1,
        nonce=nonce,
        max_fee_per_gas=10 * GWEI + tip,
        max_priority_fee_per_gas=tip,
        gas_limit=21_000,
        to=sender,
        value=0,
        data=b"",
    )
    return recovered(impersonate(unsigned, sender), sender)


class Model:
    """Accounts' nonces and what waits, as plain as can be."""

    def __init__(self) -> None:
        self.nonces = dict.fromkeys(SENDERS, 0)
        self.waiting: dict[tuple[Address, int], RecoveredTransaction] = {}

    def next_nonce(self, sender: Address) -> int:
        nonce = self.nonces[sender]
        while (sender, nonce) in self.waiting:
            nonce += 1
        return nonce


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "drop", "use", "go back", "restore", "drop sender"]),
        st.sampled_from(SENDERS),
        st.integers(0, 6),
        st.integers(0, 5 * GWEI),
    ),
    max_size=40,
)


@given(steps=STEPS)
def test_nothing_is_lost_and_nothing_is_ready_too_early(
    steps: list[tuple[str, Address, int, int]],
) -> None:
    model = Model()
    pool = Mempool(Bounds(), lambda sender: model.nonces[sender])
    for name, sender, nonce, tip in steps:
        _step(pool, model, name, sender, nonce, tip)
        for each in SENDERS:
            assert pool.next_nonce(each) == model.next_nonce(each)
        assert {entry.transaction for entry in pool.entries()} == set(model.waiting.values())
        ready = {
            sent
            for (owner, number), sent in model.waiting.items()
            if model.nonces[owner] <= number < model.next_nonce(owner)
        }
        assert {sent for sents in pool.pending().values() for sent in sents} == ready
        assert pool.status().pending == len(ready)
        assert _taken(pool, Order.FEES) == _taken(pool, Order.FIFO) == ready


def _step(pool: Mempool, model: Model, name: str, sender: Address, nonce: int, tip: int) -> None:
    if name == "add":
        # What is used is refused at the pool's door.
        nonce += model.nonces[sender]
        sent = transaction(sender, nonce, tip)
        try:
            pool.add(sent)
        except PoolRefused:
            assert (sender, nonce) in model.waiting
            return
        model.waiting[sender, nonce] = sent
    elif name == "drop":
        known = model.waiting.pop((sender, nonce), None)
        if known is not None:
            assert pool.drop(known.hash)
    elif name == "drop sender":
        gone = [key for key in model.waiting if key[0] == sender]
        assert pool.drop_sender(sender) == len(gone)
        for key in gone:
            del model.waiting[key]
    elif name == "restore":
        pool.restore(pool.entries())
    else:
        # As blocks do, and taking them back.
        model.nonces[sender] = nonce if name == "go back" else max(nonce, model.nonces[sender])
        pool.drop_used([sender])
        for key in [
            key for key in model.waiting if key[0] == sender and key[1] < model.nonces[sender]
        ]:
            del model.waiting[key]


def _taken(pool: Mempool, order: Order) -> set[RecoveredTransaction]:
    """What a block of any size takes, checked for the order of nonces."""
    candidates = pool.candidates(GWEI, order)
    taken: list[RecoveredTransaction] = []
    for sent in candidates:
        before = [each.unsigned.nonce for each in taken if each.sender == sent.sender]
        assert before == sorted(before)
        assert not before or before[-1] + 1 == sent.unsigned.nonce
        taken.append(sent)
        candidates.accept(sent)
    return set(taken)
