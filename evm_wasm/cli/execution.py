"""One transaction on a state from a file, or on a fresh one: what `ewasm exec` does, without text.

Nothing in here depends on a clock or on chance: the block is always the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import injector
from evm_wasm.chain.transition import apply_transaction
from evm_wasm.engine import find_cache
from evm_wasm.errors import InputError
from evm_wasm.model.account import EMPTY_CODE_HASH
from evm_wasm.model.block import BlockContext
from evm_wasm.model.profile import FrameGas
from evm_wasm.model.receipt import Receipt
from evm_wasm.model.trace import Tracer
from evm_wasm.model.transaction import Transaction
from evm_wasm.primitives.hexadecimal import format_bytes
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import ZERO_ADDRESS, Address, Hash32, Word
from evm_wasm.rules.forks import FORKS
from evm_wasm.state.change import AccountChange
from evm_wasm.state.reader import World
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm import Profiler, Vm

ALICE: Final = Address(bytes.fromhex("00000000000000000000000000000000000a11ce"))
"""Who sends where nobody is named."""

CONTRACT_ADDRESS: Final = Address(bytes.fromhex("000000000000000000000000000000000000c0de"))
"""Where the contract of a file lies where no place is named."""

FRESH_BALANCE: Final = 10**24
"""Wei that the sender has in a fresh state: a million ether."""

BLOCK_GAS_LIMIT: Final = 100_000_000
"""Raised to the gas of the transaction where that is more."""

StorageChanges = Mapping[Address, Mapping[Word, tuple[Word, Word]]]
"""By account and key: the value before and the value now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to run, and on what.

    Attributes:
        world: The state before.
        code: Init code for a creation, or a runtime module to install at `to` first; None calls
            what lies at `to`.
        sender: Who pays; needs no key.
        to: The account called; None creates one.
        value: In wei.
        data: Call data.
        gas: In gas.
        gas_price: In wei for one gas.
        schedule: Name or file of the prices of instructions.
        fork: Name of the rules.
    """

    world: World
    code: bytes | None
    sender: Address
    to: Address | None
    value: int
    data: bytes
    gas: int
    gas_price: int
    schedule: str
    fork: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request.

    Attributes:
        receipt: Of the transaction.
        storage: The slots that differ from before.
        world: The state after.
        profile: Its frames with their gas, if they were asked for.
    """

    receipt: Receipt
    storage: StorageChanges
    world: World
    profile: tuple[FrameGas, ...] = ()


def fresh_world(sender: Address) -> World:
    """A state where only the sender has something: `FRESH_BALANCE`."""
    return WorldState.EMPTY.apply({sender: AccountChange(nonce=0, balance=FRESH_BALANCE)})


def run_request(request: Request, *, tracer: Tracer | None, is_profiled: bool = False) -> Result:
    """Runs a request; the world it was given stays as it is.

    Raises:
        InputError: The account where the contract should lie has other code; or a profile is asked
            for where instructions have no prices.
        InjectorError: The schedule does not exist or is wrong.
        InvalidTransaction: The transaction cannot be included: gas or funds are missing.
        MachineError: The machine cannot go on.
    """
    schedule = injector.load_schedule(request.schedule)
    vm = Vm(FORKS[request.fork], schedule, tracer=tracer, native=find_cache())
    profiler = Profiler(vm.scale)
    if is_profiled:
        vm = vm.profiled(profiler, tracer=tracer)
    world = request.world
    if request.to is not None and request.code is not None:
        world = _install(world, request.to, request.code)
    state = State(world)
    receipt = apply_transaction(vm, state, _block(request), _transaction(request, state))
    changes = state.storage_changes()
    return Result(receipt, changes, state.commit(), profiler.frames)


def _install(world: World, address: Address, code: bytes) -> World:
    """Puts a contract where it would be after a creation; storage and balance stay."""
    account = world.account(address)
    if account.code_hash == keccak256(code):
        return world
    if account.code_hash != EMPTY_CODE_HASH:
        raise InputError(
            f"--to {format_bytes(address)}: this account has other code; name another one, or "
            "call it by giving its address instead of a file"
        )
    change = AccountChange(nonce=max(account.nonce, 1), balance=account.balance, code=code)
    return world.apply({address: change})


def _transaction(request: Request, state: State) -> Transaction:
    creates = request.to is None
    return Transaction(
        sender=request.sender,
        nonce=state.nonce(request.sender),
        gas_price=request.gas_price,
        gas_limit=request.gas,
        to=request.to,
        value=request.value,
        data=request.code or b"" if creates else request.data,
    )


def _block(request: Request) -> BlockContext:
    """The first block, at a fixed time, with the difficulty of the official tests."""
    return BlockContext(
        number=1,
        timestamp=1_000,
        coinbase=ZERO_ADDRESS,
        difficulty=0x020000,
        gas_limit=max(BLOCK_GAS_LIMIT, request.gas),
        block_hash=_block_hash,
    )


def _block_hash(number: int) -> Hash32:
    """As in the official tests, the hash of the number's decimal digits."""
    return keccak256(str(number).encode("ascii"))
