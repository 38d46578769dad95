"""Time: what timestamps blocks get."""

from __future__ import annotations

import pytest
from devnet_scenes import STRANGER

from evm_wasm.devnet import PENDING, Devnet, DevnetConfig
from evm_wasm.devnet.timekeeping import MOST_SECONDS, STANDING_TIME
from evm_wasm.errors import InputError


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000

    def __call__(self) -> int:
        return self.seconds


def stamps(devnet: Devnet, count: int) -> list[int]:
    """The timestamps of the next blocks."""
    devnet.mine(count)
    head = devnet.block_number()
    blocks = [devnet.block(number) for number in range(head - count + 1, head + 1)]
    return [block.header.timestamp for block in blocks if block is not None]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Devnet:
    return Devnet(clock=clock)


def test_without_a_clock_blocks_are_a_second_apart() -> None:
    devnet, again = Devnet(), Devnet()
    start = STANDING_TIME
    assert stamps(devnet, 3) == [start + 1, start + 2, start + 3]
    devnet.time.increase(100)
    assert stamps(devnet, 2) == [start + 103, start + 104]
    again.mine(3)
    assert again.block(3) == devnet.block(3)


def test_blocks_follow_the_clock(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    assert stamps(timed, 2) == [start, start]
    clock.seconds += 5
    assert stamps(timed, 1) == [start + 5]
    clock.seconds -= 100
    assert stamps(timed, 1) == [start + 5]


def test_time_is_increased_for_good(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    assert timed.time.increase(100) == 100
    assert timed.time.increase(1) == 101
    assert stamps(timed, 1) == [start + 101]
    clock.seconds += 9
    assert stamps(timed, 1) == [start + 110]


def test_the_next_timestamp_is_just_that_one(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    timed.time.set_next(start + 1_000)
    assert timed.block(PENDING).header.timestamp == start + 1_000  # type: ignore[union-attr]
    assert stamps(timed, 1) == [start + 1_000]
    clock.seconds += 2
    assert stamps(timed, 1) == [start + 1_002]
    timed.time.set_next(start + 1_002)
    assert stamps(timed, 1) == [start + 1_002]


def test_time_goes_on_from_where_it_is_set(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    assert timed.time.set_time(start + 5_000) == 5_000
    clock.seconds += 3
    assert stamps(timed, 1) == [start + 5_003]


def test_intervals(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    timed.time.set_interval(12)
    assert stamps(timed, 2) == [start + 12, start + 24]
    timed.time.increase(100)
    assert stamps(timed, 1) == [start + 36]
    assert timed.time.remove_interval()
    assert not timed.time.remove_interval()
    assert stamps(timed, 1) == [start + 100]


def test_mining_with_an_interval(timed: Devnet, clock: Clock) -> None:
    start = clock.seconds
    timed.mine(3, 16)
    assert [timed.block(n).header.timestamp - start for n in (1, 2, 3)] == [16, 32, 48]  # type: ignore[union-attr]
    assert timed.time.offset == 48


@pytest.mark.parametrize("method", ["set_next", "set_time"])
def test_time_never_goes_back(timed: Devnet, clock: Clock, method: str) -> None:
    timed.mine()
    change = getattr(timed.time, method)
    with pytest.raises(InputError, match="lower than previous block's timestamp"):
        change(clock.seconds - 1)
    with pytest.raises(InputError, match="too large"):
        change(MOST_SECONDS + 1)
    with pytest.raises(InputError, match="cannot go back"):
        timed.time.increase(-1)
    with pytest.raises(InputError, match="too large"):
        timed.time.increase(MOST_SECONDS)
    with pytest.raises(InputError):
        timed.time.set_interval(-1)


def test_at_the_end_of_time_it_stands(net: Devnet) -> None:
    net.time.set_next(MOST_SECONDS)
    assert stamps(net, 2) == [MOST_SECONDS, MOST_SECONDS]


def test_the_genesis_can_be_at_any_time(clock: Clock) -> None:
    devnet = Devnet(DevnetConfig(timestamp=5), clock=clock)
    assert devnet.block(0).header.timestamp == 5  # type: ignore[union-attr]
    clock.seconds += 4
    assert stamps(devnet, 1) == [9]
    devnet.transact(STRANGER)
