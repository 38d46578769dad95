from __future__ import annotations

from sample_state import CONSENSUS, address, grow

from evm_wasm.errors import StateError, StoreError
from evm_wasm.state.database import StateDatabase
from evm_wasm.state.records import Records
from evm_wasm.store.memory import MemoryStore


def sample() -> MemoryStore:
    store = MemoryStore()
    grow(StateDatabase(store, consensus=CONSENSUS, keep=3), 6)
    return store


def findings(store: MemoryStore) -> list[str]:
    try:
        return list(StateDatabase(store, consensus=CONSENSUS).find_damage())
    except (StateError, StoreError) as error:
        return [str(error)]


def test_a_whole_state_has_no_damage_and_every_account_is_walked():
    walked = []
    database = StateDatabase(sample(), consensus=CONSENSUS)
    assert list(database.find_damage(lambda: walked.append(1))) == []
    assert len(walked) == len(list(database.world.accounts())) > 10


def test_every_record_that_is_missing_is_found():
    whole = dict(sample().scan(b""))
    codes = {account.code_hash for account in current_accounts(sample())}
    assert {key[:1] for key in whole} == {b"a", b"s", b"c", b"t", b"u", b"b", b"j", b"m", b"h"}
    for key in whole:
        store = MemoryStore()
        store.write({**whole, key: None})
        # Codes are kept for ever, so one that no account has any more is not missed.
        is_needed = key[:1] != b"c" or key[1:] in codes
        assert bool(findings(store)) == is_needed, key


def current_accounts(store: MemoryStore) -> list:
    database = StateDatabase(store, consensus=CONSENSUS)
    return [account for _, account in database.world.accounts()]


def test_every_record_with_a_changed_byte_is_found():
    whole = dict(sample().scan(b""))
    for key, data in whole.items():
        store = MemoryStore()
        store.write({**whole, key: data[:-1] + bytes([data[-1] ^ 0x10])})
        assert findings(store), key


def test_records_that_belong_to_nothing_are_found():
    whole = sample()
    strange = address(999)
    for key, value, error in (
        (b"s" + strange + bytes(32), b"\x01", "slots are stored"),
        (b"u" + strange, b"node", "nodes of storage tries"),
        (b"tffffffff", b"node", "nodes of the account trie"),
        (b"a" + strange, dict(Records(whole).scan(b"a")).popitem()[1], "do not have the root"),
        (b"c" + bytes(32), b"code", "is another one"),
    ):
        store = MemoryStore()
        store.write(dict(whole.scan(b"")))
        Records(store).write({key: value})
        assert any(error in finding for finding in findings(store)), key
