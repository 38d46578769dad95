from __future__ import annotations

import json
from pathlib import Path

import pytest

from injector import ScheduleError, load_schedule
from injector.opcodes import MNEMONICS


@pytest.mark.parametrize("name", ["particles", "unit"])
def test_no_instruction_is_free(name: str) -> None:
    schedule = load_schedule(name)
    for mnemonic in MNEMONICS:
        assert (schedule.price(mnemonic) > 0) == (mnemonic not in ("else", "end"))


def test_scales_and_lengths() -> None:
    particles = load_schedule("particles")
    assert (particles.scale, particles.price("i32.shl"), particles.copy_word) == (10_000, 68, 90)
    assert particles.free_initial_pages == 1
    unit = load_schedule("unit")
    assert (unit.price("nop"), unit.memory_page, unit.free_initial_pages) == (
        10_000,
        14_336 * 10_000,
        0,
    )
    fuel = load_schedule("fuel")
    assert (fuel.scale, fuel.price("drop"), fuel.price("call"), fuel.copy_byte) == (1, 0, 1, 1)
    assert not load_schedule("none").charges


def test_hash_depends_on_every_price(tmp_path: Path) -> None:
    data = _data()
    seen = {load_schedule("particles").hash}
    for path in (("instructions", "i32.add"), ("local",), ("memory_page",), ("copy_word",)):
        changed = json.loads(json.dumps(data))
        target = changed
        for key in path[:-1]:
            target = target[key]
        target[path[-1]] = 77
        schedule = load_schedule(_write(tmp_path, changed))
        assert schedule.hash not in seen
        seen.add(schedule.hash)


def test_file_in_the_same_form(tmp_path: Path) -> None:
    schedule = load_schedule(_write(tmp_path, _data()))
    assert schedule.hash == load_schedule("particles").hash
    assert schedule.name == "mine"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": None}, "'scale': must be an integer"),
        ({"scale": 0}, "'scale': 0 is not between"),
        ({"local": 0}, "'local': 0 is not between"),
        ({"local": 1.5}, "'local': must be an integer"),
        ({"local": True}, "'local': must be an integer"),
        ({"memory_page": 1 << 31}, "'memory_page'"),
        ({"surprise": 1}, "unknown field 'surprise'"),
        ({"copy_byte": 1}, "exactly one of copy_word and copy_byte"),
        ({"instructions": {"i32.add": 1}}, "is missing"),
        ({"instructions": {"i32.bad": 1}}, "unknown instruction"),
        ({"instructions": []}, "must be an object"),
        ({"free_initial_pages": "some"}, "'free_initial_pages'"),
    ],
)
def test_bad_fields_are_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    path = _write(tmp_path, _data() | change)
    with pytest.raises(ScheduleError, match=message) as error:
        load_schedule(path)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("missing", ["scale", "function_entry", "free_initial_pages"])
def test_missing_fields_are_named(tmp_path: Path, missing: str) -> None:
    data = _data()
    del data[missing]
    with pytest.raises(ScheduleError, match=f"'{missing}': is missing"):
        load_schedule(_write(tmp_path, data))


def test_free_instruction_is_refused(tmp_path: Path) -> None:
    data = _data()
    data["instructions"]["br"] = 0
    with pytest.raises(ScheduleError, match=r"instructions\.br.*may not be free"):
        load_schedule(_write(tmp_path, data))


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ScheduleError, match="neither one of"):
        load_schedule("no such schedule")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(ScheduleError, match=r"broken\.json: cannot be read"):
        load_schedule(broken)
    broken.write_text("[]")
    with pytest.raises(ScheduleError, match="must be a JSON object"):
        load_schedule(broken)


def _data() -> dict[str, dict[str, int]]:
    import injector

    text = (Path(injector.__file__).parent / "prices.json").read_text()
    return json.loads(text)["particles"]


def _write(folder: Path, data: object) -> Path:
    path = folder / "mine.json"
    path.write_text(json.dumps(data))
    return path
