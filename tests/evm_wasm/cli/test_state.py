from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from command_line import ALICE, BOB, COUNTER, DEPLOYED, TOKEN_DEPLOY, Ewasm

from evm_wasm.primitives.keccak import keccak256
from evm_wasm.state.records import Records
from evm_wasm.store.opening import open_store

ROOT = Path(__file__).resolve().parents[3]
SUPPLY = ("exec", DEPLOYED, "--call", "totalSupply()(uint64)")
STORES = pytest.mark.parametrize("scheme", ["lmdb", "sqlite"])


@pytest.fixture
def chain(ewasm: Ewasm, tmp_path: Path) -> str:
    """A store with the token of ALICE in it."""
    url = f"lmdb:{tmp_path}/chain"
    assert ewasm("exec", TOKEN_DEPLOY, "--deploy", "--state", url, "--save").code == 0
    return url


@STORES
def test_exec_on_a_store_does_what_it_does_on_a_file(ewasm: Ewasm, tmp_path: Path, scheme: str):
    url, file = f"{scheme}:{tmp_path}/chain", tmp_path / "chain.json"
    deploy = ("exec", TOKEN_DEPLOY, "--deploy", "--save", "--json", "--state")
    assert ewasm(*deploy, url).json == ewasm(*deploy, file).json
    for number in range(1, 4):
        call = ("--call", "transfer(address,uint64)", BOB, str(number), "--save", "--json")
        on_store = ewasm("exec", DEPLOYED, *call, "--state", url).json
        assert on_store == ewasm("exec", DEPLOYED, *call, "--state", file).json
        assert ewasm("state", "root", url).out.strip() == on_store["stateRoot"]
    assert ewasm("state", "root", file).out == ewasm("state", "root", url).out
    assert "all is well, blocks 0 to 4" in ewasm("state", "check", url).out
    first = ewasm("state", "root", url, "--block", "1").out
    assert first != ewasm("state", "root", url).out


def test_without_save_a_store_stays_as_it_was(ewasm: Ewasm, chain: str):
    before = ewasm("state", "root", chain).out
    call = ("--call", "transfer(address,uint64)", BOB, "1")
    assert ewasm("exec", DEPLOYED, *call, "--state", chain).code == 0
    assert ewasm("state", "root", chain).out == before


@STORES
def test_a_dump_is_loaded_elsewhere(ewasm: Ewasm, tmp_path: Path, chain: str, scheme: str):
    dump = tmp_path / "chain.dump"
    dump.write_text(ewasm("state", "dump", chain).out)
    copy = f"{scheme}:{tmp_path}/copy"
    loaded = ewasm("state", "load", dump, copy)
    assert (loaded.code, loaded.out) == (0, ewasm("state", "root", chain).out)
    assert ewasm("state", "dump", copy).out == dump.read_text()
    assert "1000000" in ewasm(*SUPPLY, "--state", copy).out
    again = ewasm("state", "load", dump, copy)
    assert again.code == 3
    assert "exists already" in again.err


def test_a_genesis_file_is_loaded(ewasm: Ewasm, tmp_path: Path):
    genesis = tmp_path / "genesis.json"
    genesis.write_text(json.dumps({"alloc": {ALICE: {"balance": "7"}}}, indent=1))
    store = f"sqlite:{tmp_path}/chain"
    loaded = ewasm("state", "load", genesis, store)
    assert loaded.out == ewasm("state", "root", genesis).out
    assert ewasm("state", "root", store).out == loaded.out


@STORES
def test_a_load_that_fails_leaves_nothing(
    ewasm: Ewasm, tmp_path: Path, chain: str, scheme: str, monkeypatch: pytest.MonkeyPatch
):
    lines = ewasm("state", "dump", chain).out.splitlines(keepends=True)
    place = tmp_path / "place"
    place.mkdir()
    header = json.dumps({**json.loads(lines[0]), "root": "0x" + "11" * 32}) + "\n"
    for text, error in (
        ("".join(lines[:-1]), "cut short"),
        (header + "".join(lines[1:]), "it should be 0x1111"),
    ):
        loaded = ewasm("state", "load", "-", f"{scheme}:{place}/copy", stdin=text.encode())
        assert loaded.code == 2
        assert error in loaded.err
        assert list(place.iterdir()) == []


@STORES
def test_a_killed_load_is_refused_and_named(ewasm: Ewasm, tmp_path: Path, chain: str, scheme: str):
    lines = ewasm("state", "dump", chain).out.splitlines(keepends=True)
    copy = tmp_path / "copy"
    url = f"{scheme}:{copy}"
    half = tmp_path / "copy.unfinished"
    program = [sys.executable, "-m", "evm_wasm", "state", "load", "-", url]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("".join(lines[:-1]))
        process.stdin.flush()
        while not half.exists() and process.poll() is None:
            time.sleep(0.01)
        process.kill()
    for command in (("root", url), ("check", url), ("load", "-", url)):
        refused = ewasm("state", *command, stdin="".join(lines).encode())
        assert refused.code == 3
        assert f"{half} is being made, or was when its process ended" in refused.err
        assert "remove it and begin anew" in refused.err
    refused = ewasm("state", "root", f"{scheme}:{half}")
    assert refused.code == 3
    assert not copy.exists()
    shutil.rmtree(half) if half.is_dir() else half.unlink()
    loaded = ewasm("state", "load", "-", url, stdin="".join(lines).encode())
    assert loaded.out == ewasm("state", "root", chain).out


def test_proofs_are_verified_with_the_root_alone(ewasm: Ewasm, tmp_path: Path, chain: str):
    proof, root = tmp_path / "proof.json", ewasm("state", "root", chain).out.strip()
    for arguments in ((DEPLOYED, "0xa11ce", "0x1"), (BOB,)):
        made = ewasm("state", "proof", chain, *arguments)
        assert made.json["stateRoot"] == root
        proof.write_text(made.out)
        for trusted in ((), ("--root", root)):
            verified = ewasm("state", "verify", proof, *trusted)
            assert (verified.code, verified.out) == (0, f"proven under the state root {root}\n")
        refused = ewasm("state", "verify", proof, "--root", "0x" + "11" * 32)
        assert refused.code == 1
        proof.write_text(json.dumps({**made.json, "balance": "0x7"}))
        refused = ewasm("state", "verify", proof)
        assert refused.code == 1
        assert "other fields" in refused.err


def test_another_consensus_version_is_refused(ewasm: Ewasm, tmp_path: Path, chain: str):
    for command in (
        ("state", "root", chain),
        ("state", "check", chain),
        (*SUPPLY, "--state", chain),
    ):
        refused = ewasm(*command, "--schedule", "unit")
        assert refused.code == 3
        assert "schedule particles" in refused.err
        assert "schedule unit" in refused.err
    dump = tmp_path / "dump"
    dump.write_text(ewasm("state", "dump", chain).out)
    refused = ewasm("state", "load", dump, f"lmdb:{tmp_path}/copy", "--schedule", "unit")
    assert refused.code == 3
    assert "another consensus version" in refused.err


def test_damage_is_reported(ewasm: Ewasm, tmp_path: Path):
    file = tmp_path / "chain"
    ewasm("exec", COUNTER, "--call", "increment()", "--state", f"sqlite:{file}", "--save")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM records WHERE hex(key) LIKE '73%'")
        connection.commit()
    report = ewasm("state", "check", f"sqlite:{file}")
    assert report.code == 1
    assert "slots do not have its storage root" in report.out
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM records WHERE hex(key) = '68'")
        connection.commit()
    report = ewasm("state", "check", f"sqlite:{file}")
    assert report.code == 1
    assert "half-written" in report.out
    refused = ewasm("state", "root", f"sqlite:{file}")
    assert refused.code == 3


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("root", "lmdb:missing"), 3, "there is no such store"),
        (("root", "missing"), 2, "cannot be read"),
        (("root", "redis:x"), 2, "cannot be read"),
        (("check", "missing"), 2, "URL of a store"),
        (("proof", "missing", "0x1"), 2, "ADDRESS"),
        (("proof", "missing", ALICE, "x"), 2, "SLOT"),
        (("load", "missing", "sqlite:x"), 2, "cannot be read"),
        (("verify", "missing"), 2, "cannot be read"),
        (("root", "missing", "--block", "1"), 2, "--block needs a store"),
        (("root", "missing", "--block", "-1"), 2, "--block"),
        (("root", "x", "--schedule", "nothing"), 2, "nothing"),
    ],
)
def test_bad_arguments(
    ewasm: Ewasm,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    error: str,
):
    monkeypatch.chdir(tmp_path)
    ended = ewasm("state", *arguments)
    assert ended.code == code
    assert error in ended.err
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_store_in_use_is_refused(ewasm: Ewasm, tmp_path: Path, chain: str):
    with closing(open_store(chain)):
        for command in (("state", "root", chain), (*SUPPLY, "--state", chain, "--save")):
            ended = ewasm(*command)
            assert ended.code == 3
            assert ended.error.endswith(f"{chain}: in use by another process")


def test_a_store_of_a_newer_format_is_refused(ewasm: Ewasm, tmp_path: Path, chain: str):
    with closing(open_store(chain)) as store:
        Records(store).write({b"m": b'{"format": 2, "consensus": "of the future"}'})
    for command in ("root", "check", "dump"):
        ended = ewasm("state", command, chain)
        assert ended.code == 3
        assert ended.error.endswith("the store has format 2; this program reads format 1")


def test_a_dump_leaves_code_behind_that_nobody_has(ewasm: Ewasm, tmp_path: Path, chain: str):
    code = b"code of nobody"
    with closing(open_store(chain)) as store:
        Records(store).write({b"c" + keccak256(code): code})
    assert "all is well" in ewasm("state", "check", chain).out
    copy = f"lmdb:{tmp_path}/copy"
    ewasm("state", "load", "-", copy, stdin=ewasm("state", "dump", chain).out.encode())
    for url, count in ((chain, 2), (copy, 1)):
        with closing(open_store(url)) as store:
            assert len(list(store.scan(b"c"))) == count


def test_blocks_that_are_not_kept(ewasm: Ewasm, chain: str):
    ended = ewasm("state", "root", chain, "--block", "9")
    assert ended.code == 3
    assert "there are blocks 0 to 1" in ended.err


def test_files_that_are_not_text(ewasm: Ewasm, tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(b"\xff\xfe")
    ended = ewasm("state", "load", file, f"lmdb:{tmp_path}/x")
    assert ended.code == 2
    assert "not UTF-8" in ended.err


def test_the_help_is_shown_without_a_command(ewasm: Ewasm):
    ended = ewasm("state")
    assert ended.code == 0
    assert "verify" in ended.out
