"""Native code on disk: what is loaded was written by us, and nothing about it is a reason to fail."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from native_writer import identity, module

from evm_wasm.engine import CompiledModule, NativeCache, find_cache
from evm_wasm.engine.native_cache import LIMITS, CacheLimits
from evm_wasm.engine.private_folder import PrivateFolder, Unusable

ROOT = Path(__file__).resolve().parents[3]
NOBODY = 65_534


@pytest.fixture(scope="module")
def compiled() -> CompiledModule:
    return module(1)


@pytest.fixture
def cache(tmp_path: Path, compiled: CompiledModule) -> NativeCache:
    """With one module in it."""
    made = NativeCache(tmp_path)
    made.save(identity(1), compiled)
    return made


def entries(cache: NativeCache) -> list[Path]:
    return sorted(cache.path.glob("*.native"))


def load(folder: Path, number: int = 1) -> CompiledModule | None:
    """As another process would."""
    return NativeCache(folder).load(identity(number), has_runtime=False)


def test_what_was_saved_is_loaded(tmp_path, cache, compiled):
    loaded = load(tmp_path)
    for name in ("imports", "initial_pages", "size", "functions", "has_runtime"):
        assert getattr(loaded, name) == getattr(compiled, name)
    assert loaded.serialize() == compiled.serialize()


def test_everything_is_private(tmp_path, cache):
    assert stat.S_IMODE(cache.path.stat().st_mode) == 0o700
    assert len(entries(cache)) == 1
    for path in cache.path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_opened_before_it_is_used(tmp_path):
    NativeCache(tmp_path / "later")
    assert not (tmp_path / "later").exists()


def test_another_identity_or_form_is_a_miss(tmp_path, cache):
    assert load(tmp_path, 2) is None
    assert NativeCache(tmp_path).load(identity(1), has_runtime=True) is None
    assert len(entries(cache)) == 1


class TestHostileFiles:
    """Each is refused and removed, and made anew."""

    @pytest.mark.parametrize("place", [0, 15, 31, 32, 36, 39, 40, 41, 100, 5_000, -1])
    def test_a_changed_byte(self, tmp_path, cache, place):
        (path,) = entries(cache)
        data = bytearray(path.read_bytes())
        data[place] ^= 1
        path.write_bytes(data)
        assert_made_anew(tmp_path, cache)

    @pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 39, 40, 41, 5_000, -1])
    def test_a_cut_file(self, tmp_path, cache, size):
        (path,) = entries(cache)
        path.write_bytes(path.read_bytes()[:size])
        assert_made_anew(tmp_path, cache)

    def test_a_longer_file(self, tmp_path, cache):
        (path,) = entries(cache)
        path.write_bytes(path.read_bytes() + b"\0")
        assert_made_anew(tmp_path, cache)

    def test_two_files_in_each_others_place(self, tmp_path, cache):
        cache.save(identity(2), module(2))
        first, second = entries(cache)
        kept = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(kept)
        assert load(tmp_path, 2) is None
        assert load(tmp_path, 1) is None
        assert entries(cache) == []

    def test_a_file_under_another_key(self, tmp_path, cache, compiled):
        other = NativeCache(tmp_path / "other")
        other.save(identity(1), compiled)
        (mine,), (theirs,) = entries(cache), entries(other)
        assert mine.name == theirs.name
        assert mine.read_bytes() != theirs.read_bytes()
        mine.write_bytes(theirs.read_bytes())
        assert_made_anew(tmp_path, cache)

    @pytest.mark.parametrize("native", [b"", b"\x7fELF", bytes(5_000), b"other version"])
    def test_what_the_engine_does_not_take_under_our_key(self, tmp_path, cache, native):
        (path,) = entries(cache)
        body = (7).to_bytes(8, "little") + native
        path.write_bytes(cache._digest(path.name, memoryview(body)) + body)
        assert_made_anew(tmp_path, cache)

    def test_a_symbolic_link_to_a_good_file(self, tmp_path, cache):
        (path,) = entries(cache)
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        assert_made_anew(tmp_path, cache)
        assert (tmp_path / "elsewhere").exists()

    def test_a_pipe_that_nobody_writes_to(self, tmp_path, cache):
        (path,) = entries(cache)
        path.unlink()
        os.mkfifo(path, 0o600)
        assert_made_anew(tmp_path, cache)

    def test_a_file_that_others_may_write(self, tmp_path, cache):
        (path,) = entries(cache)
        path.chmod(0o620)
        assert_made_anew(tmp_path, cache)

    def test_a_file_that_is_too_large(self, tmp_path, cache):
        (path,) = entries(cache)
        os.truncate(path, LIMITS.file + 1)  # with a hole: it takes no room
        assert_made_anew(tmp_path, cache)

    def test_a_folder_in_its_place_stays_and_does_no_harm(self, tmp_path, cache, compiled):
        (path,) = entries(cache)
        path.unlink()
        path.mkdir()
        assert load(tmp_path) is None
        cache.save(identity(1), compiled)
        cache.save(identity(2), compiled)
        assert load(tmp_path, 1) is None
        assert load(tmp_path, 2) is not None


def assert_made_anew(folder: Path, cache: NativeCache) -> None:
    (path,) = entries(cache)
    assert load(folder) is None
    assert not os.path.lexists(path)
    again = NativeCache(folder)
    again.save(identity(1), module(1))
    assert load(folder) is not None
    assert entries(cache) == [path]


@given(data=st.data())
def test_no_other_bytes_are_loaded(data):
    with tempfile.TemporaryDirectory() as name:
        cache = NativeCache(Path(name))
        cache.save(identity(1), module(1))
        (path,) = entries(cache)
        good = path.read_bytes()
        start = data.draw(st.integers(0, len(good) - 1))
        end = data.draw(st.integers(start, min(len(good), start + 50)))
        other = good[:start] + data.draw(st.binary(max_size=50)) + good[end:]
        path.write_bytes(other)
        assert (load(Path(name)) is not None) == (other == good)


class TestKey:
    @pytest.mark.parametrize("damage", [b"", b"short", bytes(33)])
    def test_a_damaged_key_is_replaced_and_nothing_of_before_is_loaded(
        self, tmp_path, cache, compiled, damage
    ):
        (cache.path / "key").write_bytes(damage)
        assert load(tmp_path) is None
        assert entries(cache) == []
        NativeCache(tmp_path).save(identity(1), compiled)
        assert load(tmp_path) is not None

    def test_a_key_that_others_could_read_is_replaced(self, tmp_path, cache):
        before = (cache.path / "key").read_bytes()
        (cache.path / "key").chmod(0o644)
        assert load(tmp_path) is None
        assert (cache.path / "key").read_bytes() != before
        assert stat.S_IMODE((cache.path / "key").stat().st_mode) == 0o600

    def test_a_link_to_a_key_is_replaced(self, tmp_path, cache):
        (cache.path / "key").rename(tmp_path / "key")
        (cache.path / "key").symlink_to(tmp_path / "key")
        assert load(tmp_path) is None
        assert not (cache.path / "key").is_symlink()

    def test_a_folder_in_its_place_switches_the_cache_off(self, tmp_path, cache, compiled):
        (cache.path / "key").unlink()
        (cache.path / "key").mkdir()
        off = NativeCache(tmp_path)
        assert off.load(identity(1), has_runtime=False) is None
        off.save(identity(2), compiled)
        assert "key" in off.problem()
        assert len(entries(cache)) == 1


class TestFolder:
    @pytest.mark.parametrize("mode", [0o777, 0o770, 0o750, 0o755, 0o701, 0o704])
    def test_one_that_is_open_to_others_is_refused(self, tmp_path, cache, mode, compiled):
        cache.path.chmod(mode)
        assert_refused(tmp_path, compiled, "open to other users")

    def test_a_symbolic_link_is_refused(self, tmp_path, cache, compiled):
        cache.path.rename(tmp_path / "elsewhere")
        cache.path.symlink_to(tmp_path / "elsewhere")
        assert_refused(tmp_path, compiled, "")

    def test_a_file_in_its_place_is_refused(self, tmp_path, compiled):
        (tmp_path / "native").write_bytes(b"")
        assert_refused(tmp_path, compiled, "Not a directory")

    def test_that_of_another_user_is_refused(self, tmp_path):
        folder = Path("/")  # ours only if we are root, and then we can give one away
        if os.geteuid() == 0:
            folder = tmp_path / "given"
            folder.mkdir(mode=0o700)
            os.chown(folder, NOBODY, NOBODY)
        with pytest.raises(Unusable, match="belongs to another user"):
            PrivateFolder(folder)

    def test_a_place_that_cannot_be_made_is_no_reason_to_fail(self, tmp_path, compiled):
        (tmp_path / "file").write_bytes(b"")
        assert_refused(tmp_path / "file", compiled, "File exists")
        assert_refused(Path("/proc/ewasm"), compiled, "")


def assert_refused(folder: Path, compiled: CompiledModule, reason: str) -> None:
    before = sorted(folder.rglob("*"))
    refused = NativeCache(folder)
    assert refused.load(identity(1), has_runtime=False) is None
    refused.save(identity(2), compiled)
    assert refused.contents().files == 0
    assert refused.clear().files == 0
    assert reason in refused.problem()
    assert sorted(folder.rglob("*")) == before


class TestSize:
    def test_what_was_not_used_for_longest_goes_first(self, tmp_path, compiled):
        size = len(compiled.serialize()) + 40
        limits = CacheLimits(total=10 * size, share=10)
        paths: list[Path] = []
        for number in range(10):
            NativeCache(tmp_path, limits).save(identity(number), compiled)
            paths += set(entries(NativeCache(tmp_path))) - set(paths)
            os.utime(paths[-1], (number, number))
        assert load(tmp_path, 0) is not None  # now the newest of all
        NativeCache(tmp_path, limits).save(identity(11), compiled)
        assert [path for path in paths if not path.exists()] == [paths[1]]

    def test_one_process_stays_within_the_bound(self, tmp_path, compiled):
        size = len(compiled.serialize()) + 40
        limits = CacheLimits(total=20 * size + 7, share=5)
        cache = NativeCache(tmp_path, limits)
        for number in range(60):
            cache.save(identity(number), compiled)
            assert sum(path.stat().st_size for path in entries(cache)) <= limits.total
        assert cache.contents().files >= 15
        assert cache.load(identity(59), has_runtime=False) is not None

    def test_what_is_larger_than_the_rest_together_is_not_kept(self, tmp_path, compiled):
        cache = NativeCache(tmp_path, CacheLimits(total=1_000))
        cache.save(identity(1), compiled)
        assert cache.contents().files == 0

    def test_what_a_killed_process_left_goes_as_well(self, tmp_path, cache, compiled):
        (cache.path / "part-1").write_bytes(bytes(50_000))
        os.utime(cache.path / "part-1", (1, 1))
        size = len(compiled.serialize()) + 40
        NativeCache(tmp_path, CacheLimits(total=4 * size)).save(identity(2), compiled)
        assert not (cache.path / "part-1").exists()
        assert (cache.path / "key").exists()

    def test_clearing_leaves_the_key(self, tmp_path, cache):
        removed = cache.clear()
        assert removed.files == 1
        assert removed.size > 0
        assert [path.name for path in cache.path.iterdir()] == ["key"]


class TestDisk:
    def test_a_full_disk_means_no_cache(self, tmp_path, compiled, caplog):
        caplog.set_level(logging.DEBUG, logger="evm_wasm.engine.native_cache")
        cache = NativeCache(tmp_path)
        with largest_file(4_096):
            for number in range(3):
                cache.save(identity(number), compiled)
        assert [path.name for path in cache.path.iterdir()] == ["key"]
        assert len(caplog.records) == 1
        assert "File too large" in caplog.text

    def test_a_full_disk_at_the_start_means_no_cache(self, tmp_path, compiled, caplog):
        caplog.set_level(logging.DEBUG, logger="evm_wasm.engine.native_cache")
        cache = NativeCache(tmp_path)
        with largest_file(0):
            cache.save(identity(1), compiled)
            assert cache.load(identity(1), has_runtime=False) is None
        assert list(cache.path.iterdir()) == []
        assert len(caplog.records) == 1

    def test_a_folder_without_write_permission_is_read(self, cache, compiled):
        with own_folder() as folder:
            mine = NativeCache(folder)
            mine.save(identity(1), compiled)
            mine.path.chmod(0o500)
            other = NativeCache(folder)
            assert other.load(identity(1), has_runtime=False) is not None
            other.save(identity(2), compiled)
            assert other.problem() is None
            assert len(entries(other)) == 1
            mine.path.chmod(0o700)

    def test_a_folder_without_write_permission_is_not_made(self, cache, compiled):
        with own_folder() as folder:
            folder.chmod(0o500)
            unmade = NativeCache(folder)
            unmade.save(identity(1), compiled)
            assert unmade.load(identity(1), has_runtime=False) is None
            assert "Permission denied" in unmade.problem()
            folder.chmod(0o700)

    def test_a_folder_that_vanished_is_no_reason_to_fail(self, tmp_path, cache, compiled):
        shutil.rmtree(cache.path)
        assert cache.load(identity(1), has_runtime=False) is None
        cache.save(identity(1), compiled)
        assert cache.contents().files == 0


class largest_file:  # noqa: N801 - reads as a function
    """Files cannot grow beyond this, as on a full disk."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __enter__(self) -> None:
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._size, self._before[1]))

    def __exit__(self, *_: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


class own_folder:  # noqa: N801 - reads as a function
    """A folder whose permissions count for us: for root they would not, so we are nobody.

    Who uses it asks for the fixture `cache` first: nobody may not be able to read our packages.
    """

    def __enter__(self) -> Path:
        self._made = Path(tempfile.mkdtemp())
        self._user = os.geteuid()
        if self._user == 0:
            os.chown(self._made, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        return self._made

    def __exit__(self, *_: object) -> None:
        if self._user == 0:
            os.seteuid(0)
        shutil.rmtree(self._made)


def writer(folder: Path, first: int, count: int, total: int, path: str = "") -> subprocess.Popen:
    script = ROOT / "tests" / "support" / "native_writer.py"
    words = [sys.executable, str(script), str(folder), str(first), str(count), str(total)]
    environment = {**os.environ, "PYTHONPATH": f"{path}{ROOT}"}
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen) -> int:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return int(out)


class TestProcesses:
    def test_several_begin_at_once(self, tmp_path):
        running = [writer(tmp_path, 10 * place, 20, LIMITS.total) for place in range(4)]
        for process in running:
            ended(process)
        names = {path.name for path in (tmp_path / "native").iterdir()}
        assert "key" in names
        assert len(names) == 51
        assert ended(writer(tmp_path, 0, 50, LIMITS.total)) == 50

    def test_several_drop_each_others_files(self, tmp_path, compiled):
        total = 12 * (len(compiled.serialize()) + 40)
        running = [writer(tmp_path, 15 * place, 30, total) for place in range(3)]
        for process in running:
            ended(process)
        cache = NativeCache(tmp_path)
        assert cache.contents().files > 0
        assert cache.contents().size <= total * (1 + 3 / LIMITS.share) + 3 * len(
            compiled.serialize()
        )
        assert not list(cache.path.glob("part-*"))

    def test_another_version_of_the_engine_finds_nothing(self, tmp_path):
        assert ended(writer(tmp_path / "cache", 0, 2, LIMITS.total)) == 0
        assert ended(writer(tmp_path / "cache", 0, 2, LIMITS.total)) == 2
        newer = tmp_path / "wasmtime-999.0.0.dist-info"
        newer.mkdir()
        (newer / "METADATA").write_text("Metadata-Version: 2.1\nName: wasmtime\nVersion: 999.0.0\n")
        assert ended(writer(tmp_path / "cache", 0, 2, LIMITS.total, f"{tmp_path}:")) == 0
        assert ended(writer(tmp_path / "cache", 0, 2, LIMITS.total)) == 2


HOME = str(Path.home())


@pytest.mark.parametrize(
    ("environment", "place"),
    [
        ({"EWASM_CACHE": "off"}, None),
        ({"EWASM_CACHE": "/some/where", "XDG_CACHE_HOME": "/other"}, "/some/where/native"),
        ({"EWASM_CACHE": "", "XDG_CACHE_HOME": "/other"}, "/other/ewasm/native"),
        ({"XDG_CACHE_HOME": "not/absolute"}, f"{HOME}/.cache/ewasm/native"),
        ({}, f"{HOME}/.cache/ewasm/native"),
    ],
)
def test_where_it_lies(environment, place):
    found = find_cache(environment)
    assert (None if found is None else str(found.path)) == place
