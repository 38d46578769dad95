"""A store is made as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evm_wasm.errors import InputError, StoreError
from evm_wasm.store.making import new_store
from evm_wasm.store.opening import open_store

ROOT = Path(__file__).resolve().parents[3]
DURABLE = pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])


@DURABLE
def test_a_new_store_appears_at_the_end(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    with new_store(url) as store:
        store.write({b"key": b"value"})
        assert not (tmp_path / "state").exists()
        with pytest.raises(StoreError, match=r"half-written: .*state\.unfinished is being made"):
            open_store(url, create=True)
        with pytest.raises(StoreError, match="is being made"), new_store(url):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    with contextlib.closing(open_store(url)) as store:
        assert dict(store.scan(b"")) == {b"key": b"value"}


@DURABLE
@pytest.mark.parametrize("error", [InputError, KeyboardInterrupt])
def test_a_failure_leaves_nothing(scheme: str, tmp_path: Path, error: type[BaseException]):
    def fail() -> None:
        with new_store(f"{scheme}:{tmp_path}/state") as store:
            store.write({b"key": b"value"})
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []


@DURABLE
def test_what_is_there_stays(scheme: str, tmp_path: Path):
    path = tmp_path / "state"
    path.write_text("text")
    url = f"{scheme}:{path}"
    with pytest.raises(StoreError, match="exists already"), new_store(url):
        pass
    path.unlink()
    with pytest.raises(StoreError, match="exists already"), new_store(url):
        path.write_text("text")  # Somebody else was faster.
    assert [file.read_text() for file in tmp_path.iterdir()] == ["text"]


@DURABLE
def test_an_empty_folder_is_a_place(scheme: str, tmp_path: Path):
    path = tmp_path / "state"
    path.mkdir()
    with new_store(f"{scheme}:{path}") as store:
        store.write({b"key": b"value"})
    with contextlib.closing(open_store(f"{scheme}:{path}")) as store:
        assert store.get(b"key") == b"value"


@DURABLE
def test_a_killed_process_leaves_what_is_refused_and_named(scheme: str, tmp_path: Path):
    url = f"{scheme}:{tmp_path}/state"
    program = f"""
import os, signal
from evm_wasm.store.making import new_store
with new_store({url!r}) as store:
    store.write({{b"key": b"value"}})
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == -9
    for open_it in (
        lambda: open_store(url),
        lambda: open_store(url, create=True),
        lambda: contextlib.ExitStack().enter_context(new_store(url)),
    ):
        with pytest.raises(StoreError, match="remove it and begin anew"):
            open_it()


def test_places_that_cannot_be(tmp_path: Path):
    for url, error, message in (
        ("lmdb:a\0b", InputError, "zero byte"),
        ("redis:x", InputError, "begins with"),
        (f"lmdb:{tmp_path}/missing/state", StoreError, "folder it would lie in does not exist"),
        (f"sqlite:{tmp_path}/missing/state", StoreError, "folder it would lie in does not exist"),
        (f"lmdb:{tmp_path}/{'x' * 300}", StoreError, os.strerror(errno.ENAMETOOLONG)),
        (f"sqlite:{tmp_path}/{'x' * 300}", StoreError, os.strerror(errno.ENAMETOOLONG)),
    ):
        with pytest.raises(error, match=message), new_store(url):
            pass
    assert list(tmp_path.iterdir()) == []


def test_a_new_store_in_memory():
    with new_store("memory:") as store:
        store.write({b"key": b"value"})
        assert store.get(b"key") == b"value"
