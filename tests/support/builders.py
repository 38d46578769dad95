"""What a test of the machine needs in one line: contracts from text, a state, a message."""

from __future__ import annotations

from dataclasses import dataclass, field

from evm_wasm.engine import wat_to_wasm
from evm_wasm.model.block import BlockContext, TransactionContext
from evm_wasm.model.message import CallKind, Message, Outcome
from evm_wasm.model.trace import Tracer
from evm_wasm.primitives.keccak import keccak256
from evm_wasm.primitives.types import Address
from evm_wasm.rules.forks import BYZANTIUM, Rules
from evm_wasm.state.state import State
from evm_wasm.state.world import WorldState
from evm_wasm.vm.execution import Execution
from evm_wasm.vm.vm import STEP_LIMIT, Vm
from injector import Schedule

SENDER = Address(bytes.fromhex("a94f5374fce5edbc8e2a8697c15331677e6ebf0b"))
CONTRACT = Address(bytes.fromhex("c0de000000000000000000000000000000000001"))
OTHER = Address(bytes.fromhex("c0de000000000000000000000000000000000002"))
COINBASE = Address(bytes.fromhex("2adc25665018aa1fe0e6bc666dac8fc2697ff9ba"))
ETHER = 10**18

BLOCK = BlockContext(
    number=1_000,
    timestamp=1_500_000_000,
    coinbase=COINBASE,
    difficulty=131_072,
    gas_limit=10**15,
    block_hash=lambda number: keccak256(str(number).encode()),
)


def wasm(wat: str) -> bytes:
    return wat_to_wasm(wat, what="test contract")


def contract(body: str, *, imports: str = "", more: str = "", pages: str = "1") -> bytes:
    """A contract whose `main` is the given instructions."""
    return wasm(
        f'(module {imports} (memory (export "memory") {pages}) {more}'
        f' (func $main (export "main") {body}))'
    )


def data(offset: int, content: bytes) -> str:
    """A data segment."""
    return f'(data (i32.const {offset}) "' + "".join(f"\\{byte:02x}" for byte in content) + '")'


def eei(name: str, *params: str, result: str | None = None) -> str:
    """The import of a method under its own name."""
    types = f"(param {' '.join(params)})" if params else ""
    gives = f"(result {result})" if result else ""
    return f'(import "ethereum" "{name}" (func ${name} {types} {gives}))'


FINISH = eei("finish", "i32", "i32")
STORE = eei("storageStore", "i32", "i32")


@dataclass
class World:
    """A state with some contracts, and a machine to call them with."""

    schedule: str | Schedule = "none"
    rules: Rules = BYZANTIUM
    tracer: Tracer | None = None
    step_limit: int = STEP_LIMIT
    state: State = field(default_factory=lambda: State(WorldState.EMPTY))

    def __post_init__(self) -> None:
        self.vm = Vm(self.rules, self.schedule, tracer=self.tracer, step_limit=self.step_limit)
        self.state.set_balance(SENDER, ETHER)

    def install(self, code: bytes, address: Address = CONTRACT, balance: int = 0) -> None:
        self.state.set_code(address, code)
        self.state.set_balance(address, balance)

    def call(
        self,
        *,
        to: Address = CONTRACT,
        data: bytes = b"",
        value: int = 0,
        gas: int = 10_000_000,
        static: bool = False,
        depth: int = 0,
    ) -> Outcome:
        message = self.message(to=to, data=data, value=value, gas=gas, static=static, depth=depth)
        return self.execution().run(message)

    def message(
        self,
        *,
        to: Address = CONTRACT,
        data: bytes = b"",
        value: int = 0,
        gas: int = 10_000_000,
        static: bool = False,
        depth: int = 0,
    ) -> Message:
        return Message(
            kind=CallKind.CALL,
            caller=SENDER,
            recipient=to,
            code_address=to,
            value=value,
            moves_value=True,
            input=data,
            gas=gas,
            depth=depth,
            is_static=static,
        )

    def execution(self) -> Execution:
        return Execution(self.vm, self.state, BLOCK, TransactionContext(origin=SENDER, gas_price=7))


def run(body: str, *, imports: str = "", more: str = "", **call: object) -> Outcome:
    """Calls a contract with the given `main` on a fresh state, instructions free of charge."""
    world = World()
    world.install(contract(body, imports=imports, more=more))
    return world.call(**call)  # type: ignore[arg-type]
