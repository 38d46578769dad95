"""`ewasm cache`, and `ewasm exec` with native code on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import COUNTER, Ewasm

INCREMENT = ("exec", COUNTER, "--call", "increment()")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EWASM_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept" / "native"


def test_exec_compiles_once_and_says_the_same(ewasm: Ewasm, kept: Path):
    runs = [ewasm(*INCREMENT) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0].code == 0
    assert ewasm("cache", "show", "--json").json["contracts"] == 1


def test_show_and_clear(ewasm: Ewasm, kept: Path):
    ewasm(*INCREMENT)
    shown = ewasm("cache", "show")
    assert shown.code == 0
    assert str(kept) in shown.out
    (size,) = [path.stat().st_size for path in kept.glob("*.native")]
    assert ewasm("cache", "show", "--json").json == {
        "path": str(kept),
        "problem": None,
        "contracts": 1,
        "bytes": size,
        "limit": 256 << 20,
    }
    assert ewasm("cache", "clear").out == f"removed 1 compiled contracts, {size:,} bytes\n"
    assert ewasm("cache", "show", "--json").json["contracts"] == 0


def test_off(ewasm: Ewasm, kept: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EWASM_CACHE", "off")
    assert ewasm(*INCREMENT).code == 0
    assert not kept.exists()
    assert ewasm("cache", "show", "--json").json == {"path": None}
    for command in ("show", "clear"):
        assert "EWASM_CACHE is off" in ewasm("cache", command).out


def test_the_folder_for_caches_of_the_system(
    ewasm: Ewasm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("EWASM_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert ewasm(*INCREMENT).code == 0
    assert len(list((tmp_path / "ewasm" / "native").glob("*.native"))) == 1


def test_one_that_cannot_be_used_is_quiet_in_exec_and_told_by_show(ewasm: Ewasm, kept: Path):
    kept.mkdir(parents=True)
    kept.chmod(0o777)
    done = ewasm(*INCREMENT)
    assert (done.code, done.err) == (0, "")
    assert list(kept.iterdir()) == []
    for command in ("show", "clear"):
        told = ewasm("cache", command)
        assert told.code == 1
        assert "open to other users" in told.out


def test_a_trace_and_a_profile_work_with_it(ewasm: Ewasm, kept: Path, tmp_path: Path):
    for option in ("--trace", f"--profile={tmp_path / 'gas.folded'}"):
        runs = [ewasm(*INCREMENT, option) for _ in range(2)]
        assert runs[0] == runs[1]
        assert runs[0].code == 0
