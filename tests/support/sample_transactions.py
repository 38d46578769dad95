"""Transactions of all types, at random."""

from __future__ import annotations

from hypothesis import strategies as st

from evm_wasm.model.transaction import AccessEntry, TransactionType, UnsignedTransaction
from evm_wasm.primitives.types import Address, Word

ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
WORDS = st.binary(min_size=32, max_size=32).map(Word)
SMALL = st.integers(0, 300)


def numbers(bits: int) -> st.SearchStrategy[int]:
    return SMALL | st.integers(0, 2**bits - 1)


ACCESS_LISTS = st.lists(
    st.builds(AccessEntry, ADDRESSES, st.lists(WORDS, max_size=3).map(tuple)), max_size=3
).map(tuple)


@st.composite
def unsigned_transactions(draw: st.DrawFn) -> UnsignedTransaction:
    kind = draw(st.sampled_from(TransactionType))
    is_legacy = kind is TransactionType.LEGACY
    price = draw(numbers(256))
    return UnsignedTransaction(
        type=kind,
        chain_id=draw(st.none() | numbers(64)) if is_legacy else draw(numbers(64)),
        nonce=draw(numbers(64)),
        max_fee_per_gas=price,
        max_priority_fee_per_gas=(
            draw(numbers(256)) if kind is TransactionType.DYNAMIC_FEE else price
        ),
        gas_limit=draw(numbers(64)),
        to=draw(st.none() | ADDRESSES),
        value=draw(numbers(256)),
        data=draw(st.binary(max_size=80)),
        access_list=() if is_legacy else draw(ACCESS_LISTS),
    )


KEYS = st.integers(1, 2**255).map(lambda number: number.to_bytes(32, "big"))
