"""The engine adapter: configuration, memory, host functions, traps."""

from __future__ import annotations

import subprocess
import sys

import pytest
from builders import wasm

from evm_wasm.engine import (
    HostFunction,
    Level,
    OutOfBounds,
    WasmTrap,
    compile_module,
    wat_to_wasm,
)
from evm_wasm.errors import InputError, MachineError

COUNTER = '(global (export "gas_left") (mut i64) (i64.const 7))'


def level(**functions: HostFunction) -> Level:
    return Level(0, functions.__getitem__)


def module(body: str, imports: str = "") -> bytes:
    return wasm(
        f'(module {imports} (memory (export "memory") 1 4) {COUNTER} (func (export "main") {body}))'
    )


@pytest.mark.parametrize("has_runtime", [False, True])
def test_the_configuration_is_one_the_engine_accepts(has_runtime: bool) -> None:
    """A bad combination aborts the process, so it is built in one of its own."""
    code = (
        "from evm_wasm.engine.config import engine, engine_version\n"
        f"engine(has_runtime={has_runtime}); print(engine_version())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("wasmtime ")


@pytest.mark.parametrize(
    "text",
    [
        "(module (func (drop (v128.const i32x4 0 0 0 0))))",
        "(module (memory i64 1))",
        "(module (memory 1) (memory 1))",
        "(module (func $f (return_call $f)))",
        "(module (memory 1 1 shared))",
        "(module (tag))",
        "(module (type (struct)))",
    ],
)
def test_features_that_no_contract_may_use_are_off_in_the_engine_too(text: str) -> None:
    with pytest.raises(MachineError):
        compile_module(wasm(text))


def test_memory_is_checked_to_the_byte() -> None:
    instance = level().instantiate(compile_module(module("")), 4)
    memory = instance.memory
    memory.write(65_535, b"x")
    assert memory.read(65_535, 1) == b"x"
    assert memory.read(65_536, 0) == b""
    for address, length in ((65_536, 1), (65_535, 2), (65_537, 0), (0xFFFF_FFFF, 0xFFFF_FFFF)):
        with pytest.raises(OutOfBounds):
            memory.read(address, length)
        with pytest.raises(OutOfBounds):
            memory.check(address, length)
    with pytest.raises(OutOfBounds):
        memory.write(65_535, b"xy")
    assert memory.read(65_535, 1) == b"x"


def test_memory_is_seen_after_growth() -> None:
    instance = level().instantiate(compile_module(module("(drop (memory.grow (i32.const 3)))")), 4)
    assert instance.memory.size() == 65_536
    instance.run()
    assert instance.memory.size() == 4 * 65_536
    assert instance.memory.read(4 * 65_536 - 1, 1) == b"\0"


def test_the_page_limit_holds_below_the_modules_own_maximum() -> None:
    body = "(i32.store (i32.const 0) (memory.grow (i32.const 2)))"
    instance = level().instantiate(compile_module(module(body)), 2)
    instance.run()
    assert instance.memory.read(0, 4) == b"\xff" * 4


def test_arguments_are_unsigned_and_results_wrap() -> None:
    seen: list[tuple[int, ...]] = []

    def host(*arguments: int) -> int:
        seen.append(arguments)
        return 0xFFFF_FFFE

    code = module(
        "(i32.store (i32.const 0) (call $f (i32.const -1) (i64.const -1)))",
        '(import "ethereum" "f" (func $f (param i32 i64) (result i32)))',
    )
    instance = level(f=HostFunction(("i32", "i64"), "i32", host)).instantiate(
        compile_module(code), 4
    )
    instance.run()
    assert seen == [(0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF)]
    assert instance.memory.read(0, 4) == b"\xfe\xff\xff\xff"


def test_what_a_host_function_raises_comes_out_unchanged() -> None:
    error = KeyError("mine")

    def host() -> None:
        raise error

    code = module("(call $f)", '(import "ethereum" "f" (func $f))')
    instance = level(f=HostFunction((), None, host)).instantiate(compile_module(code), 4)
    with pytest.raises(KeyError) as caught:
        instance.run()
    assert caught.value is error


def test_traps_carry_cause_and_backtrace() -> None:
    instance = level().instantiate(
        compile_module(module("(drop (i64.div_s (i64.const 1) (i64.const 0)))")), 4
    )
    with pytest.raises(WasmTrap) as caught:
        instance.run()
    assert "divide by zero" in caught.value.cause
    assert [frame.function for frame in caught.value.backtrace] == [0]


def test_the_counter_is_shared_with_the_wasm_code() -> None:
    code = wasm(
        '(module (memory (export "memory") 1) (global $g (export "gas_left") (mut i64) (i64.const 0))'
        '(func (export "main") (global.set $g (i64.sub (global.get $g) (i64.const 5)))))'
    )
    instance = level().instantiate(compile_module(code), 1)
    instance.counter = 2**62
    instance.run()
    assert instance.counter == 2**62 - 5


def test_a_store_is_renewed_and_goes_on_working() -> None:
    compiled = compile_module(module("(drop (memory.grow (i32.const 3)))"))
    one = level()
    for _ in range(500):
        instance = one.instantiate(compiled, 4)
        instance.run()
        one.release(instance)


def test_malformed_text_is_named_with_its_place() -> None:
    with pytest.raises(InputError, match=r"^bad\.wat: line 1, column 10: "):
        wat_to_wasm("(module (foo))", what="bad.wat")
