"""Instances that run again: as new, or not at all."""

from __future__ import annotations

import pytest
from builders import wasm

from evm_wasm.engine import HostFunction, Level, WasmTrap, compile_module
from evm_wasm.engine.level import DEEP, INSTANCES_PER_STORE, PAGES_PER_STORE
from evm_wasm.engine.module import MOST_REUSED_PAGES, CompiledModule
from injector import instrument

IMPORT = '(import "ethereum" "getCallDataSize" (func $host (result i32)))'


def compiled(body: str, fields: str = "", pages: str = "1 4") -> CompiledModule:
    text = f'(module {IMPORT} (memory (export "memory") {pages}) {fields} (func (export "main") {body}))'
    return compile_module(instrument(wasm(text), schedule="none", restart=True))


def level(depth: int = 0, *, reuses: bool = True, call: object = lambda: 0) -> Level:
    function = HostFunction((), "i32", call)  # type: ignore[arg-type]
    return Level(depth, {"getCallDataSize": function}.__getitem__, reuses_instances=reuses)


def test_an_instance_is_given_again_with_its_first_memory() -> None:
    module = compiled("(i64.store (i32.const 3) (i64.const -1))", '(data (i32.const 5) "abc")')
    one = level()
    first = one.instantiate(module, 4)
    fresh = first.memory.read(0, 65_536)
    assert fresh == bytes(5) + b"abc" + bytes(65_528)
    first.run()
    first.memory.write(65_535, b"x")
    one.release(first)
    second = one.instantiate(module, 4)
    assert second is first
    assert second.memory.read(0, 65_536) == fresh


def test_one_in_use_is_not_given_to_another() -> None:
    module = compiled("")
    one = level()
    first = one.instantiate(module, 4)
    second = one.instantiate(module, 4)
    assert second is not first
    one.release(second)
    one.release(first)
    taken = one.instantiate(module, 4), one.instantiate(module, 4)
    assert taken[0] is not taken[1]


@pytest.mark.parametrize("body", ["unreachable", "(drop (call $host))"])
def test_after_a_failure_it_is_as_new(body: str) -> None:
    def fail() -> int:
        raise KeyboardInterrupt

    text = f"(if (i32.load (i32.const 0)) (then {body}))"
    module = compiled(f"{text} (i32.store8 (i32.const 9) (i32.const 7))")
    one = level(call=fail)
    for _ in range(3):
        instance = one.instantiate(module, 4)
        instance.memory.write(0, b"\1")
        with pytest.raises((WasmTrap, KeyboardInterrupt)):
            instance.run()
        one.release(instance)
        again = one.instantiate(module, 4)
        assert again is instance
        again.run()
        assert again.memory.read(0, 10) == bytes(9) + b"\7"
        one.release(again)


def test_memory_that_grew_is_not_set_back() -> None:
    module = compiled("(drop (memory.grow (call $host)))")
    one = level(call=lambda: grown)
    grown = 0
    first = one.instantiate(module, 4)
    first.run()
    one.release(first)
    grown = 1
    second = one.instantiate(module, 4)
    assert second is first
    second.run()
    one.release(second)
    third = one.instantiate(module, 4)
    assert third is not second
    assert third.memory.size() == 65_536


def test_the_limit_of_pages_is_that_of_the_frame() -> None:
    module = compiled("(i32.store (i32.const 0) (memory.grow (i32.const 2)))")
    one = level()
    seen = []
    for pages in (2, 1, 2, 4, 2, 4):
        instance = one.instantiate(module, pages)
        instance.run()
        seen.append((instance.memory.read(0, 4), instance.memory.size() >> 16))
        one.release(instance)
    refused, grown = (b"\xff" * 4, 1), (b"\1\0\0\0", 3)
    assert seen == [refused, refused, refused, grown, refused, grown]


@pytest.mark.parametrize(
    ("one", "pages"),
    [
        (level(DEEP), 1),
        (level(reuses=False), 1),
        (level(), MOST_REUSED_PAGES + 1),
    ],
)
def test_who_gets_a_new_one_each_time(one: Level, pages: int) -> None:
    module = compiled("", pages=f"{pages} 16")
    first = one.instantiate(module, 16)
    one.release(first)
    assert one.instantiate(module, 16) is not first


def test_a_module_without_the_entry_gets_a_new_one_each_time() -> None:
    module = compiled("(data.drop $d)", '(data $d "abc")')
    one = level()
    first = one.instantiate(module, 4)
    one.release(first)
    assert one.instantiate(module, 4) is not first


@pytest.mark.parametrize("start", [0, 1, 1_000, 65_533])
def test_segments_anywhere_are_set_back(start: int) -> None:
    module = compiled(
        f"(i64.store (i32.const {start % 65_000}) (i64.const -1))",
        f'(data (i32.const {start}) "\\00b\\00")',
    )
    one = level()
    first = one.instantiate(module, 4)
    fresh = first.memory.read(0, 65_536)
    first.run()
    one.release(first)
    assert one.instantiate(module, 4) is first
    assert first.memory.read(0, 65_536) == fresh


def test_a_small_module_has_no_large_image() -> None:
    module = compiled("", '(data (i32.const 0) "a") (data (i32.const 65535) "b")')
    one = level()
    first = one.instantiate(module, 4)
    one.release(first)
    assert one.instantiate(module, 4) is not first
    assert module.image is None


def test_a_memory_without_pages_is_set_back_and_may_grow() -> None:
    grow = "(if (call $host) (then (drop (memory.grow (i32.const 1)))))"
    module = compiled(grow, pages="0 4")
    grown = 0
    one = level(call=lambda: grown)
    first = one.instantiate(module, 4)
    first.run()
    one.release(first)
    grown = 1
    assert one.instantiate(module, 4) is first
    first.run()
    first.memory.write(65_535, b"x")
    assert first.memory.read(65_535, 1) == b"x"


def test_an_instance_of_a_former_store_is_not_given_again() -> None:
    module = compiled("")
    one = level()
    first = one.instantiate(module, 4)
    others = [compiled("", f'(data (i32.const 0) "{n}")') for n in range(INSTANCES_PER_STORE)]
    for other in others:
        one.release(one.instantiate(other, 4))
    one.release(first)
    second = one.instantiate(module, 4)
    assert second is not first
    second.run()


def test_idle_instances_do_not_wear_a_store_out() -> None:
    module = compiled("(i32.store (i32.const 0) (i32.const 1))")
    one = level()
    first = one.instantiate(module, 4)
    one.release(first)
    for _ in range(2 * (INSTANCES_PER_STORE + PAGES_PER_STORE)):
        instance = one.instantiate(module, 4)
        assert instance is first
        instance.run()
        one.release(instance)
