"""Hashes, roots and blooms, recomputed by other people's libraries from what a chain says."""

from __future__ import annotations

import pytest
import rlp
from eth_account import Account
from eth_bloom import BloomFilter
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st
from sample_chain import sample
from sample_transactions import KEYS, WORDS, unsigned_transactions
from trie import HexaryTrie

from evm_wasm.chain.bloom import EMPTY, logs_bloom, may_hold, union
from evm_wasm.chain.chain import Chain
from evm_wasm.chain.header_rlp import decode_header, encode_header, join_block
from evm_wasm.chain.roots import list_root
from evm_wasm.chain.signing import recovered, sign_transaction
from evm_wasm.errors import InputError
from evm_wasm.model.block import Header
from evm_wasm.model.message import Log, Status
from evm_wasm.model.receipt import BlockReceipt
from evm_wasm.model.transaction import TransactionType, UnsignedTransaction
from evm_wasm.primitives.secp256k1 import HALF_ORDER
from evm_wasm.primitives.types import Address


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Chain:
    return sample("memory", tmp_path_factory.mktemp("chain"))


def number_bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def root_of(items: list[bytes]) -> bytes:
    trie = HexaryTrie({})
    for index, item in enumerate(items):
        trie[rlp.encode(number_bytes(index))] = item
    return trie.root_hash


def header_fields(header: Header) -> list[bytes]:
    fields = [getattr(header, name) for name in Header.__slots__]
    return [number_bytes(field) if isinstance(field, int) else field for field in fields]


def receipt_bytes(receipt: BlockReceipt) -> bytes:
    logs = [[log.address, list(log.topics), log.data] for log in receipt.logs]
    status = b"\1" if receipt.status is Status.SUCCESS else b""
    bloom = BloomFilter()
    for log in receipt.logs:
        bloom.extend([log.address, *log.topics])
    fields = [status, number_bytes(receipt.cumulative_gas_used), number_to_256(bloom), logs]
    prefix = b"" if receipt.type is TransactionType.LEGACY else bytes([receipt.type])
    return prefix + rlp.encode(fields)


def number_to_256(bloom: BloomFilter) -> bytes:
    return int(bloom).to_bytes(256, "big")


def test_every_block_has_the_hash_and_roots_that_others_find(chain: Chain):
    for number in range(chain.head + 1):
        block, receipts = chain.block(number), chain.receipts(number)
        assert keccak(rlp.encode(header_fields(block.header))) == block.hash
        raws = [transaction.raw for transaction in block.transactions]
        assert root_of(raws) == block.header.transactions_root
        assert root_of(list(map(receipt_bytes, receipts))) == block.header.receipts_root
        assert keccak(rlp.encode([])) == block.header.ommers_hash
        bloom = BloomFilter()
        for receipt in receipts:
            for log in receipt.logs:
                bloom.extend([log.address, *log.topics])
        assert number_to_256(bloom) == block.header.logs_bloom == chain.logs_bloom(number)
    assert any(chain.block(number).header.logs_bloom != EMPTY for number in range(8))


def test_the_size_is_that_of_the_block_in_bytes(chain: Chain):
    for number in range(chain.head + 1):
        block = chain.block(number)
        items = [
            rlp.decode(transaction.raw) if transaction.raw[0] >= 0xC0 else transaction.raw
            for transaction in block.transactions
        ]
        encoded = rlp.encode([header_fields(block.header), items, []])
        assert block.size == len(encoded)
        raws = [transaction.raw for transaction in block.transactions]
        assert join_block(encode_header(block.header), raws) == encoded


def test_every_transaction_is_read_the_same_by_eth_account(chain: Chain):
    for number in range(chain.head + 1):
        for transaction in chain.block(number).transactions:
            assert keccak(transaction.raw) == transaction.hash
            if not transaction.is_impersonated:
                sender = Account.recover_transaction(transaction.raw)
                assert bytes.fromhex(sender[2:]) == transaction.sender


@given(unsigned_transactions(), KEYS)
def test_eth_account_signs_the_same(unsigned: UnsignedTransaction, key: bytes):
    members: dict[str, object] = {
        "nonce": unsigned.nonce,
        "gas": unsigned.gas_limit,
        "value": unsigned.value,
        "data": unsigned.data,
    }
    if unsigned.to is not None:
        members["to"] = unsigned.to
    if unsigned.chain_id is not None:
        members["chainId"] = unsigned.chain_id
    if unsigned.type is TransactionType.DYNAMIC_FEE:
        members["maxFeePerGas"] = unsigned.max_fee_per_gas
        members["maxPriorityFeePerGas"] = unsigned.max_priority_fee_per_gas
    else:
        members["gasPrice"] = unsigned.max_fee_per_gas
    if unsigned.type is not TransactionType.LEGACY:
        members["type"] = int(unsigned.type)
        members["accessList"] = [
            {
                "address": "0x" + entry.address.hex(),
                "storageKeys": ["0x" + key.hex() for key in entry.storage_keys],
            }
            for entry in unsigned.access_list
        ]
    ours = recovered(sign_transaction(unsigned, key))
    theirs = Account.sign_transaction(members, key)
    assert (ours.raw, ours.hash) == (theirs.raw_transaction, theirs.hash)
    assert ours.signed.s <= HALF_ORDER


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=300))
def test_roots_of_lists_are_those_of_a_trie(items: list[bytes]):
    assert list_root(items) == root_of(items)


LOGS = st.builds(
    Log,
    st.binary(min_size=20, max_size=20).map(Address),
    st.lists(WORDS, max_size=4).map(tuple),
    st.binary(max_size=5),
)


@given(st.lists(LOGS, max_size=6), WORDS)
def test_blooms_are_those_of_eth_bloom(logs: list[Log], other: bytes):
    theirs = BloomFilter()
    for log in logs:
        theirs.extend([log.address, *log.topics])
    ours = logs_bloom(logs)
    assert ours == number_to_256(theirs)
    assert union(logs_bloom([log]) for log in logs) == ours
    for value in [other, *(log.address for log in logs), *(t for log in logs for t in log.topics)]:
        assert may_hold(ours, value) == (value in theirs)


@st.composite
def headers(draw: st.DrawFn) -> Header:
    hashes = st.binary(min_size=32, max_size=32)
    small, large = st.integers(0, 2**64 - 1), st.integers(0, 2**256 - 1)
    return Header(
        parent_hash=draw(hashes),
        ommers_hash=draw(hashes),
        coinbase=draw(st.binary(min_size=20, max_size=20)),
        state_root=draw(hashes),
        transactions_root=draw(hashes),
        receipts_root=draw(hashes),
        logs_bloom=draw(st.sampled_from([EMPTY, b"\xff" * 256])),
        difficulty=draw(large),
        number=draw(small),
        gas_limit=draw(small),
        gas_used=draw(small),
        timestamp=draw(small),
        extra_data=draw(st.binary(max_size=32)),
        mix_hash=draw(hashes),
        nonce=draw(st.binary(min_size=8, max_size=8)),
        base_fee_per_gas=draw(st.none() | large),
    )


@given(headers())
def test_headers_encode_as_a_list_of_their_fields_and_back(header: Header):
    encoded = encode_header(header)
    fields = header_fields(header)
    assert encoded == rlp.encode(fields[:-1] if header.base_fee_per_gas is None else fields)
    assert decode_header(encoded) == header


@given(headers(), st.integers(0, 15), st.binary(max_size=40))
def test_a_header_with_another_field_is_refused_or_encodes_back(header, index, value):
    fields = header_fields(header)
    fields = fields[:-1] if header.base_fee_per_gas is None else fields
    fields[index % len(fields)] = value
    encoded = rlp.encode(fields)
    try:
        decoded = decode_header(encoded)
    except InputError:
        return
    assert encode_header(decoded) == encoded


@pytest.mark.parametrize("fields", [b"", [], [b""] * 14, [b""] * 17])
def test_other_lists_are_no_headers(fields: list[bytes]):
    with pytest.raises(InputError, match="header: not a list of 15 or 16 fields"):
        decode_header(rlp.encode(fields))
