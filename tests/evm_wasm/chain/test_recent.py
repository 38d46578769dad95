"""What was used last stays at hand, up to a weight."""

from __future__ import annotations

from evm_wasm.chain.recent import Recent


def test_the_oldest_go_first():
    recent: Recent[str] = Recent(10)
    for number in range(3):
        recent.put(number, f"{number}", 4)
    assert [recent.get(number) for number in range(3)] == [None, "1", "2"]


def test_use_keeps_a_value():
    recent: Recent[str] = Recent(10)
    recent.put(0, "0", 4)
    recent.put(1, "1", 4)
    assert recent.get(0) == "0"
    recent.put(2, "2", 4)
    assert [recent.get(number) for number in range(3)] == ["0", None, "2"]


def test_one_value_may_weigh_more_than_all_together():
    recent: Recent[str] = Recent(10)
    recent.put(0, "0", 4)
    recent.put(1, "heavy", 100)
    assert [recent.get(number) for number in range(2)] == [None, "heavy"]
    recent.put(2, "2", 4)
    assert [recent.get(number) for number in range(3)] == [None, None, "2"]


def test_a_replaced_value_weighs_no_more():
    recent: Recent[str] = Recent(10)
    for _ in range(5):
        recent.put(0, "0", 6)
    recent.put(1, "1", 4)
    assert [recent.get(number) for number in range(2)] == ["0", "1"]


def test_what_is_above_a_number_is_dropped_with_its_weight():
    recent: Recent[str] = Recent(10)
    for number in range(3):
        recent.put(number, f"{number}", 3)
    recent.drop_above(0)
    assert [recent.get(number) for number in range(3)] == ["0", None, None]
    recent.put(5, "5", 7)
    assert (recent.get(0), recent.get(5)) == ("0", "5")
