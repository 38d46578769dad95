"""Gas by frame and function: nothing changes by looking, and the parts are the whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from builders import (
    BLOCK,
    CONTRACT,
    ETHER,
    FINISH,
    OTHER,
    SENDER,
    World,
    contract,
    data,
    eei,
)
from random_programs import random_program

from evm_wasm.chain.transition import apply_transaction
from evm_wasm.errors import InputError
from evm_wasm.model.message import CallKind, Status
from evm_wasm.model.profile import FrameGas
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.rules.forks import DEVNET
from evm_wasm.state.state import State
from evm_wasm.vm import Profiler, Vm
from injector import load_schedule

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
CALL = eei("call", "i64", "i32", "i32", "i32", "i32", result="i32")
REVERT = eei("revert", "i32", "i32")
PARTICLES = load_schedule("particles")


def call_other(value: int = 0) -> str:
    store = f"(i32.store (i32.const 32) (i32.const {value}))"
    pointers = "(i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)"
    return f"{store} (drop (call $call (i64.const 1000000) {pointers}))"


def calling(body: str) -> bytes:
    return contract(body, imports=CALL, more=data(0, OTHER))


def world(caller: bytes, callee: bytes = b"") -> World:
    made = World("particles", DEVNET)
    made.install(caller, CONTRACT, ETHER)
    made.install(callee, OTHER)
    return made


def transaction(to: Address | None = CONTRACT, code: bytes = b"", nonce: int = 0) -> Transaction:
    return Transaction(
        sender=SENDER, nonce=nonce, gas_price=0, gas_limit=3_000_000, to=to, value=0, data=code
    )


def profile(made: World, sent: Transaction | None = None) -> tuple[Receipt, *tuple[FrameGas, ...]]:
    """Applies a transaction twice, watched and not; gives the receipt, which both have, and the frames."""
    sent = sent or transaction()
    profiler, before = Profiler(made.vm.scale), made.state.commit()
    watched, unwatched = State(before), State(before)
    plain = apply_transaction(made.vm, unwatched, BLOCK, sent)
    assert apply_transaction(made.vm.profiled(profiler), watched, BLOCK, sent) == plain
    assert watched.commit().root == unwatched.commit().root
    return plain, *profiler.frames


def assert_whole(receipt: Receipt, *every: FrameGas) -> None:
    gas = receipt.gas
    assert every[0].total == gas.instructions + gas.eei + gas.deposit + gas.burned
    assert sum(frame.instructions for frame in every) == gas.instructions
    assert sum(frame.eei for frame in every) == gas.eei
    assert sum(frame.deposit for frame in every) == gas.deposit
    assert sum(frame.burned for frame in every) == gas.burned


def by_name(frame: FrameGas) -> dict[str, int]:
    return {function.name: function.particles for function in frame.functions}


def price(*mnemonics: str) -> int:
    return PARTICLES.function_entry + sum(PARTICLES.price(each) for each in mnemonics)


def test_frames_are_a_tree_with_their_own_gas() -> None:
    callee = contract("(call $f) (call $f)", more="(func $f nop)")
    caller = calling(call_other() + call_other())
    receipt, root, *inner = profile(world(caller, callee))
    assert_whole(receipt, root, *inner)
    assert (root.depth, [called.depth for called in inner]) == (0, [1, 1])
    assert (root.kind, root.address, root.status) == (CallKind.CALL, CONTRACT, Status.SUCCESS)
    assert root.code_hash == keccak256(caller)
    assert root.eei == 2 * DEVNET.gas.call * PARTICLES.scale
    assert by_name(root).keys() == {"main"}
    for called in inner:
        assert (called.address, called.code_hash) == (OTHER, keccak256(callee))
        assert by_name(called) == {"f": 2 * price("nop"), "main": price("call", "call")}
        assert (called.eei, called.own, called.total) == (0, *(called.instructions,) * 2)


@pytest.mark.parametrize("value", [0, 5])
@pytest.mark.parametrize("has_code", [True, False])
def test_a_stipend_belongs_to_the_price_of_the_call(value: int, has_code: bool) -> None:
    callee = contract("nop") if has_code else b""
    receipt, root, called = profile(world(calling(call_other(value)), callee))
    assert_whole(receipt, root, called)
    assert receipt.gas.instructions > 0


@pytest.mark.parametrize(
    "end",
    [
        "(call $finish (i32.const 0) (i32.const 1)) nop nop",
        "(call $revert (i32.const 0) (i32.const 0)) nop",
    ],
)
def test_a_frame_that_a_method_ends_is_exact(end: str) -> None:
    callee = contract("nop (call $f) nop", imports=FINISH + REVERT, more=f"(func $f nop {end})")
    receipt, root, called = profile(world(calling(call_other()), callee))
    assert_whole(receipt, root, called)
    ended = price("nop", "i32.const", "i32.const", "call")
    assert by_name(called) == {"f": ended, "main": price("nop", "call")}


def test_a_frame_that_traps_has_what_was_started() -> None:
    callee = contract("nop (call $f) nop", more="(func $f nop unreachable)")
    receipt, root, failed = profile(world(calling(call_other() + "nop"), callee))
    assert (failed.status, failed.burned) == (Status.FAILURE, receipt.gas.burned)
    assert failed.burned > 0
    assert by_name(failed) == {"f": price("nop", "unreachable"), "main": price("nop", "call")}
    assert by_name(root) == by_name(profile(world(calling(call_other() + "nop")))[1])


def test_code_that_does_not_run_has_no_functions() -> None:
    receipt, root, failed = profile(world(calling(call_other()), b"\x60\x01"))
    assert_whole(receipt, root, failed)
    assert (failed.code_hash, failed.functions) == (None, ())


def test_a_creation_has_its_init_code_and_its_deposit() -> None:
    made = World("particles", DEVNET)
    code = (CONTRACTS / "token" / "token_deploy.wasm").read_bytes()
    receipt, root = profile(made, transaction(None, code))
    assert_whole(receipt, root)
    assert (root.kind, root.address, root.code_hash) == (
        CallKind.CREATE,
        receipt.created,
        keccak256(code),
    )
    assert root.deposit == receipt.gas.deposit > 0


def test_random_programs() -> None:
    whole = 0
    for seed in range(40):
        receipt, root = profile(world(random_program(seed)))
        if receipt.status is Status.SUCCESS:
            assert_whole(receipt, root)
            whole += 1
    assert whole >= 20


def test_every_transaction_begins_a_new_list() -> None:
    made = world(contract("nop"), contract("nop nop"))
    profiler = Profiler(made.vm.scale)
    vm = made.vm.profiled(profiler)
    for nonce, to in enumerate((CONTRACT, OTHER)):
        apply_transaction(vm, made.state, BLOCK, transaction(to, nonce=nonce))
        assert [frame.address for frame in profiler.frames] == [to]


def test_past_the_bound_frames_are_left_out_and_the_others_are_right() -> None:
    def calls_thrice() -> World:
        return world(calling(call_other() * 3), contract("(call $x)", more="(func $x nop)"))

    made = calls_thrice()
    profiler = Profiler(made.vm.scale, most=3)
    apply_transaction(made.vm.profiled(profiler), made.state, BLOCK, transaction())
    whole = profile(calls_thrice())[1:]
    assert len(whole) == 4
    assert profiler.is_cut
    assert profiler.frames == whole[:2]


def test_the_deepest_nesting() -> None:
    """1,024 frames inside of each other, and one call that is refused."""
    made = World("fuel", DEVNET)
    pointers = "(i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)"
    body = f"(drop (call $call (i64.const 1000000000000000) {pointers}))"
    made.install(contract(body, imports=CALL, more=data(0, CONTRACT)), CONTRACT)
    sent = replace(transaction(), gas_limit=9 * 10**14)
    receipt, *frames = profile(made, sent)
    assert_whole(receipt, *frames)
    assert [frame.depth for frame in frames] == list(range(1_025))


def test_a_schedule_without_prices_has_no_profile() -> None:
    with pytest.raises(InputError, match="schedule none has none"):
        Vm(DEVNET, "none").profiled(Profiler(1))
