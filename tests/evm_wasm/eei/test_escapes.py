"""Contracts that name what linking the runtime adds: all are refused before anything is linked.

The indices are those that the added things really have in the output of the same contract.
"""

from __future__ import annotations

import re
from functools import cache

import pytest
import wasmtime
from builders import FINISH, World, contract, eei

from evm_wasm.eei.runtime import INSIDE, runtime
from evm_wasm.eei.table import METHODS, TABLE
from evm_wasm.model.message import HaltReason, Status
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.vm import Vm
from evm_wasm.vm.contract import InvalidContract
from evm_wasm.vm.vm import HOST, MODULE
from fuzz.smith import run_tool
from injector import InjectorError, check, instrument, load_runtime

OWN_FUNCTIONS = len(METHODS) + 2
IMPORTS = "".join(eei(m.name, *m.wasm_params, result=m.result) for m in METHODS)


def text(body: str = "", fields: str = "", main: str = "") -> str:
    """A contract that imports every method, with two functions, a global and a table."""
    export = main or f"(func {len(METHODS)})"
    return f"""(module {IMPORTS} (table 4 funcref) (memory (export "memory") 1)
      (global (mut i64) (i64.const 0)) (export "main" {export})
      (elem (i32.const 0) func 0 {len(METHODS)}) {fields}
      (func) (func (result i32) {body} (i32.const 0)))"""


def assemble(source: str) -> bytes:
    return bytes(wasmtime.wat2wasm(source))


LINKED = load_runtime(runtime(BYZANTIUM, 10_000, counts_steps=False))


@cache
def counts() -> dict[str, int]:
    """How many functions, globals, memories and tags the output has."""
    printed = run_tool("print", data=instrument(assemble(text()), runtime=LINKED))
    assert printed is not None
    return {
        kind: 1 + max(int(n) for n in re.findall(rf"\({kind} \$?\S* ?\(;(\d+);\)", found))
        for kind in ("func", "global", "memory", "tag")
        for found in [printed.decode()]
    }


def assert_refused(source: str) -> None:
    wasm = assemble(source)
    assert check(wasm, policy="ewasm"), source
    with pytest.raises(InjectorError):
        instrument(wasm, policy="ewasm", runtime=LINKED)
    loaded = Vm(BYZANTIUM, "particles", eei=MODULE).contracts.load(wasm, keccak256(wasm))
    assert isinstance(loaded, InvalidContract)


def test_the_plain_contract_is_accepted_and_things_are_added() -> None:
    assert check(assemble(text()), policy="ewasm") == ()
    found = counts()
    assert found["func"] > OWN_FUNCTIONS + len(INSIDE)
    assert found["global"] >= 2
    assert (found["memory"], found["tag"]) == (2, 1)


FUNCTION_USES = {
    "call": lambda index: text(f"(call {index})"),
    "element": lambda index: text(fields=f"(elem (i32.const 2) func {index})"),
    "expression of an element": lambda index: text(
        fields=f"(elem (i32.const 2) funcref (ref.func {index}))"
    ),
    "passive element": lambda index: text(fields=f"(elem func {index})"),
    "reference": lambda index: text(f"(drop (ref.func {index}))", f"(elem declare func {index})"),
    "global": lambda index: text(fields=f"(global funcref (ref.func {index}))"),
    "main": lambda index: text(main=f"(func {index})"),
    "export": lambda index: text(fields=f'(export "also" (func {index}))'),
    "start": lambda index: text(fields=f"(start {index})"),
}


@pytest.mark.parametrize("use", FUNCTION_USES.values(), ids=FUNCTION_USES.keys())
def test_added_functions(use) -> None:
    for index in range(OWN_FUNCTIONS, counts()["func"] + 2):
        assert_refused(use(index))


@pytest.mark.parametrize("use", ["call", "element", "main"])
def test_own_functions_may_be_named_in_the_same_way(use: str) -> None:
    assert check(assemble(FUNCTION_USES[use](len(METHODS))), policy="ewasm") == ()


@pytest.mark.parametrize(
    "body",
    [
        "(drop (global.get {}))",
        "(global.set {} (i64.const -1))",
        "(global.set {0} (global.get {0}))",
    ],
)
def test_added_globals(body: str) -> None:
    for index in range(1, counts()["global"] + 2):
        assert_refused(text(body.format(index)))
        assert_refused(text(fields=f'(export "also" (global {index}))'))
        assert_refused(text(fields=f"(global i64 (global.get {index}))"))


MEMORY_USES = (
    "(drop (i32.load {} (i32.const 0)))",
    "(drop (i64.load32_u {} offset=8 (i32.const 0)))",
    "(i32.store {} (i32.const 0) (i32.const 1))",
    "(i64.store8 {} (i32.const 0) (i64.const 1))",
    "(drop (memory.size {}))",
    "(drop (memory.grow {} (i32.const 1)))",
    "(memory.fill {} (i32.const 0) (i32.const 0) (i32.const 1))",
    "(memory.copy {} 0 (i32.const 0) (i32.const 0) (i32.const 1))",
    "(memory.copy 0 {} (i32.const 0) (i32.const 0) (i32.const 1))",
    "(memory.copy {0} {0} (i32.const 0) (i32.const 0) (i32.const 1))",
    "(memory.init {} 0 (i32.const 0) (i32.const 0) (i32.const 1))",
)


@pytest.mark.parametrize("body", MEMORY_USES)
def test_the_added_memory(body: str) -> None:
    for index in (1, 2):
        assert_refused(text(body.format(index), '(data "x")'))


@pytest.mark.parametrize(
    "fields",
    [
        '(data (memory 1) (i32.const 0) "x")',
        '(export "also" (memory 1))',
        '(export "frame" (memory 0))',
        "(memory 1)",
        "(tag)",
        '(tag (export "also"))',
    ],
)
def test_the_added_memory_and_tag_in_other_sections(fields: str) -> None:
    assert_refused(text(fields=fields))


@pytest.mark.parametrize(
    "body",
    [
        "(throw {})",
        "(block (try_table (catch {} 0)))",
        "(block (try_table (catch_all 0)))",
        "(drop (block (result exnref) (try_table (catch_all_ref 0)) unreachable))",
    ],
)
def test_the_added_tag(body: str) -> None:
    for index in range(2):
        assert_refused(text(body.format(index)))


@pytest.mark.parametrize("form", [HOST, MODULE])
def test_a_table_has_nothing_in_it_but_what_the_contract_put_there(form: str) -> None:
    """Indices go beyond all functions of the output: each other call traps."""
    body = """(call $callDataCopy (i32.const 0) (i32.const 0) (i32.const 4))
      (call_indirect (i32.load (i32.const 0))) (call $finish (i32.const 0) (i32.const 4))"""
    imports = eei("callDataCopy", "i32", "i32", "i32") + FINISH
    more = "(table 6 funcref) (elem (i32.const 3) func $own) (func $own)"
    world = World(schedule="particles")
    world.vm = Vm(BYZANTIUM, "particles", eei=form)
    world.install(contract(body, imports=imports, more=more))
    for place in [*range(counts()["func"] + 10), 2**31, 2**32 - 1]:
        outcome = world.call(data=place.to_bytes(4, "little"))
        if place == 3:
            assert outcome.status is Status.SUCCESS
        else:
            assert outcome.halt is HaltReason.TRAP


def test_a_runtime_function_in_a_table_is_the_method_and_nothing_else() -> None:
    body = """(call_indirect (param i32) (i32.const 0) (i32.const 0))
      (call $finish (i32.const 0) (i32.const 32))"""
    imports = eei("getCaller", *TABLE["getCaller"].wasm_params) + FINISH
    more = "(table 1 funcref) (elem (i32.const 0) func $getCaller)"
    seen = []
    for form in (HOST, MODULE):
        world = World(schedule="particles")
        world.vm = Vm(BYZANTIUM, "particles", eei=form)
        world.install(contract(body, imports=imports, more=more))
        seen.append(world.call())
    assert seen[0] == seen[1]
    assert seen[0].status is Status.SUCCESS
