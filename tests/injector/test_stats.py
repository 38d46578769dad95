from __future__ import annotations

from small_contracts import contract

from injector import instrument, instrument_with_stats


def test_stats_of_each_function() -> None:
    wasm = contract("(if (i32.const 1) (then nop))", "(func $empty)", imports=("useGas",))
    output, stats = instrument_with_stats(wasm)
    assert output == instrument(wasm)
    assert (stats.bytes_before, stats.bytes_after) == (len(wasm), len(output))
    by_name = {function.name: function for function in stats.functions}
    assert set(by_name) == {"main", "empty"}
    assert by_name["empty"].index == 1
    assert stats.charge_points == sum(function.charge_points for function in stats.functions)
    assert by_name["main"].bytes_after > by_name["main"].bytes_before == 8
    assert stats.growth > 0


def test_stats_of_an_unmetered_module() -> None:
    _, stats = instrument_with_stats(contract("nop"), schedule="none")
    assert (stats.charge_points, stats.growth) == (0, 0.0)
