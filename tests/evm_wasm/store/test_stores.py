from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from store_suite import StoreMachine, StoreSuite

from evm_wasm.errors import InputError, StoreError
from evm_wasm.store.base import Store, check_order
from evm_wasm.store.lmdb_store import LmdbStore
from evm_wasm.store.memory import MemoryStore
from evm_wasm.store.opening import is_store_url, open_store
from evm_wasm.store.sqlite_store import SqliteStore

ROOT = Path(__file__).resolve().parents[3]
DURABLE = pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])


def reopening(open_one: Callable[[], Store]) -> Iterator[Callable[[], Store]]:
    stores: list[Store] = []

    def reopen() -> Store:
        for store in stores:
            store.close()
        stores.append(open_one())
        return stores[-1]

    yield reopen
    for store in stores:
        store.close()


class TestMemory(StoreSuite):
    lasts = False

    @pytest.fixture
    def reopen(self) -> Iterator[Callable[[], Store]]:
        yield from reopening(lambda: open_store("memory:"))


class TestSqlite(StoreSuite):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Iterator[Callable[[], Store]]:
        yield from reopening(lambda: open_store(f"sqlite:{tmp_path}/state", create=True))


class TestLmdb(StoreSuite):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Iterator[Callable[[], Store]]:
        yield from reopening(lambda: open_store(f"lmdb:{tmp_path}/state", create=True))


class TestSmallLmdb(StoreSuite):
    """A map so small that nearly every test fills it."""

    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Iterator[Callable[[], Store]]:
        yield from reopening(lambda: LmdbStore(tmp_path, read_only=False, map_size=32_768))


class MemoryMachine(StoreMachine):
    def open_empty(self) -> Store:
        return MemoryStore()


class SqliteMachine(StoreMachine):
    def open_empty(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        return SqliteStore(Path(self.folder.name, "state"), read_only=False)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class LmdbMachine(StoreMachine):
    def open_empty(self) -> Store:
        self.folder = tempfile.TemporaryDirectory()
        return LmdbStore(Path(self.folder.name), read_only=False, map_size=32_768)

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


SHORT = settings(max_examples=15, stateful_step_count=15)
TestMemoryMachine = MemoryMachine.TestCase
TestMemoryMachine.settings = SHORT
TestSqliteMachine = SqliteMachine.TestCase
TestSqliteMachine.settings = SHORT
TestLmdbMachine = LmdbMachine.TestCase
TestLmdbMachine.settings = SHORT


@pytest.mark.parametrize(
    "url", ["", "state", "redis:x", "lmdb", "lmdb:", "sqlite:", "memory:x", ":x", "LMDB:x"]
)
def test_what_is_no_url_of_a_store(url: str):
    with pytest.raises(InputError, match="store"):
        open_store(url, create=True)


def test_which_texts_name_stores():
    assert is_store_url("lmdb:x")
    assert is_store_url("memory:")
    assert not is_store_url("lmdb")
    assert not is_store_url("state.json")
    assert not is_store_url("c:/state.json")


@DURABLE
def test_missing_stores_and_folders(scheme: str, tmp_path: Path):
    for read_only in (False, True):
        with pytest.raises(StoreError, match="there is no such store"):
            open_store(f"{scheme}:{tmp_path}/state", read_only=read_only)
    with pytest.raises(StoreError, match="folder it would lie in does not exist"):
        open_store(f"{scheme}:{tmp_path}/missing/state", create=True)
    assert list(tmp_path.iterdir()) == []


@DURABLE
def test_only_one_may_write_and_several_may_read(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    writer = open_store(url, create=True)
    writer.write({b"key": b"value"})
    assert "in use by another process" in opened_elsewhere(url, read_only=True)
    with pytest.raises(StoreError, match="in use"):
        open_store(url)
    writer.close()
    with contextlib.closing(open_store(url, read_only=True)) as reader:
        assert reader.get(b"key") == b"value"
        assert opened_elsewhere(url, read_only=True) == "None"
        assert "in use by another process" in opened_elsewhere(url, read_only=False)
        with pytest.raises(StoreError, match="cannot be written"):
            reader.write({b"key": b"other"})
        assert dict(reader.scan(b"")) == {b"key": b"value"}


def opened_elsewhere(url: str, *, read_only: bool) -> str:
    """What another process gets for the key, or the error."""
    program = f"""
from evm_wasm.errors import StoreError
from evm_wasm.store.opening import open_store
try:
    print(open_store({url!r}, read_only={read_only}).get(b"other"), end="")
except StoreError as error:
    print(error)
"""
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


@DURABLE
@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders are POSIX")
def test_stores_that_may_not_be_written(scheme: str, tmp_path: Path):
    folder = tmp_path / "read-only"
    folder.mkdir()
    url = f"{scheme}:{folder}/state"
    store = open_store(url, create=True)
    store.write({b"key": b"value"})
    store.close()
    inside = [folder, *folder.rglob("*")]
    for path in inside:
        path.chmod(0o555 if path.is_dir() else 0o444)
    program = f"""
import os
from evm_wasm.errors import StoreError
from evm_wasm.store import lmdb_store, sqlite_store
from evm_wasm.store.opening import open_store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(open_store({url!r}, read_only=True).get(b"key"))
try:
    open_store({url!r})
except StoreError as error:
    print(error)
"""
    for path in tmp_path.parents:
        with contextlib.suppress(PermissionError):
            path.chmod(path.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    read, refused = result.stdout.splitlines()
    assert read == "b'value'"
    assert "cannot be written: Permission denied" in refused
    for path in inside:
        path.chmod(0o755 if path.is_dir() else 0o644)


@DURABLE
@pytest.mark.skipif(sys.platform == "win32", reason="permissions of files are POSIX")
def test_who_may_only_read_still_keeps_writers_away(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    store = open_store(url, create=True)
    store.write({b"key": b"value"})
    tmp_path.chmod(0o755)
    for path in tmp_path.parents:
        with contextlib.suppress(PermissionError):
            path.chmod(path.stat().st_mode | 0o011)
    program = f"""
import os, sys
from evm_wasm.errors import StoreError
from evm_wasm.store import lmdb_store, sqlite_store
from evm_wasm.store.opening import open_store
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    print(open_store({url!r}, read_only=True).get(b"key"), flush=True)
except StoreError as error:
    print(error, flush=True)
sys.stdin.read()
"""
    command = [sys.executable, "-c", program]
    pipe = subprocess.PIPE
    assert (
        "in use by another process"
        in subprocess.run(
            command, cwd=ROOT, input="", capture_output=True, text=True, check=True
        ).stdout
    )
    store.close()
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "b'value'\n"
        with pytest.raises(StoreError, match="in use"):
            open_store(url)
        reader.communicate("")


def test_what_is_no_lmdb_store(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("text")
    with pytest.raises(StoreError, match="not a store, but a file"):
        open_store(f"lmdb:{file}", create=True)
    with pytest.raises(StoreError, match="not a store"):
        open_store(f"lmdb:{tmp_path}", create=True)
    assert sorted(tmp_path.iterdir()) == [file]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "data.mdb").write_bytes(bytes(10_000))
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"lmdb:{folder}")


def test_an_lmdb_store_that_was_only_begun_is_begun_again(tmp_path: Path):
    """As left by a process that ended between taking the lock and writing the first page."""
    (tmp_path / "ewasm.lock").touch()
    with pytest.raises(StoreError, match="not a store"):
        open_store(f"lmdb:{tmp_path}")
    with contextlib.closing(open_store(f"lmdb:{tmp_path}", create=True)) as store:
        store.write({b"key": b"value"})


def test_what_is_no_sqlite_store(tmp_path: Path):
    with pytest.raises(StoreError, match="not a store, but a folder"):
        open_store(f"sqlite:{tmp_path}")
    file = tmp_path / "file"
    file.write_text("text " * 1000)
    with pytest.raises(StoreError, match="not a database"):
        open_store(f"sqlite:{file}")
    assert file.read_text() == "text " * 1000
    database = tmp_path / "database"
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE other (x)")
    with pytest.raises(StoreError, match="a database of something else"):
        open_store(f"sqlite:{database}")


@pytest.mark.parametrize(
    "damage", ["UPDATE records SET value = 2", "UPDATE records SET value = 'text'"]
)
def test_values_of_another_type_are_refused(tmp_path: Path, damage: str):
    url = f"sqlite:{tmp_path}/state"
    with contextlib.closing(open_store(url, create=True)) as store:
        store.write({b"key": b"value"})
    with contextlib.closing(sqlite3.connect(tmp_path / "state")) as connection:
        connection.execute(damage)
        connection.commit()
    with contextlib.closing(open_store(url)) as store:
        with pytest.raises(StoreError, match="damaged: a key or a value is not of bytes"):
            store.get(b"key")
        with pytest.raises(StoreError, match="damaged: a key or a value is not of bytes"):
            list(store.scan(b""))


def test_scans_that_do_not_go_forward_are_refused():
    entries = [(b"b", b""), (b"c", b"")]
    check_order([], b"b", "store")
    check_order(entries, b"b", "store")
    for wrong, start in ((entries, b"ba"), (entries[::-1], b"a"), ([entries[0]] * 2, b"a")):
        with pytest.raises(StoreError, match="store: damaged: the keys are not in order"):
            check_order(wrong, start, "store")


def test_without_the_package_lmdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "lmdb", None)
    monkeypatch.delitem(sys.modules, "evm_wasm.store.lmdb_store")
    with pytest.raises(StoreError, match="lmdb is not installed"):
        open_store(f"lmdb:{tmp_path}/state", create=True)


@DURABLE
@pytest.mark.skipif(sys.platform == "win32", reason="limits of processes are POSIX")
def test_a_full_disk_leaves_the_last_batch(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    program = f"""
import resource, signal, sys
from evm_wasm.errors import StoreError
from evm_wasm.store.opening import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
store = open_store({url!r}, create=True)
for number in range(100):
    try:
        store.write({{b"%d-%d" % (number, part): bytes(1000) for part in range(100)}})
    except StoreError as error:
        print(number, error, flush=True)
        break
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    count, _, message = result.stdout.partition(" ")
    assert 0 < int(count) < 100
    assert "cannot be written" in message
    with contextlib.closing(open_store(url)) as store:
        assert len(list(store.scan(b""))) == 100 * int(count)
        store.write({b"more": b"of it"})
