"""Init code that is made here deploys what it should, under the machine itself."""

from __future__ import annotations

import pytest
from builders import BLOCK, SENDER, World, contract, eei
from command_line import CONTRACTS
from hypothesis import given
from hypothesis import strategies as st

import injector
from evm_wasm.chain.transition import apply_transaction
from evm_wasm.engine import wat_to_wasm
from evm_wasm.model.message import Status
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.transaction import Transaction
from evm_wasm.project.deployer import PAGE, init_code_of, with_arguments
from evm_wasm.rules.forks import DEVNET

RUNTIMES = sorted(path for path in CONTRACTS.glob("*/*.wasm") if not path.stem.endswith("_deploy"))

# Logs the last LENGTH bytes of its own code and deploys nothing.
LOG_ARGUMENTS = """
  (call $codeCopy (i32.const 0)
    (i32.sub (call $getCodeSize) (i32.const LENGTH)) (i32.const LENGTH))
  (call $log (i32.const 0) (i32.const LENGTH) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
"""
IMPORTS = (
    eei("codeCopy", "i32", "i32", "i32")
    + eei("getCodeSize", result="i32")
    + eei("log", "i32", "i32", "i32", "i32", "i32", "i32", "i32")
)


def deployer_text(runtime: bytes) -> str:
    """The obvious twin: a deployer as a person writes it."""
    data = "".join(f"\\{byte:02x}" for byte in runtime)
    return (
        '(module (import "ethereum" "finish" (func (param i32 i32)))'
        f' (memory (export "memory") {-(-len(runtime) // PAGE) or 1})'
        f' (data (i32.const 0) "{data}")'
        f' (func (export "main") i32.const 0 i32.const {len(runtime)} call 0))'
    )


def create(code: bytes) -> tuple[Receipt, World]:
    world = World(schedule="particles", rules=DEVNET)
    transaction = Transaction(
        sender=SENDER,
        nonce=0,
        gas_price=1,
        gas_limit=900_000_000,
        to=None,
        value=0,
        data=code,
    )
    return apply_transaction(world.vm, world.state, BLOCK, transaction), world


@pytest.mark.parametrize("path", RUNTIMES, ids=lambda path: path.stem)
def test_a_runtime_module_is_deployed_as_it_is(path) -> None:
    runtime = path.read_bytes()
    receipt, world = create(init_code_of(runtime))
    assert receipt.status is Status.SUCCESS
    assert world.state.code(receipt.created) == runtime


@given(st.binary(max_size=300) | st.integers(0, 3 * PAGE).map(bytes))
def test_a_deployer_is_the_module_that_its_text_says(runtime: bytes) -> None:
    assert init_code_of(runtime) == wat_to_wasm(deployer_text(runtime), what="deployer")


@pytest.mark.parametrize("beyond", [-1, 0, 1, PAGE])
def test_a_module_of_any_length_fits_into_the_memory(beyond: int) -> None:
    plain = contract("nop")
    # A custom section fills the module up: its number, its length in three bytes, its empty name.
    length = PAGE + beyond - len(plain) - 4
    size = bytes((length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14))
    runtime = plain + b"\0" + size + bytes(length)
    assert len(runtime) == PAGE + beyond
    receipt, world = create(init_code_of(runtime))
    assert receipt.status is Status.SUCCESS
    assert world.state.code(receipt.created) == runtime


@given(st.binary(min_size=1, max_size=300))
def test_a_constructor_finds_its_arguments_at_the_end_of_its_code(arguments: bytes) -> None:
    constructor = contract(LOG_ARGUMENTS.replace("LENGTH", str(len(arguments))), imports=IMPORTS)
    code = with_arguments(constructor, arguments)
    assert injector.check(code, policy="ewasm") == ()
    receipt, _ = create(code)
    assert receipt.status is Status.SUCCESS
    assert [log.data for log in receipt.logs] == [arguments]
