"""What every store must do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from evm_wasm.errors import StoreError
from evm_wasm.store.base import MAX_KEY_LENGTH, SCAN_STEP, Store

KEYS = st.lists(st.sampled_from([0x00, 0x01, 0x61, 0xFE, 0xFF]), min_size=1, max_size=4).map(bytes)
BATCHES = st.dictionaries(KEYS, st.binary(max_size=20) | st.none(), max_size=6)


class StoreSuite:
    """Subclasses give the fixture `reopen`: closes the store before and opens it anew."""

    lasts = True

    def test_a_new_store_is_empty(self, reopen: Callable[[], Store]):
        store = reopen()
        assert store.get(b"key") is None
        assert list(store.scan(b"")) == []

    def test_a_batch_puts_and_deletes(self, reopen: Callable[[], Store]):
        store = reopen()
        store.write({b"a": b"1", b"b": b"", b"c": b"3"})
        store.write({b"a": None, b"b": b"2", b"absent": None})
        store.write({})
        assert [store.get(key) for key in (b"a", b"b", b"c")] == [None, b"2", b"3"]
        assert list(store.scan(b"")) == [(b"b", b"2"), (b"c", b"3")]

    def test_what_was_written_is_there_after_reopening(self, reopen: Callable[[], Store]):
        entries = {bytes([number]): bytes(number) for number in range(1, 200)}
        reopen().write(entries)
        if self.lasts:
            assert dict(reopen().scan(b"")) == entries

    def test_scans_are_longer_than_one_step(self, reopen: Callable[[], Store]):
        store = reopen()
        entries = {b"k" + number.to_bytes(2, "big"): b"v" for number in range(2 * SCAN_STEP + 1)}
        store.write({**entries, b"j": b"before", b"l": b"behind"})
        assert dict(store.scan(b"k")) == entries
        assert [key for key, _ in store.scan(b"k")] == sorted(entries)
        middle = b"k" + SCAN_STEP.to_bytes(2, "big")
        assert [key for key, _ in store.scan(b"k", middle)] == sorted(entries)[SCAN_STEP:]
        assert list(store.scan(b"k", b"l")) == []

    def test_long_keys_and_values(self, reopen: Callable[[], Store]):
        store = reopen()
        key, value = b"\xff" * MAX_KEY_LENGTH, bytes(300_000)
        store.write({key: value})
        assert store.get(key) == value
        assert list(store.scan(b"\xff\xff")) == [(key, value)]

    def test_a_store_grows_as_needed(self, reopen: Callable[[], Store]):
        store = reopen()
        for number in range(4):
            store.write({b"%d" % number: bytes(500_000)})
        assert [len(value) for _, value in store.scan(b"")] == [500_000] * 4

    def test_a_closed_store_says_so(self, reopen: Callable[[], Store]):
        store = reopen()
        store.close()
        store.close()
        for use in (
            lambda: store.get(b"key"),
            lambda: store.write({b"key": b"value"}),
            lambda: list(store.scan(b"")),
        ):
            with pytest.raises(StoreError, match="closed"):
                use()


class StoreMachine(RuleBasedStateMachine):
    """Random use of a store beside a dictionary; subclasses say how to make an empty store."""

    def __init__(self) -> None:
        super().__init__()
        self.store = self.open_empty()
        self.slow: dict[bytes, bytes] = {}

    def open_empty(self) -> Store:
        raise NotImplementedError

    @rule(batch=BATCHES)
    def write(self, batch: dict[bytes, bytes | None]) -> None:
        self.store.write(batch)
        self.slow.update({key: value for key, value in batch.items() if value is not None})
        for key, value in batch.items():
            if value is None:
                self.slow.pop(key, None)

    @rule(prefix=st.just(b"") | KEYS, start=st.just(b"") | KEYS)
    def scan(self, prefix: bytes, start: bytes) -> None:
        wanted = [
            (key, self.slow[key])
            for key in sorted(self.slow)
            if key.startswith(prefix) and key >= start
        ]
        assert list(self.store.scan(prefix, start)) == wanted

    @rule(key=KEYS)
    def get(self, key: bytes) -> None:
        assert self.store.get(key) == self.slow.get(key)

    @invariant()
    def holds_the_same(self) -> None:
        assert dict(self.store.scan(b"")) == self.slow

    def teardown(self) -> None:
        self.store.close()
