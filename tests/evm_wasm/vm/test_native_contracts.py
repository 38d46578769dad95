"""Contracts that come from a cache on disk: no result can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from builders import BLOCK, SENDER, contract
from command_line import TOKEN_DEPLOY

import injector
from evm_wasm.devnet import CallRequest, Devnet
from evm_wasm.eei.runtime import runtime
from evm_wasm.engine import NativeCache
from evm_wasm.model.block import TransactionContext
from evm_wasm.model.message import CallKind, Message, Outcome
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.rules.forks import BYZANTIUM
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm import Profiler, Vm, run_deep
from evm_wasm.vm.contract import ContractCache, InvalidContract
from evm_wasm.vm.execution import Execution

CALLED = Address(b"\xc0" * 20)
STORES = contract(
    """(call $storageStore (i32.const 0) (i32.const 32)) (call $log (i32.const 0) (i32.const 64)
       (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
       (call $finish (i32.const 16) (i32.const 40))""",
    imports="""(import "ethereum" "storageStore" (func $storageStore (param i32 i32)))
       (import "ethereum" "log" (func $log (param i32 i32 i32 i32 i32 i32 i32)))
       (import "ethereum" "finish" (func $finish (param i32 i32)))""",
    more='(data (i32.const 0) "some key") (data (i32.const 40) "some value")',
)
TRAPS = contract("(call $inner)", more="(func $inner (unreachable))")
LOOPS = contract("(loop (br 0))")


def call(vm: Vm, code: bytes) -> tuple[Outcome, object]:
    """What a message to an account of this code does, on a fresh state."""
    state = State(WorldState.EMPTY)
    state.set_code(CALLED, code)
    message = Message(
        kind=CallKind.CALL,
        caller=SENDER,
        recipient=CALLED,
        code_address=CALLED,
        value=0,
        moves_value=True,
        input=b"",
        gas=100_000,
        depth=0,
        is_static=False,
    )
    context = TransactionContext(origin=SENDER, gas_price=1)
    outcome = Execution(vm, state, BLOCK, context).run(message)
    return outcome, (state.logs, state.commit().root)


@pytest.mark.parametrize("schedule", ["particles", "none"])
@pytest.mark.parametrize("form", ["host", "module"])
@pytest.mark.parametrize("code", [STORES, TRAPS, LOOPS], ids=["stores", "traps", "loops"])
def test_the_same_with_a_cold_and_a_warm_cache_and_without(tmp_path, schedule, form, code):
    if schedule == "none" and code is LOOPS:
        code = contract("(unreachable)")  # a loop without an end is an error of the run there

    def results() -> list[object]:
        caches = (None, NativeCache(tmp_path), NativeCache(tmp_path))
        return [call(Vm(BYZANTIUM, schedule, eei=form, native=cache), code) for cache in caches]

    without, cold, warm = run_deep(results)
    assert without == cold == warm
    assert len(list(tmp_path.glob("native/*.native"))) == 1


def test_all_that_a_contract_depends_on_makes_another_file(tmp_path):
    limits = BYZANTIUM.limits
    particles, unit = (injector.load_schedule(name) for name in ("particles", "unit"))
    linked = [
        injector.load_runtime(runtime(rules, 10_000, counts_steps=False))
        for rules in (BYZANTIUM, replace(BYZANTIUM, gas=replace(BYZANTIUM.gas, base=3)))
    ]
    kinds = [
        lambda native: ContractCache(particles, limits, native=native),
        lambda native: ContractCache(unit, limits, native=native),
        lambda native: ContractCache(particles, replace(limits, frame_pages=7), native=native),
        lambda native: ContractCache(particles, limits, native=native, runtime=linked[0]),
        lambda native: ContractCache(particles, limits, native=native, runtime=linked[1]),
    ]
    for turn in range(2):  # the second finds everything
        for number, kind in enumerate(kinds):
            kind(NativeCache(tmp_path)).load(STORES, keccak256(STORES))
            files = len(list(tmp_path.glob("native/*.native")))
            assert files == (len(kinds) if turn else number + 1)
    kinds[0](NativeCache(tmp_path)).load(TRAPS, keccak256(TRAPS))
    assert len(list(tmp_path.glob("native/*.native"))) == len(kinds) + 1


def test_refused_code_and_profiles_are_not_kept(tmp_path):
    native = NativeCache(tmp_path)
    vm = Vm(BYZANTIUM, "particles", native=native)
    refused = contract("(drop (f32.const 0))")
    for code in (b"not wasm", refused):
        assert isinstance(vm.contracts.load(code, keccak256(code)), InvalidContract)
    run_deep(call, vm.profiled(Profiler(vm.scale)), STORES)
    assert native.contents().files == 0


def test_an_unusable_cache_changes_nothing(tmp_path):
    (tmp_path / "native").mkdir(mode=0o755)
    with_cache, without = (
        run_deep(call, Vm(BYZANTIUM, "particles", native=native), STORES)
        for native in (NativeCache(tmp_path), None)
    )
    assert with_cache == without
    assert list((tmp_path / "native").iterdir()) == []


def test_a_devnet_finds_what_another_one_compiled(tmp_path):
    def run(native: NativeCache | None) -> tuple[object, ...]:
        with Devnet(native=native) as devnet:
            token = devnet.deploy(Path(TOKEN_DEPLOY).read_bytes())
            answer = devnet.call(CallRequest(to=token, data=bytes.fromhex("18160ddd")))
            return token, answer, devnet.block().hash

    results = [run(None), run(NativeCache(tmp_path)), run(NativeCache(tmp_path))]
    assert results[0] == results[1] == results[2]
    assert NativeCache(tmp_path).contents().files == 2  # the token and what deployed it
